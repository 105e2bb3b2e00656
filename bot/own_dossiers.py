"""Which of somebody's own dossiers a message is about: by the end of a code, a day, or a procedure's name. Pure.

Only ever looks among dossiers that are linked already: an end of a code is guessed easily (docs: public-services 3.3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import date
from zoneinfo import ZoneInfo

from bot.understanding import Entities
from dossiers import fold
from storage.dossiers import Dossier

_CODE_DATE = re.compile(r"-(?:20)?(\d{2})(\d{2})(\d{2})-")
_SIGNS = re.compile(r"[^0-9A-Z]")


def narrow(linked: Sequence[Dossier], entities: Entities, zone: ZoneInfo) -> list[Dossier] | None:
    """Return the linked dossiers that a message names; None when it names none by such means.

    The empty list means that an end of a code was named and fits nothing. Days and procedures only narrow: people say
    them for other reasons too.
    """
    found = list(linked)
    if entities.code_tails:
        found = [one for one in found if any(_ends_in(one.code, tail) for tail in entities.code_tails)]
    days = {said.day for said in entities.dates if said.day is not None}
    by_day = _if_any(found, lambda one: bool(days & _days_of(one, zone)))
    names = [fold(name) for name in entities.procedures]
    by_name = _if_any(by_day or found, lambda one: any(name in fold(one.procedure_name or "") for name in names))
    if not entities.code_tails and by_day is None and by_name is None:
        return None
    return by_name or by_day or found


def _if_any(dossiers: Sequence[Dossier], fits: Callable[[Dossier], bool]) -> list[Dossier] | None:
    return [one for one in dossiers if fits(one)] or None


def _ends_in(code: str, tail: str) -> bool:
    return bool(end := _SIGNS.sub("", tail.upper())) and _SIGNS.sub("", code.upper()).endswith(end)


def _days_of(dossier: Dossier, zone: ZoneInfo) -> set[date]:
    """Return the days on which it may be said to have been handed in."""
    days = {moment.astimezone(zone).date() for moment in (dossier.submitted_at, dossier.received_at) if moment}
    if written := _CODE_DATE.search(dossier.code):
        with suppress(ValueError):  # a lenient code may hold what is no day
            days.add(date(2000 + int(written[1]), int(written[2]), int(written[3])))
    return days
