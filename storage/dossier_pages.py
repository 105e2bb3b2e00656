"""Dossiers as officers look at them: found exactly, within the officer's units, with all that came of them.

`units` are those in which the officer may look, each standing for those below it too; None: all. What lies elsewhere is
not there. Personal data comes from `owner_of` and `find_by_phone` alone, in the clear: mask it before showing it.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from storage.crypto import Cipher
from storage.database import Database
from storage.dossiers import EMAIL_COLUMN, NAME_COLUMN, PHONE_COLUMN
from storage.errors import UndecipherableValue
from storage.notices import RECIPIENT_COLUMN, Attempt
from storage.sql import queries

_Q = queries("dossier_pages")
Units = list[str] | None
MAX_FOUND: Final = 50
"""Dossiers of a phone that a search shows, the newest first."""
MAX_EVENTS: Final = 200
RUNNING: Final = frozenset({2, 4})
"""Statuses in which the office works on it: the clock runs (docs: public-services 7)."""
TROUBLES: Final = ("no_mobile", "unreachable", "in_doubt", "no_receipt", "wrong_number", "ours")
"""Why something was not delivered, as officers choose from it; `ours` is everything on our side or the platform's."""


@dataclass(frozen=True, slots=True)
class DossierPage:
    """A dossier without personal data; `has_…`: there is something to reveal."""

    id: int
    code: str
    status: int
    status_time: datetime
    source: str | None
    procedure_code: str | None
    procedure_name: str | None
    agency_code: str | None
    agency_name: str | None
    submitted_at: datetime | None
    received_at: datetime | None
    due_at: datetime | None
    finished_at: datetime | None
    has_name: bool
    has_phone: bool
    has_email: bool


@dataclass(frozen=True, slots=True)
class FoundDossier:
    """A line of a search by phone. `name` is personal data in the clear."""

    id: int
    code: str
    status: int
    status_time: datetime
    procedure_name: str | None
    agency_name: str | None
    due_at: datetime | None
    name: str | None


@dataclass(frozen=True, slots=True)
class Owner:
    """A dossier's applicant in the clear; phone as 84…"""

    name: str | None = None
    phone: str | None = None
    email: str | None = None


@dataclass(frozen=True, slots=True)
class DossierEvent:
    """What came about a dossier, and what became of it; no payload."""

    received_at: datetime
    at: datetime
    source: str
    event_id: str
    status: int
    outcome: str
    notice: str | None
    anomaly: str | None


@dataclass(frozen=True, slots=True)
class UndeliveredLine:
    """A line of the officers' list; `trouble` is one of `TROUBLES`. `phone` is personal data in the clear."""

    id: uuid.UUID
    created_at: datetime
    updated_at: datetime
    dossier_code: str | None
    dossier_id: int | None
    kind: str
    role: str
    state: str
    reason: str | None
    channel: str | None
    sends: int
    demands_action: bool
    agency_code: str | None
    agency_name: str | None
    trouble: str
    phone: str | None


@dataclass(frozen=True, slots=True)
class DueLine:
    """A dossier that is late, or due soon.

    `due_at` is the date that the citizen was told: the source's, or that of the last apology (`status_bridge/intake.py`
    keeps it when an event carries the old one again). `former_due_at`: the date that the last apology was for;
    `apologies`: how many there were.
    """

    id: int
    code: str
    status: int
    status_time: datetime
    procedure_name: str | None
    agency_code: str | None
    agency_name: str | None
    due_at: datetime
    received_at: datetime | None
    former_due_at: datetime | None
    apologies: int


async def find(database: Database, code: str, *, units: Units) -> DossierPage | None:
    """Return the dossier with this normalised code."""
    rows = await database.fetch(_Q["find"], {"code": code, "units": units})
    return DossierPage(**rows[0]) if rows else None


async def find_by_phone(
    database: Database, cipher: Cipher, phone: str, *, units: Units, limit: int = MAX_FOUND
) -> list[FoundDossier]:
    """Return the newest dossiers whose applicant has exactly this mobile number (84…)."""
    params = {"hashes": cipher.lookup_hashes(phone), "units": units, "limit": limit}
    rows = await database.fetch(_Q["find_by_phone"], params)
    return [FoundDossier(name=_open(cipher, row.pop("name_enc"), NAME_COLUMN), **row) for row in rows]


