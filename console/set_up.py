"""The first time: a password of one's own, an authenticator app, recovery codes. All of it takes effect together."""

from __future__ import annotations

from aiohttp import web

from console import once, sessions, totp
from console.deeds import deed
from console.desk import DESK
from console.errors import Conflict
from console.new_passwords import judge_new
from console.passwords import PASSWORDS
from console.permissions import Permission
from console.rendering import page, words_of
from console.security import FORM
from console.sessions import SESSION
from console.sign_in import enter
from console.views import Views
from console.visitor import visitor_of
from storage import audit, credentials

views = Views("/set-up")


@views.get("", permission=Permission.SIGNED_IN, stage="setup")
async def show(request: web.Request) -> web.StreamResponse:
    """Ask for a new password."""
    _lead_on(request)
    return page(request, "sign_in/set_up_password.html.j2", faults=[])


@views.post("", permission=Permission.SIGNED_IN, stage="setup")
async def take_password(request: web.Request) -> web.StreamResponse:
    """Keep the new password's hash in the session until the app is confirmed."""
    _lead_on(request)
    password, faults = await judge_new(request)
    if faults:
        return page(request, "sign_in/set_up_password.html.j2", status=422, faults=faults)
    once.keep(request, "password_hash", await request.config_dict[PASSWORDS].hash(password))
    if once.look(request, "secret") is None:
        once.keep(request, "secret", totp.new_secret())
    raise web.HTTPSeeOther("/console/set-up/app")


@views.get("/app", permission=Permission.SIGNED_IN, stage="setup")
async def show_secret(request: web.Request) -> web.StreamResponse:
    """Show the secret for the app, and ask for its first code."""
    _lead_on(request)
    return _secret_page(request, None)


@views.post("/app", permission=Permission.SIGNED_IN, stage="setup")
async def confirm_app(request: web.Request) -> web.StreamResponse:
    """Put password, secret and recovery codes in force, if the app shows the right code."""
    _lead_on(request)
    desk, officer = request.config_dict[DESK], visitor_of(request).officer
    secret, password_hash = once.look(request, "secret"), once.look(request, "password_hash")
    step = totp.find_step(secret or "", str(request[FORM].get("code", "")), desk.now().timestamp()) if secret else None
    if step is None or password_hash is None:
        return _secret_page(request, words_of(request)("sign_in.errors.wrong_code"))
    codes = totp.new_recovery_codes()
    async with desk.database.transaction() as connection:
        version = await credentials.set_up(
            connection,
            desk.cipher,
            officer.id,
            version=officer.credentials_version,
            password_hash=password_hash,
            secret=secret,
            step=step,
            recovery_hashes=[totp.hash_recovery_code(code) for code in codes],
        )
        if version is None:
            raise Conflict
        await audit.write(connection, deed(request, "officer.set_up", officer.login))
    target = request[SESSION].get("next")
    await sessions.end_all_soon(desk.redis, officer.id)
    await sessions.start(request, officer_id=officer.id, version=version, stage="setup")
    request[SESSION]["next"] = target
    once.keep(request, "codes", codes)
    raise web.HTTPSeeOther("/console/set-up/codes")


@views.get("/codes", permission=Permission.SIGNED_IN, stage="setup")
async def show_codes(request: web.Request) -> web.StreamResponse:
    """Show the recovery codes until they are said to be saved."""
    return _codes_page(request, None)


@views.post("/codes", permission=Permission.SIGNED_IN, stage="setup")
async def finish(request: web.Request) -> web.StreamResponse:
    """Let the officer in: the codes are saved."""
    officer = visitor_of(request).officer
    if officer.must_set_up:
        raise web.HTTPSeeOther("/console/set-up")
    if request[FORM].get("saved") != "1":
        return _codes_page(request, words_of(request)("sign_in.errors.not_saved"))
    return await enter(request, officer, by="set_up")


def _lead_on(request: web.Request) -> None:
    """Lead to the step that is next, if it is another than the one asked for."""
    if not visitor_of(request).officer.must_set_up and visitor_of(request).officer.has_totp:
        raise web.HTTPSeeOther("/console/set-up/codes")
    if request.path.endswith("/app") and once.look(request, "password_hash") is None:
        raise web.HTTPSeeOther("/console/set-up")


def _secret_page(request: web.Request, fault: str | None) -> web.Response:
    secret = once.look(request, "secret")
    address = totp.address_of(secret, visitor_of(request).officer.login)
    return page(
        request,
        "sign_in/set_up_app.html.j2",
        status=422 if fault else 200,
        picture=totp.picture_of(address),
        secret=totp.spaced(secret),
        address=address,
        fault=fault,
    )


def _codes_page(request: web.Request, fault: str | None) -> web.Response:
    codes = once.look(request, "codes")
    if codes is None and visitor_of(request).officer.must_set_up:
        raise web.HTTPSeeOther("/console/set-up")
    return page(request, "sign_in/set_up_codes.html.j2", status=422 if fault else 200, codes=codes or [], fault=fault)
