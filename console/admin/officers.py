"""Officers: who they are, what they may do and where; new ones, roles, disabling, resetting."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from aiohttp import web

from console import once, sessions
from console.admin.grants import describe
from console.admin.role_rows import Fault, Row, judge_rows, read_rows, rows_of, unit_options
from console.admin.rules import (
    administers,
    is_head,
    may_control,
    may_see,
    merge_grants,
    require_control,
    require_sight,
    require_somebody_left,
)
from console.deeds import deed
from console.desk import DESK
from console.errors import NotFound
from console.fields import read_id
from console.passwords import PASSWORDS, temporary_password
from console.permissions import Permission
from console.rendering import flash, page, words_of
from console.security import FORM
from console.views import Views
from console.visitor import visitor_of
from dossiers.text import clean
from storage import audit, credentials, officers
from storage.database import Connection
from storage.officers import EVERYWHERE, Grant, Officer

LOGIN: Final = re.compile(r"[a-z][a-z0-9._-]{1,38}[a-z0-9]")
"""A login: letters without marks, digits, dot, hyphen, underscore; 3 to 40 of them."""
MAX_NAME_CHARS: Final = 100
TEMPORARY_SECONDS: Final = 7 * 24 * 3600
"""How long a temporary password opens the console."""

views = Views("/admin/officers")


@views.get("", permission=Permission.ADMINISTER)
async def show_all(request: web.Request) -> web.StreamResponse:
    """List the officers with a role in the visitor's units."""
    visitor = visitor_of(request)
    everybody = await officers.all_officers(request.config_dict[DESK].database)
    seen = [officer for officer in everybody if may_see(visitor, officer)]
    return page(request, "admin/officers.html.j2", officers=seen)


@views.get("/new", permission=Permission.ADMINISTER)
async def show_form(request: web.Request) -> web.StreamResponse:
    """Ask for a new officer."""
    return await _show_form(request, rows_of([]))


@views.post("/new", permission=Permission.ADMINISTER)
async def add(request: web.Request) -> web.StreamResponse:
    """Add an officer with a temporary password, which the next page shows once."""
    form = request[FORM]
    login, name = str(form.get("login", "")).strip().lower(), clean(str(form.get("name", "")))
    rows = read_rows(form)
    if "more" in form:
        return await _show_form(request, rows, login=login, name=name)
    grants, faults = _judge_new(request, login, name, rows)
    if not faults:
        password = temporary_password()
        officer_id = await _hire(request, login, name, grants, password)
        if officer_id is not None:
            once.keep(request, f"password-{officer_id}", password)
            flash(request, "ok", "admin.said.officer_added", login=login)
            raise web.HTTPSeeOther(f"/console/admin/officers/{officer_id}")
        faults = [("login", words_of(request)("admin.errors.login_taken"))]
    return await _show_form(request, rows, login=login, name=name, faults=faults)


async def _show_form(
    request: web.Request, rows: list[Row], *, login: str = "", name: str = "", faults: list[Fault] | None = None
) -> web.Response:
    return page(
        request,
        "admin/officer_new.html.j2",
        status=422 if faults else 200,
        login=login,
        name=name,
        rows=rows,
        unit_options=await unit_options(request, rows),
        faults=faults or [],
    )


def _judge_new(request: web.Request, login: str, name: str, rows: list[Row]) -> tuple[list[Grant], list[Fault]]:
    """Return the grants of a form for a new officer, and what is wrong with it."""
    t = words_of(request)
    grants, faults = judge_rows(request, rows)
    if LOGIN.fullmatch(login) is None:
        faults.insert(0, ("login", t("admin.errors.login")))
    if not name or len(name) > MAX_NAME_CHARS:
        faults.insert(0, ("name", t("admin.errors.name")))
    if not grants and not faults:
        faults.append(("grants", t("admin.errors.no_grants")))
    return grants, faults


async def _hire(request: web.Request, login: str, name: str, grants: list[Grant], password: str) -> int | None:
    """Add an officer with a password of some days; None: the login is taken."""
    password_hash = await request.config_dict[PASSWORDS].hash(password)
    async with request.config_dict[DESK].database.transaction() as connection:
        officer_id = await officers.add(
            connection,
            login=login,
            name=name,
            grants=grants,
            password_hash=None,
            created_by=visitor_of(request).officer.login,
        )
        if officer_id is not None:
            await credentials.reset(
                connection, officer_id, password_hash=password_hash, valid_seconds=TEMPORARY_SECONDS
            )
            await _note(connection, request, "officer.add", login, grants, given=[describe(one) for one in grants])
    return officer_id


@views.get("/{officer_id}", permission=Permission.ADMINISTER)
async def show(request: web.Request) -> web.StreamResponse:
    """Show an officer; right after adding or resetting with the temporary password, once."""
    return await _show(request, await _find(request))


