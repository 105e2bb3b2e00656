"""The phone in a cell: any written form, also the ones that spreadsheets make of it (docs: public-services 4.1)."""

from __future__ import annotations

import re
from typing import Final

from dossiers.contact import PhoneKind, classify_phone, normalise_phone
from dossiers.number_spans import digits_in

_PLAIN: Final = re.compile(r"(?:0|84|\+84)?((?:3\d|5[125689]|7[06-9]|8[1-9]|9\d)\d{7})", re.ASCII)
"""As nearly every cell has it; the first 0 is missing where a spreadsheet took it for a number."""
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[eE]\+?\d+", re.ASCII)
_OLD: Final = re.compile(r"(?:0|84|\+84)?1[2689]\d{8}", re.ASCII)
_FEWEST_SHOWN: Final = 6


def read_phone(cell: str) -> tuple[str | None, str]:
    """Return the mobile number (84…) of a cell, or None and a word for why there is none.

    Words: no_phone (empty), rounded (a spreadsheet shortened it: 9.05E+08), old_number (of eleven digits, until 2018),
    landline, not_a_mobile.
    """
    plain = _PLAIN.fullmatch(cell)
    if plain is not None:
        return "84" + plain[1], ""
    text = cell.strip().lstrip("'")  # an apostrophe keeps spreadsheets from reading a number
    plain = _PLAIN.fullmatch(text)
    phone = "84" + plain[1] if plain is not None else normalise_phone(text)
    return (phone, "") if phone is not None else (None, _why_not(text))


def _why_not(text: str) -> str:
    if _ROUNDED.fullmatch(text):
        return "rounded"
    if _OLD.fullmatch(text.replace(" ", "").replace(".", "")):
        return "old_number"
    kind = classify_phone(text)
    if kind is PhoneKind.MISSING:
        return "no_phone"
    return "landline" if kind is PhoneKind.LANDLINE else "not_a_mobile"


def mask_cell(cell: str) -> str:
    """Return what may be shown of a cell that should have held a phone: enough to find it, not to use it."""
    digits = digits_in(cell, (0, len(cell)))
    if len(digits) >= _FEWEST_SHOWN:
        return f"{digits[:4]}***{digits[-2:]}"
    text = cell.strip()
    return f"{text[:1]}***" if text else ""
