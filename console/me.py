"""One's own account: language, password, authenticator app, recovery codes, and where one is signed in."""

from __future__ import annotations

from aiohttp import web

from console import devices, once, sessions, throttle, totp
from console.deeds import deed
from console.desk import DESK
from console.errors import BadForm, NotFound
from console.new_passwords import judge_new
from console.passwords import PASSWORDS
from console.permissions import Permission
from console.proving import judge_of
from console.rendering import LANGUAGE_COOKIE, flash, page, words_of
from console.security import FORM
from console.sessions import SESSION, address_of
from console.views import Views
from console.visitor import visitor_of
from console.waiting import ask_to_wait
from console.words import LANGUAGES
from storage import audit, credentials, officers
from storage.audit import Entry
from storage.database import Connection

views = Views("/me")


@views.get("", permission=Permission.SIGNED_IN)
async def show(request: web.Request) -> web.StreamResponse:
    """Show the account and its sessions."""
    desk, officer = request.config_dict[DESK], visitor_of(request).officer
    return page(
        request,
        "me/me.html.j2",
        left=await credentials.count_recovery_codes(desk.database, officer.id),
        sessions=await sessions.sessions_of(desk.redis, officer.id),
        here=request[SESSION]["sid"],
        name_device=devices.name_device,
    )


@views.post("/language", permission=Permission.SIGNED_IN)
async def choose_language(request: web.Request) -> web.StreamResponse:
    """Show all pages in another language from now on."""
    language = request[FORM].get("language")
    if language not in LANGUAGES:
        raise BadForm
    officer = visitor_of(request).officer
    async with request.config_dict[DESK].database.transaction() as connection:
        await officers.set_language(connection, officer.id, str(language))
        await _note(connection, request, "officer.choose_language", language=str(language))
    flash(request, "ok", "me.said.language")
    onward = web.HTTPSeeOther("/console/me")
    onward.del_cookie(LANGUAGE_COOKIE, path="/console")
    raise onward


@views.get("/password", permission=Permission.SIGNED_IN)
async def show_password(request: web.Request) -> web.StreamResponse:
    """Ask for the old password and a new one."""
    return page(request, "me/password.html.j2", faults=[])


@views.post("/password", permission=Permission.SIGNED_IN)
async def change_password(request: web.Request) -> web.StreamResponse:
    """Change the password: all other sessions are over."""
    desk, officer = request.config_dict[DESK], visitor_of(request).officer
    faults = await _check_own(request, needs_code=False)
    password = ""
    if not faults:
        password, faults = await judge_new(request)
    if faults:
        return page(request, "me/password.html.j2", status=422, faults=faults)
    password_hash = await request.config_dict[PASSWORDS].hash(password)
    async with desk.database.transaction() as connection:
        version = await credentials.set_password(connection, officer.id, password_hash)
        await _note(connection, request, "officer.change_password")
    await _go_on_alone(request, version)
    flash(request, "ok", "me.said.password")
    raise web.HTTPSeeOther("/console/me")


@views.get("/recovery-codes", permission=Permission.SIGNED_IN)
async def show_recovery_codes(request: web.Request) -> web.StreamResponse:
    """Ask for the password; or show new codes, once."""
    return page(request, "me/recovery_codes.html.j2", codes=once.take(request, "codes"), faults=[])


@views.post("/recovery-codes", permission=Permission.SIGNED_IN)
async def renew_recovery_codes(request: web.Request) -> web.StreamResponse:
    """Make new recovery codes; those of before open nothing any more."""
    officer = visitor_of(request).officer
    if faults := await _check_own(request, needs_code=True):
        return page(request, "me/recovery_codes.html.j2", status=422, codes=None, faults=faults)
    codes = totp.new_recovery_codes()
    async with request.config_dict[DESK].database.transaction() as connection:
        await credentials.set_recovery_codes(connection, officer.id, [totp.hash_recovery_code(code) for code in codes])
        await _note(connection, request, "officer.renew_recovery_codes")
    once.keep(request, "codes", codes)
    raise web.HTTPSeeOther("/console/me/recovery-codes")


@views.get("/app", permission=Permission.SIGNED_IN)
async def show_app(request: web.Request) -> web.StreamResponse:
    """Ask for the password and a code of the app of before."""
    once.drop(request, "secret")
    return page(request, "me/app.html.j2", faults=[])


@views.post("/app", permission=Permission.SIGNED_IN)
async def begin_app(request: web.Request) -> web.StreamResponse:
    """Make a secret for another app."""
    if faults := await _check_own(request, needs_code=True):
        return page(request, "me/app.html.j2", status=422, faults=faults)
    once.keep(request, "secret", totp.new_secret())
    raise web.HTTPSeeOther("/console/me/app/confirm")


