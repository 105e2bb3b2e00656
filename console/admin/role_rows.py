"""The form in which roles are chosen: a row for each, of a role and of a unit that the site knows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count, takewhile
from typing import Final

from aiohttp import web

from console.admin.grants import UNIT
from console.admin.rules import administers
from console.desk import DESK
from console.errors import BadForm
from console.rendering import words_of
from console.unit_names import name_and_code, names
from console.visitor import visitor_of
from storage import officers, places
from storage.officers import EVERYWHERE, Grant, Role

MAX_GRANTS: Final = 100
EMPTY_ROWS: Final = 3
OTHER: Final = "other"
"""The row whose unit is typed: a site begins without dossiers, and so without units that could be chosen."""
Fault = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Row:
    """What stands in a row; empty texts: nothing was chosen. `id` ends the names of its fields."""

    id: str
    role: str
    unit: str


def rows_of(grants: Iterable[Grant]) -> list[Row]:
    """Return the rows of roles that somebody has, and some empty ones."""
    chosen = [(grant.role.value, grant.unit) for grant in sorted(grants, key=lambda one: (one.unit, one.role))]
    return _numbered([*chosen, *[("", "")] * EMPTY_ROWS])


def read_rows(form: Mapping[str, object]) -> list[Row]:
    """Return the rows of a form that was sent, with more empty ones if that is what the button was for.

    Raises:
        BadForm: it has no rows, as a page of before an update has none: nobody's roles are taken away by that.
    """
    if "role-1" not in form:
        raise BadForm
    numbers = takewhile(lambda number: f"role-{number}" in form, count(1))
    sent = [(str(form[f"role-{number}"]), str(form.get(f"unit-{number}", "")).strip()) for number in numbers]
    wanted = EMPTY_ROWS if "more" in form and len(sent) <= MAX_GRANTS else 0
    other = Row(OTHER, str(form.get(f"role-{OTHER}", "")), str(form.get(f"unit-{OTHER}", "")).strip())
    return [*_numbered([*sent, *[("", "")] * wanted]), other]


def _numbered(chosen: Iterable[tuple[str, str]]) -> list[Row]:
    return [Row(str(number), role, unit) for number, (role, unit) in enumerate(chosen, 1)]


def judge_rows(request: web.Request, rows: Iterable[Row]) -> tuple[list[Grant], list[Fault]]:
    """Return the roles of rows, and what is wrong with others, each by its field; a row without a role says nothing."""
    t, visitor = words_of(request), visitor_of(request)
    grants: list[Grant] = []
    faults: list[Fault] = []
    for row in rows:
        if not row.role and not (row.id == OTHER and row.unit):
            continue
        if row.role not in set(Role):
            faults.append((f"role-{row.id}", t("admin.errors.role_missing")))
        elif not row.unit:
            faults.append((f"unit-{row.id}", t("admin.errors.unit_missing")))
        elif row.unit != EVERYWHERE and UNIT.fullmatch(row.unit) is None:
            faults.append((f"unit-{row.id}", t("admin.errors.unit", text=row.unit[:60])))
        elif not administers(visitor, row.unit):
            faults.append((f"unit-{row.id}", t("admin.errors.unit_of_others")))
        else:
            grants.append(Grant(row.unit, Role(row.role)))
    if len(grants) > MAX_GRANTS:
        faults.append(("grants", t("admin.errors.many_grants", most=MAX_GRANTS)))
    return grants, faults


async def unit_options(request: web.Request, rows: Iterable[Row]) -> list[tuple[str, str]]:
    """Return the units that the visitor administers, with their names: those of dossiers and those above them, of
    places, of officers' roles, and what stands in the rows; the whole city first.
    """
    database, visitor = request.config_dict[DESK].database, visitor_of(request)
    known = {one.code: one.name for one in await places.list_all(database) if one.kind != "former"}
    known |= await names(request)
    roles = {grant.unit for officer in await officers.all_officers(database) for grant in officer.grants}
    chosen = {row.unit for row in rows if row.id != OTHER and UNIT.fullmatch(row.unit)}
    codes = set(known) | {above for code in known for above in _above(code)} | roles | chosen
    fitting = sorted(code for code in codes if code != EVERYWHERE and administers(visitor, code))
    everywhere = [(EVERYWHERE, words_of(request)("broadcasts.whole_city"))] if administers(visitor, EVERYWHERE) else []
    return everywhere + [(code, name_and_code(code, known)) for code in fitting]


def _above(code: str) -> list[str]:
    """The units that a unit lies below, but for the province, whose code all have: `*` is for that."""
    parts = code.split(".")
    return [".".join(parts[:length]) for length in range(2, len(parts))]
