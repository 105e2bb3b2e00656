"""Text as chat platforms take it: plain, composed (NFC), of limited length."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

from channels.errors import BadMessage

MAX_CHAT_CHARS: Final = 2000  # docs: zalo 4.2 and 8.1: the same on Official Accounts and the Bot Platform

_UNSENDABLE = re.compile("[\0\ud800-\udfff]")
_BREAKS = ("\n\n", "\n", ". ", " ")  # where to cut, best first


def to_wire_text(text: str) -> str:
    """The text in NFC. Raises `BadMessage` for what cannot be encoded or stored (lone surrogates, NUL)."""
    if _UNSENDABLE.search(text) is not None:
        raise BadMessage("text", "the text holds NUL or a lone surrogate")
    return unicodedata.normalize("NFC", text)


def is_wire_text(text: str) -> bool:
    """Whether `to_wire_text` would return the very same text."""
    return unicodedata.is_normalized("NFC", text) and _UNSENDABLE.search(text) is None


def split_text(text: str, limit: int = MAX_CHAT_CHARS) -> list[str]:
    """Parts of at most `limit` code points each, in order, cut at paragraphs, else lines, sentences, words.

    Whitespace at a cut is dropped. A blank text gives no part.
    """
    if limit < 1:
        raise ValueError("limit must be at least 1")
    rest = to_wire_text(text).strip()
    parts: list[str] = []
    while len(rest) > limit:
        cut = _find_cut(rest, limit)
        parts.append(rest[:cut].rstrip())
        rest = rest[cut:].lstrip()
    return [*parts, rest] if rest else parts


def _find_cut(text: str, limit: int) -> int:
    for mark in _BREAKS:
        at = text.rfind(mark, 1, limit + 1)
        # A sentence keeps its full stop; a cut so early that it leaves a scrap is worse than the next kind of cut.
        end = at + len(mark.rstrip())
        if at > 0 and limit // 4 < end <= limit:
            return end
    cut = limit
    while cut > 1 and (unicodedata.combining(text[cut]) or "\u200d" in text[cut - 1 : cut + 1]):
        cut -= 1  # not between a letter and its marks, nor inside a joined emoji
    return cut if cut > 1 else limit
