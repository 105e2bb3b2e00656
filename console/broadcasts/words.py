"""Broadcasts in words: who it is for, what waits, which channel, why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

from aiohttp import web

from console.broadcasts.common import office_of
from console.broadcasts.units import shown
from console.numbers import NOTHING
from console.rendering import language_of, words_of
from console.words import all_words
from dossiers.status import Status
from storage.audiences import Audience
from storage.officers import EVERYWHERE

TONES: Final[Mapping[str, str]] = {
    "draft": "neutral",
    "submitted": "warn",
    "approved": "info",
    "preparing": "info",
    "canary": "info",
    "sending": "info",
    "paused": "warn",
    "halted": "bad",
    "done": "good",
    "cancelled": "neutral",
}
ROW_TONES: Final[Mapping[str, str]] = {
    "delivered": "good",
    "read": "good",
    "accepted": "info",
    "failed": "bad",
    "no_mobile": "bad",
    "in_doubt": "warn",
}


def word(request: web.Request, group: str, key: str | None) -> str:
    """Return the word for a value of the database, or the value itself when there is none."""
    if not key:
        return NOTHING
    name = f"broadcasts.{group}.{key}"
    return words_of(request)(name) if name in all_words() else key


def why(request: web.Request, reason: str | None) -> str:
    """Return why a row did not arrive, in words; the platforms' codes are explained where deliveries are."""
    if not reason:
        return NOTHING
    if f"broadcasts.reasons.{reason}" in all_words():
        return words_of(request)(f"broadcasts.reasons.{reason}")
    return office_of(request).explain(reason, language_of(request))


def audience_facts(
    request: web.Request, audience: Audience, *, list_name: str | None, units: Mapping[str, str]
) -> list[tuple[str, str]]:
    """Return (label, what) of every condition of an audience; `units` are names by code."""
    t, language = words_of(request), language_of(request)
    told = [(t("broadcasts.audience.kind"), t(f"broadcasts.audience.kinds.{audience.kind}"))]
    if audience.list_id is not None:
        told.append((t("broadcasts.fields.list_id"), list_name or f"#{audience.list_id}"))
    # Who approves must read that nobody in the city is left out: none chosen is everywhere.
    places = audience.units or ((EVERYWHERE,) if audience.kind == "dossiers" else ())
    told += _named(t, "units", [shown(request, one, units) for one in places])
    told += _named(t, "procedures", audience.procedures)
    told += _named(t, "statuses", [_status(one, language) for one in audience.statuses])
    told += _range(t, "submitted", audience.submitted_from, audience.submitted_until)
    told += _range(t, "due", audience.due_from, audience.due_until)
    if audience.linked is not None:
        told.append((t("broadcasts.fields.linked"), t(f"broadcasts.linked.{'yes' if audience.linked else 'no'}")))
    if audience.language is not None:
        told.append((t("broadcasts.fields.language"), t(f"broadcasts.languages.{audience.language}")))
    return told + _named(t, "category", [category(request, audience.category)] if audience.category else [])


def category(request: web.Request, name: str) -> str:
    """Return what a category is called; sites have their own."""
    key = f"lists.category.{name}"
    return words_of(request)(key) if key in all_words() else name


def _named(t: Any, field: str, values: Sequence[str]) -> list[tuple[str, str]]:
    return [(t(f"broadcasts.fields.{field}"), ", ".join(values))] if values else []


def _status(code: int, language: str) -> str:
    if code not in set(Status):
        return str(code)
    return Status(code).label_vi if language == "vi" else Status(code).label_en


def _range(t: Any, field: str, start: date | None, end: date | None) -> list[tuple[str, str]]:
    if start is None and end is None:
        return []
    shown = [NOTHING if day is None else f"{day:%d/%m/%Y}" for day in (start, end)]
    return [(t(f"broadcasts.audience.{field}"), t("broadcasts.audience.range", start=shown[0], end=shown[1]))]
