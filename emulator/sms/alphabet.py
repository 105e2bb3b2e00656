"""How a text becomes short messages: its alphabet, and into how many parts it falls (docs: zalo 10.3)."""

from collections.abc import Iterable
from typing import Literal

Encoding = Literal["gsm7", "unicode"]

# The default alphabet of 3GPP TS 23.038 6.2.1, without the escape character.
GSM_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
GSM_EXTENSION = frozenset("\f^{}\\[~]|€")  # its extension table: an escape and a character, which count double
GSM_ONE_PART_UNITS = 160
GSM_PART_UNITS = 153
UNICODE_ONE_PART_UNITS = 70
UNICODE_PART_UNITS = 67


def is_gsm(text: str) -> bool:
    """Whether every character is in the GSM alphabet or its extension; Vietnamese with diacritics is not."""
    return all(char in GSM_BASIC or char in GSM_EXTENSION for char in text)


def choose_encoding(text: str) -> Encoding:
    """The cheapest alphabet that holds the text."""
    return "gsm7" if is_gsm(text) else "unicode"


def count_parts(text: str, encoding: Encoding) -> int:
    """How many parts are sent and paid; 1 for an empty text.

    A character is never cut in two: an escaped one, or a surrogate pair, moves to the next part as a whole.
    """
    if encoding == "gsm7":
        sizes = [2 if char in GSM_EXTENSION else 1 for char in text]
        return _count(sizes, GSM_ONE_PART_UNITS, GSM_PART_UNITS)
    sizes = [2 if ord(char) > 0xFFFF else 1 for char in text]
    return _count(sizes, UNICODE_ONE_PART_UNITS, UNICODE_PART_UNITS)


def _count(sizes: Iterable[int], one_part_units: int, part_units: int) -> int:
    sizes = list(sizes)
    if sum(sizes) <= one_part_units:
        return 1
    parts, used = 1, 0
    for size in sizes:
        if used + size > part_units:
            parts, used = parts + 1, 0
        used += size
    return parts