@views.post("/{officer_id}/roles", permission=Permission.ADMINISTER)
async def change_roles(request: web.Request) -> web.StreamResponse:
    """Replace what an officer may do in the visitor's units."""
    officer, form = await _find(request), request[FORM]
    rows = read_rows(form)
    wanted, faults = judge_rows(request, rows)
    if faults or "more" in form:
        return await _show(request, officer, rows=rows, faults=[] if "more" in form else faults)
    async with request.config_dict[DESK].database.transaction() as connection:
        await officers.lock(connection)
        officer = require_sight(visitor_of(request), await officers.find_for_change(connection, officer.id))
        grants = merge_grants(visitor_of(request), officer, wanted)
        if not is_head(grants):
            await require_somebody_left(connection, officer)
        await officers.set_grants(connection, officer.id, grants)
        before, after = {describe(one) for one in officer.grants}, {describe(one) for one in grants}
        detail = {"given": sorted(after - before), "taken": sorted(before - after)}
        await _note(connection, request, "officer.change_roles", officer.login, grants, **detail)
    flash(request, "ok", "admin.said.roles_changed", login=officer.login)
    raise web.HTTPSeeOther(f"/console/admin/officers/{officer.id}")


@views.post("/{officer_id}/disable", permission=Permission.ADMINISTER)
async def disable(request: web.Request) -> web.StreamResponse:
    """Let an officer sign in no more; sessions are over at once."""
    officer = await _find(request)
    async with request.config_dict[DESK].database.transaction() as connection:
        officer = await _take(connection, request, officer.id)
        await require_somebody_left(connection, officer)
        if await officers.disable(connection, officer.id):
            await _note(connection, request, "officer.disable", officer.login, officer.grants)
    await sessions.end_all_soon(request.config_dict[DESK].redis, officer.id)
    flash(request, "ok", "admin.said.officer_disabled", login=officer.login)
    raise web.HTTPSeeOther(f"/console/admin/officers/{officer.id}")


@views.post("/{officer_id}/enable", permission=Permission.ADMINISTER)
async def enable(request: web.Request) -> web.StreamResponse:
    """Let a disabled officer sign in again."""
    officer = await _find(request)
    async with request.config_dict[DESK].database.transaction() as connection:
        officer = await _take(connection, request, officer.id)
        if await officers.enable(connection, officer.id):
            await _note(connection, request, "officer.enable", officer.login, officer.grants)
    flash(request, "ok", "admin.said.officer_enabled", login=officer.login)
    raise web.HTTPSeeOther(f"/console/admin/officers/{officer.id}")


@views.post("/{officer_id}/reset", permission=Permission.ADMINISTER)
async def reset(request: web.Request) -> web.StreamResponse:
    """Give an officer a temporary password; codes are off, sessions over."""
    officer, password = await _find(request), temporary_password()
    password_hash = await request.config_dict[PASSWORDS].hash(password)
    async with request.config_dict[DESK].database.transaction() as connection:
        officer = await _take(connection, request, officer.id)
        await credentials.reset(connection, officer.id, password_hash=password_hash, valid_seconds=TEMPORARY_SECONDS)
        await _note(connection, request, "officer.reset", officer.login, officer.grants)
    await sessions.end_all_soon(request.config_dict[DESK].redis, officer.id)
    once.keep(request, f"password-{officer.id}", password)
    flash(request, "ok", "admin.said.officer_reset", login=officer.login)
    raise web.HTTPSeeOther(f"/console/admin/officers/{officer.id}")


async def _find(request: web.Request) -> Officer:
    officer_id = read_id(request.match_info["officer_id"])
    if officer_id is None:
        raise NotFound
    found = await officers.find(request.config_dict[DESK].database, id=officer_id)
    return require_sight(visitor_of(request), found)


async def _take(connection: Connection, request: web.Request, officer_id: int) -> Officer:
    """Return the officer as of now, for a change that needs control; others wait until the transaction's end."""
    await officers.lock(connection)
    officer = require_sight(visitor_of(request), await officers.find_for_change(connection, officer_id))
    require_control(visitor_of(request), officer)
    return officer


async def _show(
    request: web.Request,
    officer: Officer,
    *,
    rows: list[Row] | None = None,
    faults: list[Fault] | None = None,
) -> web.Response:
    visitor = visitor_of(request)
    theirs = [grant for grant in officer.grants if administers(visitor, grant.unit)]
    rows = rows_of(theirs) if rows is None else rows
    return page(
        request,
        "admin/officer.html.j2",
        status=422 if faults else 200,
        officer=officer,
        others=[grant for grant in officer.grants if grant not in theirs],
        theirs=theirs,
        rows=rows,
        unit_options=await unit_options(request, rows),
        is_oneself=officer.id == visitor.officer.id,
        may_control=may_control(visitor, officer),
        left=await credentials.count_recovery_codes(request.config_dict[DESK].database, officer.id),
        password=once.take(request, f"password-{officer.id}"),
        faults=faults or [],
    )


async def _note(
    connection: Connection, request: web.Request, action: str, login: str, grants: Iterable[Grant], **detail: list[str]
) -> None:
    """Write what was done; in the log of a unit if all the officer's roles are there."""
    places = {grant.unit for grant in grants}
    unit = places.pop() if len(places) == 1 else None
    await audit.write(connection, deed(request, action, login, None if unit == EVERYWHERE else unit, **detail))
