"""A broadcast's message for one person: placeholders filled, label and link put where they belong. Pure.

The result is a notice's content: what `workers` write into rows and `status_bridge/routing.py` sends, so that the
preview, the estimate and the rows say the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from dossiers.text import clean, to_gsm7
from status_bridge.broadcasts.audience_rows import Recipient
from status_bridge.broadcasts.placeholders import fill, max_chars_of, names_in, safe_values
from status_bridge.choices import ANNOUNCEMENT
from storage.audiences import Audience
from storage.broadcasts import Broadcast, Draft, Message

KIND: Final = ANNOUNCEMENT
"""The kind of a broadcast's notices, and the name of its platform template."""
LABEL: Final = "[QC]"
"""What advertising begins with (docs: public-services 6.4)."""
TEMPLATE_PARAMS: Final[Mapping[str, int]] = {"tieu_de": 100, "noi_dung": 400, "don_vi": 200}
"""The parameters of the template `announcement` with their most characters; the first one carries the label."""
_UNICODE_FILLER, _PLAIN_FILLER = "ạ", "x"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What one person is told: the whole text, the template's parameters, and a short message where there is one."""

    text: str
    params: Mapping[str, str]
    sms: str | None
    template_id: str | None

    def as_content(self) -> dict[str, Any]:
        """Return a notice's `content`."""
        content: dict[str, Any] = {"text": self.text, "params": dict(self.params)}
        if self.sms is not None:
            content["sms"] = self.sms
        if self.template_id is not None:
            content["template_id"] = self.template_id
        return content


class Writer:
    """Fills one broadcast's message for person after person.

    Args:
        message: what is said.
        audience: whose placeholders there are.
        purpose: advertising gets its label.
        is_unicode: short messages keep their diacritics.
    """

    def __init__(self, message: Message, audience: Audience, purpose: str, *, is_unicode: bool = False) -> None:
        self._kind = audience.kind
        self._template_id = message.template_id
        self._is_unicode = is_unicode
        label = f"{LABEL} " if purpose == "advertising" else ""
        self._text = _with_link(_labelled(_tidy(message.text), label), message.link, "\n")
        first = "tieu_de" if "tieu_de" in message.params else min(message.params, default=None)
        self._params = {
            name: _labelled(clean(value), label if name == first else "") for name, value in message.params.items()
        }
        # Without a label: advertising has no short message (rules.py), because the label's brackets would not survive.
        sms = None if message.sms is None else _with_link(_tidy(message.sms), message.link, " ")
        self._sms = sms if sms is None or is_unicode else _gsm7_around_placeholders(sms)
        texts = [self._text, *self._params.values(), self._sms or ""]
        self._names = tuple(dict.fromkeys(name for text in texts for name in names_in(text)))

    @classmethod
    def of(cls, broadcast: Broadcast | Draft, *, is_unicode: bool = False) -> Writer:
        """Return the writer of a broadcast's message."""
        return cls(broadcast.message, broadcast.audience, broadcast.purpose, is_unicode=is_unicode)

    @property
    def names(self) -> tuple[str, ...]:
        """The placeholders that the message has."""
        return self._names

    def write(self, recipient: Recipient) -> Rendered:
        """Say it to a person."""
        return self.fill(recipient.values, language=recipient.language, is_shared=recipient.is_shared)

    def fill(self, values: Mapping[str, str], *, language: str = "vi", is_shared: bool = False) -> Rendered:
        """Say it with these values."""
        shown = safe_values(values, self._names, kind=self._kind, language=language, is_shared=is_shared)
        return self._put(shown, {name: self._for_sms(name, value) for name, value in shown.items()})

    def longest(self) -> Rendered:
        """Say it with values as long as they can be: no person's message is longer."""
        sizes = {name: max_chars_of(name, self._kind) for name in self._names}
        filler = _UNICODE_FILLER if self._is_unicode else _PLAIN_FILLER
        return self._put(
            {name: _PLAIN_FILLER * size for name, size in sizes.items()},
            {name: filler * size for name, size in sizes.items()},
        )

    def _for_sms(self, name: str, value: str) -> str:
        # One letter may become several ("…"), so that it is cut once more: what was counted is never exceeded.
        return value if self._is_unicode else to_gsm7(value)[: max_chars_of(name, self._kind)]

    def _put(self, shown: Mapping[str, str], shown_short: Mapping[str, str]) -> Rendered:
        return Rendered(
            text=fill(self._text, shown.__getitem__),
            params={name: fill(text, shown.__getitem__) for name, text in self._params.items()},
            sms=None if self._sms is None else fill(self._sms, shown_short.__getitem__),
            template_id=self._template_id,
        )


def _labelled(text: str, label: str) -> str:
    return text if not label or text.startswith(LABEL) else label + text


def _with_link(text: str, link: str | None, between: str) -> str:
    return text if link is None or link in text else f"{text}{between}{link}"


def _tidy(text: str) -> str:
    """Return text in NFC, line by line without needless white space."""
    lines = [clean(line) for line in unicodedata.normalize("NFC", text).splitlines()]
    return "\n".join(lines).strip()


def _gsm7_around_placeholders(text: str) -> str:
    """Return the text as it will be sent, the names of placeholders left as they are."""
    names = names_in(text)
    pieces = text
    for place, name in enumerate(names):
        pieces = pieces.replace(f"{{{name}}}", f"\x00{place}\x00", 1)
    parts = pieces.split("\x00")
    return "".join(to_gsm7(part) if place % 2 == 0 else f"{{{names[int(part)]}}}" for place, part in enumerate(parts))