@views.get("/app/confirm", permission=Permission.SIGNED_IN)
async def show_secret(request: web.Request) -> web.StreamResponse:
    """Show the secret, and ask for the new app's first code."""
    return _secret_page(request, None)


@views.post("/app/confirm", permission=Permission.SIGNED_IN)
async def confirm_app(request: web.Request) -> web.StreamResponse:
    """Put the new secret in force: all other sessions are over."""
    desk, officer, secret = request.config_dict[DESK], visitor_of(request).officer, once.look(request, "secret")
    if secret is None:
        raise web.HTTPSeeOther("/console/me/app")
    step = totp.find_step(secret, str(request[FORM].get("code", "")), desk.now().timestamp())
    if step is None:
        return _secret_page(request, words_of(request)("sign_in.errors.wrong_code"))
    async with desk.database.transaction() as connection:
        version = await credentials.set_totp(connection, desk.cipher, officer.id, secret=secret, step=step)
        await _note(connection, request, "officer.change_app")
    await _go_on_alone(request, version)
    flash(request, "ok", "me.said.app")
    raise web.HTTPSeeOther("/console/me")


@views.post("/sessions/end", permission=Permission.SIGNED_IN)
async def end_session(request: web.Request) -> web.StreamResponse:
    """End one of one's sessions."""
    desk, officer, sid = request.config_dict[DESK], visitor_of(request).officer, str(request[FORM].get("sid", ""))
    if not await sessions.end_one(desk.redis, officer.id, sid):
        raise NotFound
    await audit.note(desk.database, _entry(request, "session.end"))
    flash(request, "ok", "me.said.session_ended")
    raise web.HTTPSeeOther("/console/me")


@views.post("/sessions/end-others", permission=Permission.SIGNED_IN)
async def end_others(request: web.Request) -> web.StreamResponse:
    """End all of one's sessions but this one."""
    desk, officer = request.config_dict[DESK], visitor_of(request).officer
    ended = await sessions.end_all(desk.redis, officer.id, but=request[SESSION]["sid"])
    await audit.note(desk.database, _entry(request, "session.end", sessions=ended))
    flash(request, "ok", "me.said.sessions_ended", sessions=ended)
    raise web.HTTPSeeOther("/console/me")


async def _check_own(request: web.Request, *, needs_code: bool) -> list[tuple[str, str]]:
    """Return what is wrong with one's own proof (fields `password`, `code`): who found a screen open has none."""
    desk, officer, form, t = (
        request.config_dict[DESK],
        visitor_of(request).officer,
        request[FORM],
        words_of(request),
    )
    device = devices.device_of(request, officer.login)
    password_tries = throttle.password_counters(officer.login, address_of(request), device)
    tries = [*password_tries, *(throttle.code_counters(officer.id, device) if needs_code else [])]
    waits = await throttle.take(desk.redis, tries, desk.now().timestamp())
    if waits > 0:
        return [("password", ask_to_wait(t, waits))]
    judge = judge_of(request)
    faults = []
    if await judge.check_password(officer.login, str(form.get("password", ""))) is None:
        faults = [("password", t("me.errors.password"))]
    elif (
        needs_code
        and await judge.check_code(officer, str(form.get("code", "")), desk.now(), address=address_of(request)) is None
    ):
        faults = [("code", t("sign_in.errors.wrong_code"))]
    if faults:
        await audit.note(desk.database, _entry(request, f"session.refuse_{faults[0][0]}"))
    else:
        await throttle.give_back(desk.redis, tries)
    return faults


async def _go_on_alone(request: web.Request, version: int | None) -> None:
    """End all sessions of the credentials of before, and begin one of the new ones for this browser."""
    officer, redis = visitor_of(request).officer, request.config_dict[DESK].redis
    if version is None:
        raise NotFound
    await sessions.end_all_soon(redis, officer.id)
    await sessions.start(request, officer_id=officer.id, version=version)


def _secret_page(request: web.Request, fault: str | None) -> web.Response:
    secret = once.look(request, "secret")
    if secret is None:
        raise web.HTTPSeeOther("/console/me/app")
    address = totp.address_of(secret, visitor_of(request).officer.login)
    return page(
        request,
        "me/app_confirm.html.j2",
        status=422 if fault else 200,
        picture=totp.picture_of(address),
        secret=totp.spaced(secret),
        address=address,
        fault=fault,
    )


def _entry(request: web.Request, action: str, **detail: str | int) -> Entry:
    return deed(request, action, visitor_of(request).officer.login, None, **detail)


async def _note(connection: Connection, request: web.Request, action: str, **detail: str | int) -> None:
    await audit.write(connection, _entry(request, action, **detail))
