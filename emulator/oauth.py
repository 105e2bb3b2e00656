"""The OAuth face: the consent page, and tokens for a code or a refresh token (docs: zalo 2)."""

import hmac
from html import escape
from typing import Any
from urllib.parse import urlencode, urlsplit

from aiohttp import web
from multidict import MultiMapping

from emulator.credentials import APP_ID, APP_SECRET, OA_ID
from emulator.envelopes import answer
from emulator.errors import Refused
from emulator.gate import platform_face, remark
from emulator.state import Emulator

FORM_TYPE = "application/x-www-form-urlencoded"
_ASKED = ("app_id", "redirect_uri", "code_challenge", "state")
_PAGE = """<!doctype html>
<html lang="vi"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>Cấp quyền cho ứng dụng</title><link rel="icon" href="/page/icon.svg">
<link rel="stylesheet" href="/page/phones.css"></head>
<body class="consent"><main><h1>Cấp quyền cho ứng dụng</h1>
<p>Ứng dụng <strong>{app_id}</strong> muốn gửi tin thay tài khoản <strong>{oa_id}</strong>.</p>
<p lang="en">The application asks to send messages for this account. This is an emulator, not the real platform.</p>
<form method="post" action="/v4/oa/permission">{hidden}<button type="submit">Đồng ý · Allow</button></form>
</main></body></html>"""


def add_routes(app: web.Application) -> None:
    """Hang this face into the application."""
    app.router.add_get("/v4/oa/permission", ask_consent)
    app.router.add_post("/v4/oa/permission", give_consent)
    app.router.add_post("/v4/oa/access_token", give_tokens)
    app.router.add_route("*", "/v4/{rest:.*}", refuse_unknown)


@platform_face
async def ask_consent(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v4/oa/permission`: a page with a button, for the account's admin (docs: zalo 2.1)."""
    asked = _check_permission(request.query, emulator)
    hidden = "".join(f'<input type="hidden" name="{name}" value="{escape(value)}">' for name, value in asked.items())
    page = _PAGE.format(app_id=escape(asked["app_id"]), oa_id=OA_ID, hidden=hidden)
    return web.Response(text=page, content_type="text/html")


@platform_face
async def give_consent(request: web.Request, emulator: Emulator) -> web.Response:
    """The button was pressed: back to the application with `code`, `oa_id` and `state`."""
    asked = _check_permission(await _form(request), emulator)
    code = emulator.tokens.issue_code(emulator.clock.now_ms(), asked.get("code_challenge"))
    emulator.save()
    back = {"code": code, "oa_id": OA_ID, **({"state": asked["state"]} if "state" in asked else {})}
    joint = "&" if urlsplit(asked["redirect_uri"]).query else "?"
    return web.Response(status=302, headers={"Location": asked["redirect_uri"] + joint + urlencode(back)})


@platform_face
async def give_tokens(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v4/oa/access_token`: a new pair for a code or a refresh token (docs: zalo 2.3)."""
    form = await _form(request)
    _check_application(request, form)
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


def _check_application(request: web.Request, form: MultiMapping[Any]) -> None:
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
