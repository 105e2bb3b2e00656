"""Short messages without accents: reduction to the GSM 7-bit alphabet and counting of parts.

docs: zalo 10.3. Offered to other rooms through ``dossiers.text``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

GSM7_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
"""The basic table of GSM 03.38 without the escape character: one septet each."""

GSM7_EXTENSION = frozenset("^{}\\[]~|€\f")
"""The extension table: two septets each, and some gateways refuse them. docs: zalo 10.3."""

SINGLE_GSM7_CHARS, PART_GSM7_CHARS = 160, 153
"""Septets in a message of one part, and in each part of a longer one. docs: zalo 10.3."""

SINGLE_UNICODE_CHARS, PART_UNICODE_CHARS = 70, 67
"""UTF-16 units in a message of one part, and in each part of a longer one. docs: zalo 10.3."""

# What has a plain equivalent. Extension characters are avoided too, because some gateways refuse them.
_PLAIN = str.maketrans(
    {
        "đ": "d", "Đ": "D", "ð": "d", "Ð": "D", "Ɖ": "D", "ɖ": "d",
        "[": "(", "]": ")", "{": "(", "}": ")", "\\": "/", "|": "/", "~": "-", "^": "", "`": "'", "\f": " ", "\t": " ",
        "‘": "'", "’": "'", "‚": "'", "“": '"', "”": '"', "„": '"', "«": '"', "»": '"',
        "–": "-", "—": "-", "‐": "-", "‑": "-", "‒": "-", "―": "-", "−": "-", "•": "-", "·": "-", "×": "x",
        "₫": "d", "€": "EUR", "\u2028": "\n", "\u2029": "\n",
    }
)  # fmt: skip


def to_gsm7(text: str) -> str:
    """Return text without diacritics, made of the basic GSM-7 table alone.

    Signs with a plain equivalent become it, other letters and digits become "?", pictures and other signs go.
    """
    stripped = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return "".join(_plain_character(c) for c in stripped.translate(_PLAIN))


def _plain_character(character: str) -> str:
    if character in GSM7_BASIC:
        return character
    if character.isspace():
        return " "
    decomposed = unicodedata.normalize("NFKD", character).translate(_PLAIN)
    plain = "".join(c for c in decomposed if c in GSM7_BASIC)
    return plain or ("?" if character.isalnum() else "")


def sms_parts(text: str) -> int:
    """Return how many parts the text takes as a short message; an empty text takes none.

    One character outside GSM-7 (any Vietnamese diacritic but à, è, é, ì, ò, ù) turns the whole message to Unicode.
    """
    text = unicodedata.normalize("NFC", text)
    if not text:
        return 0
    if all(c in GSM7_BASIC or c in GSM7_EXTENSION for c in text):
        widths = [2 if c in GSM7_EXTENSION else 1 for c in text]
        return _count_parts(widths, SINGLE_GSM7_CHARS, PART_GSM7_CHARS)
    widths = [2 if ord(c) > 0xFFFF else 1 for c in text]
    return _count_parts(widths, SINGLE_UNICODE_CHARS, PART_UNICODE_CHARS)


def _count_parts(widths: Iterable[int], single: int, per_part: int) -> int:
    widths = list(widths)
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:  # a character of two units is never torn between two parts
        if used + width > per_part:
            parts, used = parts + 1, 0
        used += width
    return parts
