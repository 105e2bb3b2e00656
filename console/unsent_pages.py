"""What an officer typed and did not send, because the session had ended: shown once more, to be sent by hand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby

from aiohttp import web

from console import unsent
from console.admin.role_rows import OTHER
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.targets import HOME
from console.traces import Owner
from console.unsent import Unsent
from console.views import Views
from console.visitor import visitor_of
from console.words import all_words

views = Views("/unsent")


@dataclass(frozen=True, slots=True)
class Typed:
    """One field as it is shown: its label, and what was typed."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A form as it is shown: where it stood, when it came, and its fields."""

    page: str
    at: datetime
    fields: list[Typed]


@views.get("", permission=Permission.SIGNED_IN)
async def show(request: web.Request) -> web.StreamResponse:
    """Show what waits; it goes by itself a quarter of an hour after the sign-in."""
    officer = visitor_of(request).officer
    forms = await unsent.look(request, Owner(officer.id, officer.credentials_version))
    minutes = unsent.KEEP_SECONDS // 60
    return page(
        request, "unsent/show.html.j2", forms=[_shown(one, words_of(request)) for one in forms], minutes=minutes
    )


@views.get("/forms", permission=Permission.SIGNED_IN)
async def tell_forms(request: web.Request) -> web.StreamResponse:
    """Return what waits as data: with it, a form's own page fills its fields in (console.js)."""
    officer = visitor_of(request).officer
    forms = await unsent.look(request, Owner(officer.id, officer.credentials_version))
    told = words_of(request)("unsent.filled_in")
    return web.json_response({"told": told, "forms": [{"action": one.action, "fields": one.fields} for one in forms]})


@views.post("/discard", permission=Permission.SIGNED_IN)
async def discard(request: web.Request) -> web.StreamResponse:
    """Forget what waits: it was sent again, or is not needed."""
    await unsent.drop(request)
    flash(request, "ok", "unsent.discarded")
    raise web.HTTPSeeOther(HOME)


def _shown(form: Unsent, t: Callable[..., str]) -> Shown:
    by_name = groupby(sorted(form.fields, key=lambda field: _first(form, field[0])), key=lambda field: field[0])
    fields = [Typed(label_of(name, t), ", ".join(text for _, text in same)) for name, same in by_name]
    return Shown(form.page, datetime.fromtimestamp(form.at, UTC), fields)


def _first(form: Unsent, name: str) -> int:
    return next(place for place, field in enumerate(form.fields) if field[0] == name)


def label_of(name: str, t: Callable[..., str]) -> str:
    """Return what a field is called: its label's words; `unit-2` is the second unit; what has no words, its name."""
    head, _, rest = name.partition(".")
    if rest:
        return t("unsent.part", of=label_of(head, t), name=rest)
    kind, _, number = name.rpartition("-")
    if kind and number == OTHER:
        return label_of(kind, t)
    if kind and number.isdecimal():
        return t("unsent.row", of=label_of(kind, t), number=number)
    key = f"unsent.fields.{name}"
    return t(key) if key in all_words() else name
