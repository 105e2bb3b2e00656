"""What handlers answer with, in our own terms: words, choices, pages, a phone to call, a file."""

from __future__ import annotations

from dataclasses import dataclass, field

from channels.content import Attachment

MAX_CHOICES = 5
"""As many as the narrowest platform with buttons takes (docs: zalo 4.2)."""

# "dung" is in neither: đúng (yes), đừng (don't) or dừng (stop). Nor is "huy", an opt-out word (docs: public-services
# 6.4).
YES = (
    "co", "da co", "co a", "dong y", "toi dong y", "vang", "da vang", "vang a", "da", "u", "uh", "ok", "oke", "okay",
    "duoc", "dung roi", "dung vay", "phai", "yes", "y", "yes please", "sure", "i agree",
)  # fmt: skip
NO = (
    "khong", "ko", "kg", "khong a", "da khong", "hong", "thoi", "thoi a", "thoi di", "thoi nhe", "thoi khoi", "khoi",
    "thoi khoi di", "khong can", "khong can nua", "thoi khong can", "thoi khong can nua", "khong dong y", "bo qua",
    "de sau", "no", "n", "no thanks", "never mind", "nevermind", "cancel",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Choice:
    """A button that sends `payload`, a command such as `#status 12`. Anybody can type one: it proves nothing."""

    title: str
    payload: str = field(repr=False)
    also: tuple[str, ...] = field(default=(), repr=False)
    """What may be typed for it, beside its title and its number; folded. `YES` and `NO` under a question."""


@dataclass(frozen=True, slots=True)
class Page:
    """A button that opens a page of the one official domain."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Call:
    """A button that opens the dialler; `phone` with country code and without plus, or a short number."""

    title: str
    phone: str


Option = Choice | Page | Call


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer; a long text goes in several messages, the options with the last of them."""

    text: str = field(repr=False)
    options: tuple[Option, ...] = ()
    attachment: Attachment | None = None
    """Sent as a message of its own, after the words."""

    def __post_init__(self) -> None:
        if len(self.options) > MAX_CHOICES:
            raise ValueError(f"at most {MAX_CHOICES} options")