async def owner_of(database: Database, cipher: Cipher, dossier_id: int) -> Owner:
    """Return a dossier's applicant in the clear; what no configured key opens is None."""
    rows = await database.fetch(_Q["owner"], {"dossier_id": dossier_id})
    if not rows:
        return Owner()
    [row] = rows
    return Owner(
        _open(cipher, row["name_enc"], NAME_COLUMN),
        _open(cipher, row["phone_enc"], PHONE_COLUMN),
        _open(cipher, row["email_enc"], EMAIL_COLUMN),
    )


async def events_of(database: Database, dossier_id: int, *, limit: int = MAX_EVENTS) -> list[DossierEvent]:
    """Return the newest events of a dossier that were taken, the newest first."""
    rows = await database.fetch(_Q["events"], {"dossier_id": dossier_id, "limit": limit})
    return [DossierEvent(**row) for row in rows]


async def count_supplements(database: Database, dossier_id: int) -> int:
    """Return how often papers were asked for; more than once counts as late (docs: public-services 6.2)."""
    return int((await database.fetch(_Q["supplements"], {"dossier_id": dossier_id}))[0]["requests"])


async def attempts_of(database: Database, notices: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Attempt]]:
    """Return the attempts of notices, each one's oldest first."""
    found: defaultdict[uuid.UUID, list[Attempt]] = defaultdict(list)
    if notices:
        for row in await database.fetch(_Q["attempts"], {"notices": list(notices)}):
            found[row.pop("notice_id")].append(Attempt(**row))
    return found


async def undelivered(
    database: Database,
    cipher: Cipher,
    *,
    units: Units,
    trouble: str | None = None,
    kind: str | None = None,
    before: tuple[datetime, uuid.UUID] | None = None,
    limit: int = 50,
) -> list[UndeliveredLine]:
    """Return a page of the officers' list, newest first; `before` is the (`updated_at`, `id`) of the line above it."""
    moment, line = before or (None, None)
    params = {"units": units, "trouble": trouble, "kind": kind, "before": moment, "before_id": line, "limit": limit}
    rows = await database.fetch(_Q["undelivered"], params)
    return [UndeliveredLine(phone=_open(cipher, row.pop("recipient_enc"), RECIPIENT_COLUMN), **row) for row in rows]


async def due(
    database: Database,
    *,
    units: Units,
    now: datetime,
    until: datetime,
    late: bool | None = None,
    unit: str | None = None,
    newest: bool = False,
    after: tuple[datetime, int] | None = None,
    limit: int = 50,
) -> list[DueLine]:
    """Return a page of the dossiers that the office works on and that are late, or due by `until`.

    `late` leaves only those that are (True) or are not yet (False); `newest` puts the latest date first; `after` is the
    (`due_at`, `id`) of the line above the page; `unit` stands for those below it too.
    """
    params = _due_params(units, now, until, unit) | {"late": late, "newest": newest, "limit": limit}
    params |= {"after": after[0] if after else None, "after_id": after[1] if after else None}
    return [DueLine(**row) for row in await database.fetch(_Q["due"], params)]


async def count_due(
    database: Database, *, units: Units, now: datetime, until: datetime, unit: str | None = None
) -> tuple[int, int]:
    """Return how many dossiers are late, and how many are due by `until`."""
    row = (await database.fetch(_Q["count_due"], _due_params(units, now, until, unit)))[0]
    return int(row["late"]), int(row["soon"])


async def due_units(database: Database, *, units: Units, until: datetime) -> list[tuple[str, str]]:
    """Return the units (code, name) that have dossiers late or due by `until`."""
    rows = await database.fetch(_Q["due_units"], {"units": units, "until": until})
    return [(row["code"], row["name"] or row["code"]) for row in rows]


def _due_params(units: Units, now: datetime, until: datetime, unit: str | None) -> dict[str, Any]:
    return {"units": units, "now": now, "until": until, "unit": unit}


def _open(cipher: Cipher, value: bytes | None, column: str) -> str | None:
    try:
        return cipher.decrypt_optional(value, column)
    except UndecipherableValue:
        return None
