"""The citizens' phones: who has Zalo, who follows, who blocked, and when they last spoke to the account.

A phone that nobody registered is a Zalo user like most people, so that a fresh emulator simply works; such phones are
remembered up to a limit, registered ones for good.
"""

import hashlib
import re
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any

TEMPLATE_REFUSALS = (-110, -114, -119, -134, -139, -140, -141)
_MOBILE = re.compile(r"84[35789]\d{8}", re.ASCII)  # docs: zalo 6.1
_SPACING = re.compile(r"[\s.\-()]")


def is_mobile(phone: str) -> bool:
    """Whether this is a Vietnamese mobile number in the form the platform wants: `84` and nine digits."""
    return _MOBILE.fullmatch(phone) is not None


def normalise_phone(written: str) -> str | None:
    """`84…` from `0…`, `84…` or `+84…`, with or without spacing; None when it is no Vietnamese mobile number."""
    digits = _SPACING.sub("", written).removeprefix("+")
    if digits.startswith("0"):
        digits = "84" + digits[1:]
    return digits if is_mobile(digits) else None


def _numeric_id(kind: str, phone: str) -> str:
    # Eighteen digits, the same in every emulator: ids exceed 2^53 as the real ones do (docs: zalo 1).
    number = int.from_bytes(hashlib.sha256(f"{kind}:{phone}".encode()).digest()[:8])
    return str(10**17 + number % (9 * 10**17))


@dataclass(slots=True)
class Phone:
    """One phone and its owner, as the account's side of Zalo knows them. Times are ms since 1970, 0 for never."""

    phone: str
    user_id: str
    name: str = "Công dân"
    zalo: bool = True
    follows: bool = False
    blocked: bool = False
    online: bool = True
    refuses_templates: bool = False
    inactive: bool = False
    """No activity on Zalo for more than 45 days (docs: zalo 4.7)."""
    template_refusal: int = 0
    """The code that this phone answers to templates, one of `TEMPLATE_REFUSALS`; 0: none (docs: zalo 6.6)."""
    registered: bool = False
    last_interaction_ms: int = 0
    free_replies_used: int = 0
    clicked_chatnow: bool = False

    @property
    def user_id_by_app(self) -> str:
        """The same person's id for the app."""
        return _numeric_id("app", self.phone)

    def interact(self, now_ms: int) -> None:
        """The citizen did something in the chat: the free window opens again (docs: zalo 4.7)."""
        self.last_interaction_ms = now_ms
        self.free_replies_used = 0

    def view(self) -> dict[str, Any]:
        """The phone as JSON, for the page and `/_emulator/phones`."""
        return dict(zip(_FIELDS, _row(self), strict=True))


_FIELDS = tuple(field.name for field in fields(Phone))
_row = attrgetter(*_FIELDS)  # a hundred thousand phones are saved at once, so no dataclasses.asdict


class PhoneBook:
    """All phones, by number and by user id."""

    def __init__(self, max_unregistered: int) -> None:
        self._by_phone: dict[str, Phone] = {}
        self._by_user: dict[str, Phone] = {}
        self._unregistered: deque[str] = deque()
        self._max_unregistered = max_unregistered

    def get(self, phone: str) -> Phone | None:
        """The phone with this `84…` number, if it is known."""
        return self._by_phone.get(phone)

    def by_user(self, user_id: str) -> Phone | None:
        """The phone of this user id, if it is known."""
        return self._by_user.get(user_id)

    def find_or_create(self, phone: str) -> Phone:
        """The phone with this `84…` number; an unknown one becomes an ordinary Zalo user."""
        known = self._by_phone.get(phone)
        if known is not None:
            return known
        created = Phone(phone=phone, user_id=_numeric_id("user", phone))
        self._add(created)
        return created

    def register(self, phone: str) -> Phone:
        """The phone with this number, kept for good."""
        found = self.find_or_create(phone)
        found.registered = True
        return found

    def all(self) -> list[Phone]:
        """Every known phone, oldest first."""
        return list(self._by_phone.values())

    def snapshot(self) -> Iterator[dict[str, Any]]:
        """All phones of this moment as JSON, made one by one."""
        return (phone.view() for phone in self.all())

    def restore(self, phones: list[dict[str, Any]]) -> None:
        """Take over the phones of a snapshot."""
        for raw in phones:
            self._add(Phone(**raw))

    def _add(self, phone: Phone) -> None:
        self._by_phone[phone.phone] = phone
        self._by_user[phone.user_id] = phone
        if not phone.registered:
            self._unregistered.append(phone.phone)
            self._forget_oldest()

    def _forget_oldest(self) -> None:
        while len(self._unregistered) > self._max_unregistered:
            oldest = self._by_phone[self._unregistered.popleft()]
            if not oldest.registered:
                del self._by_phone[oldest.phone], self._by_user[oldest.user_id]
