"""Whose system a dossier code belongs to, as far as the code itself tells. Pure; says nothing of whether it exists."""

from __future__ import annotations

import re
from enum import StrEnum

from dossiers import authority_of, find_dossier_codes, find_social_insurance_codes, is_home_authority
from dossiers.places import UNKNOWN_AUTHORITY

_MINISTRY = re.compile(r"(?<![A-Z0-9])G\d{2}(?![A-Z0-9])")  # Decision 20/2020/QĐ-TTg; docs: public-services 3.1


class Whose(StrEnum):
    """Who answers for a code."""

    CITY = "city"
    """Ours, or nobody can tell"""
    MINISTRY = "ministry"
    """A ministry's or a central body's own system"""
    ELSEWHERE = "elsewhere"
    """Another province"""


def whose_code(code: str) -> tuple[Whose, str | None]:
    """Return whose a normalised code is, with the province's name if it is another one."""
    if is_home_authority(code):
        return Whose.CITY, None
    if find_social_insurance_codes(code) or (find_dossier_codes(code) and _MINISTRY.search(code)):
        return Whose.MINISTRY, None
    place = authority_of(code)
    return (Whose.CITY, None) if place == UNKNOWN_AUTHORITY else (Whose.ELSEWHERE, place)
