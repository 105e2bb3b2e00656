"""The form that declares days: what was typed, judged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from aiohttp import web

from console.admin.rules import BeyondUnits, administers
from console.fields import is_unit, typed
from console.rendering import words_of
from console.visitor import visitor_of
from dossiers.city_days import CITY
from storage.officers import EVERYWHERE

MOST_DAYS: Final = 31
"""At once; what is longer is a mistyped year."""
MOST_DAYS_AHEAD: Final = 400
MAX_REASON_CHARS: Final = 200
OFF: Final = "off"
WORKED: Final = "worked"
KINDS: Final = (OFF, WORKED)
_DAY_FORMS: Final = ("%Y-%m-%d", "%d/%m/%Y")
"""What browsers send, and what people type where a browser has no field for dates."""

Faults = list[tuple[str, str]]
"""(field's name, message)"""


@dataclass(frozen=True, slots=True)
class Wish:
    """Days that are to be declared; `unit` as `storage.calendar_days` has it."""

    unit: str
    days: tuple[date, ...]
    worked: bool
    reason: str


def read_day(text: str) -> date | None:
    """Return the day that a text names, 2026-11-23 or 23/11/2026; None: it names none."""
    for form in _DAY_FORMS:
        try:
            return datetime.strptime(text, form).date()  # noqa: DTZ007 - a day of the city, without any time
        except ValueError:
            continue
    return None


def read_wish(request: web.Request, today: date) -> tuple[Wish | None, Faults]:
    """Return what the form asks for, or what is wrong with it."""
    t, faults = words_of(request), Faults()
    first, last = _span(request, today, t, faults)
    kind, reason = typed(request, "kind"), " ".join(typed(request, "reason").split())
    if kind not in KINDS:
        faults.append(("kind", t("admin.days.errors.kind")))
    unit = typed(request, "unit") or EVERYWHERE
    if not is_unit(unit):
        faults.append(("unit", t("admin.errors.unit", text=unit[:60])))
    elif not administers(visitor_of(request), unit):
        faults.append(("unit", t("admin.days.errors.whole_city" if unit == EVERYWHERE else BeyondUnits.word)))
    if not 1 <= len(reason) <= MAX_REASON_CHARS:
        faults.append(("reason", t("admin.days.errors.reason", limit=MAX_REASON_CHARS)))
    if faults or first is None or last is None:
        return None, faults
    days = tuple(first + timedelta(days=offset) for offset in range((last - first).days + 1))
    return Wish(CITY if unit == EVERYWHERE else unit, days, kind == WORKED, reason), []


def _span(request: web.Request, today: date, t: Callable[..., str], faults: Faults) -> tuple[date | None, date | None]:
    """Return the first and the last day; with faults added, neither is of use."""
    first_typed, last_typed = typed(request, "first"), typed(request, "last")
    first, last = read_day(first_typed), read_day(last_typed or first_typed)
    if first is None:
        faults.append(("first", t("admin.days.errors.day")))
    elif first < today:
        faults.append(("first", t("admin.days.errors.past")))
    if last_typed and last is None:
        faults.append(("last", t("admin.days.errors.day")))
    if first is None or last is None or faults:
        return first, last
    if last < first:
        faults.append(("last", t("admin.days.errors.order")))
    elif (last - first).days >= MOST_DAYS:
        faults.append(("last", t("admin.days.errors.many", most=MOST_DAYS)))
    elif last > today + timedelta(days=MOST_DAYS_AHEAD):
        faults.append(("last" if last_typed else "first", t("admin.days.errors.far", most=MOST_DAYS_AHEAD)))
    return first, last
