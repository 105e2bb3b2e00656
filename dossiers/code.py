"""Codes printed on receipts and spoken in chats: dossiers, social insurance files, procedures.

A code is not a secret: it opens nothing by itself. docs: public-services 3.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_plus

from dossiers.errors import DossierCodeError
from dossiers.places import HOME_AUTHORITIES, PLACES, UNKNOWN_AUTHORITY

MAX_CODE_CHARS = 40
"""Longest code we keep; the platform's template parameter ``ma_ho_so`` ends there too. docs: public-services 12."""

_LENIENT = re.compile(r"[0-9A-Z][0-9A-Z./-]{7,39}")
_GAP = re.compile(r"\s*([./-])\s*")

_FLAGS = re.ASCII | re.IGNORECASE
# White space is allowed around the separators only, so that "…đã nộp. H17-…" does not glue two sentences together.
_DOT, _DASH, _SLASH = r"\s*\.\s*", r"\s*-\s*", r"\s*/\s*"
_LEVEL_1 = r"[A-Z]\d{2}"
_UNIT_OLD = rf"\d{{3}}{_DOT}\d{{2}}{_DOT}\d{{2}}{_DOT}{_LEVEL_1}"  # 000.17.04.H17, Circular 01/2018/TT-VPCP
_UNIT_SHORT = rf"\d{{2,3}}{_DOT}\d{{2}}{_DOT}{_LEVEL_1}"  # 38.98.H29
_UNIT_NEW = rf"{_LEVEL_1}(?:{_DOT}\d{{1,4}}){{0,4}}"  # H17.33.2, Decision 20/2020/QĐ-TTg
_DOSSIER = re.compile(
    rf"(?<![A-Z0-9.])(?:{_UNIT_OLD}|{_UNIT_SHORT}|{_UNIT_NEW})"
    rf"{_DASH}(?P<date>\d{{8}}|\d{{6}}){_DASH}\d{{3,8}}(?!\d)",
    _FLAGS,
)
_SOCIAL_INSURANCE = re.compile(rf"(?<!\d)\d{{4,6}}{_SLASH}20\d{{2}}{_SLASH}\d{{5}}(?!\d)", re.ASCII)
_PROCEDURE = re.compile(
    rf"(?<!\d)(?<!\d\.)(?P<code>[1-3]\.\d{{6}})(?:\.(?P<unit>(?:\d{{3}}\.\d{{2}}\.\d{{2}}\.)?{_LEVEL_1}))?(?!\d)",
    _FLAGS,
)
_LEVEL_1_PART = re.compile(rf"(?<![A-Z0-9])({_LEVEL_1})(?![A-Z0-9])", _FLAGS)
_DOMAIN_NAME = re.compile(r"(?:[A-Z0-9-]+\.)+[A-Z]{2,}(?:/|$)")

_ODD_SIGNS = str.maketrans({"\u2212": "-", "\u2044": "/", "\u2215": "/", "。": ".", "·": ".", "․": "."})


@dataclass(frozen=True)
class ProcedureCode:
    """The code of an administrative procedure, ``1.001193``; localised forms add a unit. docs: public-services 3.2."""

    code: str
    """``d.dddddd``"""
    unit: str | None = None
    """Unit that localised it, as ``000.00.00.H17``"""

    def __str__(self) -> str:
        return f"{self.code}.{self.unit}" if self.unit else self.code


def normalise_dossier_code(text: str) -> str:
    """Return the one written form of a dossier code: ASCII capitals, "-" for every dash, no spaces, no zero width.

    Accepts national and social insurance codes and, because the number pattern of Circular 03/2025 is not known,
    anything of the lenient form of docs: public-services 12. Raises ``DossierCodeError`` for the rest.
    """
    code = _readable(text).upper()
    if not _LENIENT.fullmatch(code):
        code = _GAP.sub(r"\1", code)
    code = code.strip(" \t\r\n.,;:!?/#*()[]\"'-")
    if not _LENIENT.fullmatch(code):
        raise DossierCodeError(
            f"not a dossier code ({len(code)} characters): send 8 to {MAX_CODE_CHARS} letters, digits, '.', '/' or '-'"
        )
    return code


def find_dossier_codes(text: str) -> list[str]:
    """Return the dossier codes in free text, normalised, in order, each once.

    Only complete codes with a possible date: tails ("hồ sơ 0056") need the asker's own list.
    """
    readable = _readable(text)
    return _unique(_squeeze(readable[start:end]) for start, end in dossier_code_spans(readable))


def find_social_insurance_codes(text: str) -> list[str]:
    """Return the social insurance file numbers (``03706/2026/07906``) in free text, in order, each once."""
    return _unique(_squeeze(match.group()) for match in _SOCIAL_INSURANCE.finditer(_readable(text)))


def find_procedure_codes(text: str) -> list[ProcedureCode]:
    """Return the procedure codes in free text, in order, each once."""
    found = (
        ProcedureCode(match["code"], match["unit"].upper() if match["unit"] else None)
        for match in _PROCEDURE.finditer(_readable(text))
    )
    return list(dict.fromkeys(found))


def dossier_code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each dossier code in text that is already free of odd dashes."""
    for match in _DOSSIER.finditer(text):
        if _is_possible_date(match["date"]):
            yield match.span()


def other_code_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield (start, end) of each social insurance and procedure code in text."""
    for pattern in (_SOCIAL_INSURANCE, _PROCEDURE):
        for match in pattern.finditer(text):
            yield match.span()


def dossier_from_qr_payload(text: str) -> str | None:
    """Return the dossier code of a receipt's QR or bar code: the bare code, or an address that contains it.

    The address is never opened. None when there is no code, as for an identity card's QR. docs: public-services 3.1.
    """
    payload = unquote_plus(unquote_plus(text)).strip()
    found = find_dossier_codes(payload) or find_social_insurance_codes(payload)
    if found:
        return found[0]
    try:
        code = normalise_dossier_code(payload)
    except DossierCodeError:
        return None
    return code if _may_be_bare_code(code) else None


def authority_of(code: str) -> str:
    """Return the place of a dossier's or a unit's level-1 code, as "Đà Nẵng"; "đơn vị chưa rõ" when unknown."""
    return PLACES.get(_level_1(code), UNKNOWN_AUTHORITY)


def is_home_authority(code: str) -> bool:
    """Return whether the code belongs to the city as it is since 1/7/2025: H17, or H47 of former Quảng Nam."""
    return _level_1(code) in HOME_AUTHORITIES


def _level_1(code: str) -> str:
    found = _LEVEL_1_PART.search(_readable(code))
    return found[1].upper() if found else ""


def _readable(text: str) -> str:
    """NFKC with plain dashes, dots and slashes, and nothing invisible."""
    if text.isascii():
        return text
    plain = unicodedata.normalize("NFKC", text).translate(_ODD_SIGNS)
    return "".join("-" if unicodedata.category(c) == "Pd" else c for c in plain if unicodedata.category(c) != "Cf")


def _squeeze(code: str) -> str:
    return re.sub(r"\s+", "", code).upper()


def _unique(codes: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(codes))


def _is_possible_date(digits: str) -> bool:
    month, day = int(digits[-4:-2]), int(digits[-2:])
    return 1 <= month <= 12 and 1 <= day <= 31


def _may_be_bare_code(code: str) -> bool:
    """A bar code of digits alone is a phone, an identity number or a ware; words and domains are no codes either."""
    return not code.isdigit() and any(c.isdigit() for c in code) and not _DOMAIN_NAME.match(code)
