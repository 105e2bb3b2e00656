"""The OAuth face: the consent page, and tokens for a code or a refresh token (docs: zalo 2)."""

import hmac
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from multidict import MultiMapping

from emulator.consent import DENIED_FIELD, DENY, choose_language, render_consent
from emulator.credentials import APP_ID, APP_SECRET, OA_ID, OA_NAME
from emulator.envelopes import answer
from emulator.errors import Refused
from emulator.gate import platform_face, remark
from emulator.pkce import describe_mismatch
from emulator.state import Emulator

FORM_TYPE = "application/x-www-form-urlencoded"
_ASKED = ("app_id", "redirect_uri", "code_challenge", "state")
# The form leads to the callback of another site, so form-action stays open; nobody may frame the buttons.
_PAGE_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; img-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


def add_routes(app: web.Application) -> None:
    """Hang this face into the application."""
    app.router.add_get("/v4/oa/permission", ask_consent)
    app.router.add_post("/v4/oa/permission", give_consent)
    app.router.add_post("/v4/oa/access_token", give_tokens)
    app.router.add_route("*", "/v4/{rest:.*}", refuse_unknown)


@platform_face
async def ask_consent(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v4/oa/permission`: a page for the account's admin, to allow or to deny (docs: zalo 2.1)."""
    asked = _check_permission(request.query, emulator)
    odd = describe_mismatch(asked.get("code_challenge"), emulator.config)
    if odd:
        remark(request, "pkce", odd)
    page = render_consent(
        asked,
        account=OA_NAME,
        site=str(urlsplit(asked["redirect_uri"]).hostname),
        permissions=emulator.config.permissions,
        lang=choose_language(request.query.get("lang"), request.headers.get("Accept-Language", "")),
    )
    return web.Response(text=page, content_type="text/html", headers=_PAGE_HEADERS)


@platform_face
async def give_consent(request: web.Request, emulator: Emulator) -> web.Response:
    """A button was pressed: back to the application with `code`, `oa_id` and `state`.

    After "deny" it goes back with `state` alone. No source tells what the platform does then; without `code` there
    is nothing to exchange, which is all that an application may rely on.
    """
    form = await _form(request)
    asked = _check_permission(form, emulator)
    back = {"state": asked["state"]} if "state" in asked else {}
    if form.get(DENIED_FIELD) != DENY:
        code = emulator.tokens.issue_code(emulator.clock.now_ms(), asked.get("code_challenge"))
        emulator.save()
        back = {"code": code, "oa_id": OA_ID, **back}
    return web.Response(status=302, headers={"Location": _extend(asked["redirect_uri"], back)})


@platform_face
async def give_tokens(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v4/oa/access_token`: a new pair for a code or a refresh token (docs: zalo 2.3)."""
    form = await _form(request)
    _check_application(request, form, emulator)
    issued = _grant(form, emulator)
    emulator.save()  # on disk before anybody may use it
    return answer(issued)


@platform_face
async def refuse_unknown(_request: web.Request, _emulator: Emulator) -> web.Response:
    """Any other path or method of this host."""
    raise Refused(-14018, rule="path", detail="no such address or method, or not emulated")


async def _form(request: web.Request) -> MultiMapping[Any]:
    if request.content_type != FORM_TYPE:
        remark(request, "content_type", f"Content-Type must be {FORM_TYPE}")
    try:
        return await request.post()
    except (ValueError, LookupError) as error:  # LookupError: an unknown charset
        raise Refused(-14002, rule="body", detail="the form cannot be read") from error


def _check_permission(asked: MultiMapping[Any], emulator: Emulator) -> dict[str, str]:
    emulator.conditions.check("oauth", is_send=False)
    given = {name: str(asked[name]) for name in _ASKED if asked.get(name)}
    if given.get("app_id") != APP_ID:
        raise Refused(-14002, rule="app_id", detail="app_id is not this application's")
    uri, callback = given.get("redirect_uri", ""), emulator.config.callback_url
    if (callback is not None and uri != callback) or not _is_web_address(uri):
        raise Refused(-14003, rule="redirect_uri", detail="redirect_uri must equal the callback address byte for byte")
    return given


def _is_web_address(uri: str) -> bool:
    try:
        parts = urlsplit(uri)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and uri.isprintable()


def _extend(uri: str, parameters: dict[str, str]) -> str:
    """The callback with more parameters, before a fragment if it has one."""
    if not parameters:
        return uri
    address, hash_sign, fragment = uri.partition("#")
    joint = "&" if urlsplit(address).query else "?"
    return address + joint + urlencode(parameters) + hash_sign + fragment


def _check_application(request: web.Request, form: MultiMapping[Any], emulator: Emulator) -> None:
    emulator.conditions.check("oauth", is_send=False)
    if form.get("app_id") != APP_ID:
        raise Refused(-14002, rule="app_id", detail="form field app_id is not this application's")
    secret = request.headers.get("secret_key", "")
    if not hmac.compare_digest(secret.encode(errors="replace"), APP_SECRET.encode()):
        raise Refused(-14004, rule="secret_key", detail="header secret_key is not this application's secret")


def _grant(form: MultiMapping[Any], emulator: Emulator) -> dict[str, str]:
    now_ms, config = emulator.clock.now_ms(), emulator.config
    grant_type = form.get("grant_type")
    if grant_type == "authorization_code":
        verifier = form.get("code_verifier")
        return emulator.tokens.exchange_code(
            str(form.get("code", "")), str(verifier) if verifier is not None else None, config, now_ms
        )
    if grant_type == "refresh_token":
        return emulator.tokens.refresh(str(form.get("refresh_token", "")), config, now_ms)
    raise Refused(-14018, rule="grant_type", detail="grant_type must be authorization_code or refresh_token")
