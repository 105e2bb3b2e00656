"""Signing in: login and password, then a code of the app or a recovery code; and signing out.

Each step begins a session under a new key. Words and time are the same for logins that nobody has.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from aiohttp import web

from console import devices, sessions, throttle, unsent
from console.desk import DESK
from console.errors import BadForm
from console.permissions import Permission
from console.proving import judge_of
from console.rendering import LANGUAGE_COOKIE, page, words_of
from console.security import FORM, UNSENT
from console.sessions import SESSION, address_of
from console.targets import SIGN_IN, safe_next
from console.traces import Owner
from console.views import Views
from console.visitor import VISITOR, visitor_of
from console.waiting import ask_to_wait
from console.words import LANGUAGES
from storage import audit, credentials, officers
from storage.audit import Entry
from storage.officers import Officer

MAX_CODE_TRIES: Final = 5
"""Wrong codes after which the password is asked again."""
_MAX_LOGIN_CHARS = 64
_SAID: Final = frozenset({"signed_out", "code_tries", "ended", "unsent"})
_LANGUAGE_SECONDS: Final = 365 * 24 * 3600

views = Views()


@views.get("/sign-in", permission=Permission.NOBODY)
async def show(request: web.Request) -> web.StreamResponse:
    """Show the form; who is signed in goes on to where they wanted."""
    visitor = request.get(VISITOR)
    target = safe_next(request.query.get("next"))
    if visitor is not None and visitor.session["stage"] == "full":
        raise web.HTTPSeeOther(target)
    said = request.query.get("said")
    return _form(request, target, said=said if said in _SAID else None)


@views.post("/sign-in", permission=Permission.NOBODY)
async def sign_in(request: web.Request) -> web.StreamResponse:
    """Judge login and password; the code is asked next."""
    form, desk = request[FORM], request.config_dict[DESK]
    login = str(form.get("login", "")).strip().lower()[:_MAX_LOGIN_CHARS]
    password, target = str(form.get("password", "")), safe_next(str(form.get("next", "")))
    t = words_of(request)
    if not login or not password:
        return _form(request, target, login=login, status=422, fault=t("sign_in.errors.empty"))
    device = devices.device_of(request, login)
    counters = throttle.password_counters(login, address_of(request), device)
    waits = await throttle.take(desk.redis, counters, desk.now().timestamp())
    if waits > 0:
        return _form(request, target, login=login, status=429, fault=ask_to_wait(words_of(request), waits))
    officer = await judge_of(request).check_password(login, password)
    if officer is None:
        await _note_refusal(request, login, "password")
        return _form(request, target, login=login, status=422, fault=t("sign_in.errors.wrong"))
    await throttle.give_back(desk.redis, counters)
    await sessions.start(
        request,
        officer_id=officer.id,
        version=officer.credentials_version,
        stage="code" if officer.has_totp else "setup",
    )
    request[SESSION]["next"] = target
    raise web.HTTPSeeOther("/console/sign-in/code" if officer.has_totp else "/console/set-up")


@views.get("/sign-in/code", permission=Permission.SIGNED_IN, stage="code")
async def show_code(request: web.Request) -> web.StreamResponse:
    """Ask for the code."""
    return page(request, "sign_in/code.html.j2", fault=None)


@views.post("/sign-in/code", permission=Permission.SIGNED_IN, stage="code")
async def give_code(request: web.Request) -> web.StreamResponse:
    """Judge the code; with a right one the officer is in."""
    desk, officer, code = request.config_dict[DESK], visitor_of(request).officer, str(request[FORM].get("code", ""))
    t = words_of(request)
    if not code.strip():
        return page(request, "sign_in/code.html.j2", status=422, fault=t("sign_in.errors.no_code"))
    counters = throttle.code_counters(officer.id, devices.device_of(request, officer.login))
    waits = await throttle.take(desk.redis, counters, desk.now().timestamp())
    if waits > 0:
        return page(request, "sign_in/code.html.j2", status=429, fault=ask_to_wait(words_of(request), waits))
    kind = await judge_of(request).check_code(officer, code, desk.now(), address=address_of(request))
    if kind is None:
        return await _refuse_code(request, officer)
    await throttle.give_back(desk.redis, counters)
    return await enter(request, officer, by=kind)


async def enter(request: web.Request, officer: Officer, *, by: str, version: int | None = None) -> web.HTTPSeeOther:
    """Let an officer in who has proven everything, and lead to where they wanted; the browser is known from now on.

    Args:
        request: the one with the last proof.
        officer: who it is.
        by: what the last proof was, for the audit log.
        version: of the credentials, if they were changed in this request.
    """
    desk, target = request.config_dict[DESK], safe_next(request[SESSION].get("next"))
    version = officer.credentials_version if version is None else version
    if by != "set_up" and officer.must_set_up:
        await sessions.start(request, officer_id=officer.id, version=version, stage="setup")
        request[SESSION]["next"] = target
        return web.HTTPSeeOther("/console/set-up")
    async with desk.database.transaction() as connection:
        await credentials.note_sign_in(connection, officer.id)
        await audit.write(
            connection,
            Entry(officer.actor, "session.open", officer.login, detail={"by": by}, address=address_of(request)),
        )
    await sessions.start(request, officer_id=officer.id, version=version)
    is_waiting = await unsent.take(request, Owner(officer.id, version))
    onward = web.HTTPSeeOther(UNSENT if is_waiting else target)
    if is_waiting:
        unsent.hand_out(onward, desk.config, "")
    devices.remember(request, onward, officer.login)
    return onward


@views.post("/sign-out", permission=Permission.NOBODY)
async def sign_out(request: web.Request) -> web.StreamResponse:
    """End the session of this browser, be it half."""
    desk, visitor = request.config_dict[DESK], request.get(VISITOR)
    if visitor is not None and visitor.session["stage"] == "full":
        officer = visitor.officer
        await audit.note(
            desk.database, Entry(officer.actor, "session.close", officer.login, address=address_of(request))
        )
        await unsent.drop(request)
    await sessions.end(request)
    onward = web.HTTPSeeOther(f"{SIGN_IN}?said=signed_out")
    sessions.forget_cookie(onward, desk.config)
    raise onward


@views.post("/language", permission=Permission.NOBODY)
async def choose_language(request: web.Request) -> web.StreamResponse:
    """Show the pages before the sign-in in another language."""
    form = request[FORM]
    language = form.get("language")
    if language not in LANGUAGES:
        raise BadForm
    target = safe_next(str(form.get("next", "")))
    onward = web.HTTPSeeOther(f"{SIGN_IN}?next={quote(target, safe='')}")
    onward.set_cookie(
        LANGUAGE_COOKIE,
        str(language),
        path="/console",
        max_age=_LANGUAGE_SECONDS,
        secure=request.config_dict[DESK].config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )
    raise onward


def _form(
    request: web.Request,
    target: str,
    *,
    login: str = "",
    status: int = 200,
    fault: str | None = None,
    said: str | None = None,
) -> web.Response:
    return page(request, "sign_in/sign_in.html.j2", status=status, target=target, login=login, fault=fault, said=said)


async def _refuse_code(request: web.Request, officer: Officer) -> web.Response:
    session = request[SESSION]
    session["tries"] = session.get("tries", 0) + 1
    await _note_refusal(request, officer.login, "code")
    if session["tries"] >= MAX_CODE_TRIES:
        await sessions.end(request)
        raise web.HTTPSeeOther(f"{SIGN_IN}?said=code_tries")
    fault = words_of(request)("sign_in.errors.wrong_code")
    return page(request, "sign_in/code.html.j2", status=422, fault=fault)


async def _note_refusal(request: web.Request, login: str, what: str) -> None:
    """Write that a try was refused; what was typed in place of a login may be a password, so only known ones."""
    database = request.config_dict[DESK].database
    known = await officers.find(database, login=login)
    entry = Entry(
        "visitor",
        f"session.refuse_{what}",
        known.login if known else None,
        detail={} if known else {"known": False},
        address=address_of(request),
    )
    await audit.note(database, entry)
