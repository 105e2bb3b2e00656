"""A text as a gateway takes it: plain letters unless the sender name may use Unicode, in few parts, at a known price.

What is plain, and how parts are counted, is Vietnamese text's business and not a platform's: those two functions are
handed in.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from channels.errors import BadMessage
from channels.plain_text import to_wire_text


@dataclass(frozen=True, slots=True)
class ShortText:
    """What goes out: the words, their parts, and the price of all parts together in VND without VAT."""

    content: str
    parts: int
    cost_vnd: int


@dataclass(frozen=True, slots=True)
class Shaper:
    """How a city's texts become short messages.

    `to_plain(text)` gives a text without diacritics, made of the basic GSM-7 table; `count_parts(text)` the parts of a
    text as it stands (docs: zalo 10.3). `max_parts` bounds the bill of one message.
    """

    to_plain: Callable[[str], str]
    count_parts: Callable[[str], int]
    vnd_per_part: int = 500
    max_parts: int = 3
    is_unicode: bool = False

    def shape(self, text: str | None) -> ShortText:
        """The short message of a text. Raises `BadMessage`: empty, not storable, or more parts than allowed."""
        words = to_wire_text(text or "").strip()
        if not words:
            raise BadMessage("no_text", "a short message needs words")
        content = words if self.is_unicode else self.to_plain(words).strip()
        parts = self.count_parts(content)
        if not parts:
            raise BadMessage("no_text", "nothing is left of the text without diacritics and signs")
        if parts > self.max_parts:
            raise BadMessage("text_too_long", f"{parts} parts, and {self.max_parts} are allowed; shorten the text")
        return ShortText(content, parts, parts * self.vnd_per_part)
