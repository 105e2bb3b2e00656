"""Phone and identity numbers of the people in a dossier. docs: public-services 4.1 and 4.2."""

from __future__ import annotations

import re
from enum import StrEnum

from dossiers.number_spans import MOBILE, blot_protected, digits_in, identity_spans, shadow_of
from dossiers.text import fold

_NOTHING = frozenset({"", "0", "-", "--", ".", "khong", "khong co", "chua co", "n/a", "na", "none", "null"})
_SHORT = re.compile(r"1022|1[01]\d|1[89]00\d{4,6}")  # city hotline, emergency numbers, service numbers
_LANDLINE = re.compile(r"(?:0|84|0084)2\d{9}")


class PhoneKind(StrEnum):
    """What a phone field holds. Only a mobile number can receive a Zalo message."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    SHORT = "short"
    INVALID = "invalid"
    MISSING = "missing"


def normalise_phone(text: str | None) -> str | None:
    """Return the first mobile number of a phone field as ``84`` and nine digits, or None when there is none.

    Any written form is read: dots, spaces, brackets, +84, 0084, +84(0), full-width digits, two numbers in one field.
    """
    found = MOBILE.search(shadow_of(text or ""))
    return "84" + _digits(found["number"]) if found else None


def classify_phone(text: str | None) -> PhoneKind:
    """Return what a phone field holds; a field with a mobile number anywhere in it is mobile."""
    if text is None or fold(text) in _NOTHING:
        return PhoneKind.MISSING
    if normalise_phone(text) is not None:
        return PhoneKind.MOBILE
    digits = _digits(shadow_of(text))
    if _LANDLINE.fullmatch(digits):
        return PhoneKind.LANDLINE
    return PhoneKind.SHORT if _SHORT.fullmatch(digits) else PhoneKind.INVALID


def display_phone(e164: str) -> str:
    """Return ``84905123456`` as people write it, ``0905 123 456``. Only for its owner's eyes; see ``masking``.

    What is no normalised number comes back as it is.
    """
    if not re.fullmatch(r"84\d{9,10}", e164):
        return e164
    national = "0" + e164[2:]
    return f"{national[:4]} {national[4:7]} {national[7:]}"


def find_phones(text: str) -> list[str]:
    """Return the mobile numbers in free text as ``84…``, in order, each once; digits of codes are left alone."""
    shadow = blot_protected(shadow_of(text))
    return list(dict.fromkeys("84" + _digits(match["number"]) for match in MOBILE.finditer(shadow)))


def find_identity_numbers(text: str) -> list[str]:
    """Return the identity numbers in free text as bare digits (12, or 9 of the old card), in order, each once.

    Candidates, not proofs: there is no check digit. docs: public-services 4.2.
    """
    return list(dict.fromkeys(digits_in(text, span) for span in identity_spans(text)))


def _digits(text: str) -> str:
    return text if text.isdigit() else "".join(c for c in text if c.isdigit())
