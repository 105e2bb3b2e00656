"""The people of an audience, counted and read page by page, for a million dossiers and more.

What an audience asks of dossiers is said once (`fits` in `queries/audience_people.sql`); with the kinds `list` and
`subscribers` a phone must then belong to a dossier that fits as well. Opted-out people are counted, never among those
to be written to.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from storage.audiences import Audience
from storage.database import Database
from storage.officers import EVERYWHERE
from storage.sql import queries
from storage.wire import array

_Q = queries("audience_people")
_PHONES = {"dossiers": "phones_dossiers", "list": "phones_list", "subscribers": "phones_subscribers"}
_PAGES = {"dossiers": "page_dossiers", "subscribers": "page_subscribers"}
_PARTS: Final = ("phones", "known", "fits")
_OLDER, _ROTATED = "-", "+"
CITY_ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")


@dataclass(frozen=True, slots=True)
class Counts:
    """How many an audience reaches.

    Attributes:
        people: phones that would get a message.
        opted_out: phones of people who want nothing (now).
        no_mobile: dossiers that fit and name no mobile number.
        linked: of `people`, those who proved their phone in the chat.
        by_language: of `people`, by the language that they chose ("vi" when they chose none).
    """

    people: int
    opted_out: int
    no_mobile: int
    linked: int
    by_language: Mapping[str, int]


async def count(database: Database, audience: Audience, *, zone: ZoneInfo = CITY_ZONE) -> Counts:
    """Count an audience; `zone` is the one in which its days begin."""
    asked = await _asked(database, audience, zone)
    rows = [
        row
        for row in await _fetch(database, _query("count", audience.kind), asked)
        if audience.linked in (None, row["linked"]) and audience.language in (None, row["language"])
    ]
    wanted = [row for row in rows if not row["opted_out"]]
    languages: dict[str, int] = {}
    for row in wanted:
        languages[row["language"]] = languages.get(row["language"], 0) + row["people"]
    return Counts(
        people=sum(languages.values()),
        opted_out=sum(row["people"] for row in rows if row["opted_out"]),
        no_mobile=await _without_mobile(database, audience, asked),
        linked=sum(row["people"] for row in wanted if row["linked"]),
        by_language=dict(sorted(languages.items())),
    )


async def _without_mobile(database: Database, audience: Audience, asked: Mapping[str, Any]) -> int:
    """Whoever has no phone is in no list, asked for nothing, proved nothing and chose no language."""
    is_about_people = audience.linked or audience.category is not None or audience.language not in (None, "vi")
    if audience.kind != "dossiers" or is_about_people:
        return 0
    [row] = await _fetch(database, _query("without_mobile", audience.kind), asked)
    return int(row["dossiers"])


async def page(
    database: Database,
    audience: Audience,
    *,
    after: str | None,
    limit: int,
    zone: ZoneInfo = CITY_ZONE,
    first_key: bytes | None = None,
) -> list[dict[str, Any]]:
    """Return up to `limit` rows as they are stored, opted-out people among them; empty: there are no more.

    Each has `key` (what the next page comes `after`), `hash`, `language`, `linked` and `opted_out`. `linked` and
    `language` of the audience are not looked at: the caller leaves those rows out.

    With a `first_key` (its id: there are older ones) rows under older keys come first, and those under it afterwards:
    while keys are changed, a row's hash may move behind the place that was read to, but never out of the second part.
    Nobody is left out, and some phones come twice. Lists have an order of their own that no key changes.
    """
    params = await _asked(database, audience, zone) | {"limit": limit}
    if audience.kind == "list":
        rows = await _fetch(database, _query("page_list", "list"), params | {"after": int(after or 0)})
        return [row | {"key": str(row["line"])} for row in rows]
    query = _query(_PAGES[audience.kind], audience.kind)
    for part, mark in _parts_from(after, first_key):
        place = {"after": bytes.fromhex(mark), "first_key": first_key, "is_rotated": part == _ROTATED}
        if rows := await _fetch(database, query, params | place):
            for row in rows:
                row["key"] = part + row["hash"].hex()
            return rows
    return []


def _parts_from(after: str | None, first_key: bytes | None) -> list[tuple[str, str]]:
    """Return the parts of the order that are left, each with the hash to go on after. Keys may have come or gone."""
    part, mark = (after[0], after[1:]) if after and after[0] in (_OLDER, _ROTATED) else ("", after or "")
    if first_key is None:  # what was read under older keys is under this one now: all over again, which harms nobody
        return [("", "" if part == _OLDER else mark)]
    return [(_ROTATED, mark)] if part == _ROTATED else [(_OLDER, mark), (_ROTATED, "")]


async def opted_out(database: Database, hashes: Sequence[bytes]) -> set[bytes]:
    """Return those of the hashes whose owners want nothing now."""
    return {bytes(row["hash"]) for row in await database.fetch(_Q["opted_out"], {"hashes": array(hashes)})}


async def _fetch(database: Database, query: str, params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Run a statement with a plan of its own each time.

    Prepared, it gets a plan after some runs that fits whatever is asked, and takes fifty times as long (measured).
    """
    async with database.transaction() as connection:
        return list(await (await connection.execute(query, dict(params), prepare=False)).fetchall())


@cache
def _query(name: str, kind: str) -> str:
    query = _Q[name]
    for part in _PARTS:
        text = _Q[_PHONES[kind] if part == "phones" else part]
        query = query.replace(
            f"{{{part}}}", text.split("\n", 1)[1]
        )  # without its comment, which ends at the line's end
    return query


async def _asked(database: Database, audience: Audience, zone: ZoneInfo) -> dict[str, Any]:
    units = () if EVERYWHERE in audience.units else audience.units
    by_dossier = {
        "units": await _below(database, "units_below", units),
        "procedures": await _below(database, "procedures_below", audience.procedures),
        "statuses": list(audience.statuses) or None,
        "submitted_from": _midnight(audience.submitted_from, zone),
        "submitted_before": _midnight(audience.submitted_until, zone, days=1),
        "due_from": _midnight(audience.due_from, zone),
        "due_before": _midnight(audience.due_until, zone, days=1),
    }
    return by_dossier | {
        "by_dossier": any(value is not None for value in by_dossier.values()),
        "category": audience.category,
        "list_id": audience.list_id,
    }


async def _below(database: Database, name: str, asked: Sequence[str]) -> list[str] | None:
    """Return the codes in use that those asked for cover; None: nothing is asked for."""
    if not asked:
        return None
    return [row["code"] for row in await database.fetch(_Q[name], {"asked": list(asked)})]


def _midnight(day: date | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    return None if day is None else datetime.combine(day + timedelta(days=days), time(), zone)
