"""What every method of the bot does first: look at the token, read the parameters, and refuse in the bot's way."""

import hmac
from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web

from emulator.credentials import BOT_TOKEN
from emulator.envelopes import answer, encode, refusal, refusal_status
from emulator.errors import Refused
from emulator.json_text import read_json
from emulator.request_log import rules_broken
from emulator.state import EMULATOR, Emulator

BAD_REQUEST, UNAUTHORIZED, NOT_FOUND = 400, 401, 404
FORMS = frozenset({"application/x-www-form-urlencoded", "multipart/form-data"})

Params = dict[str, Any]
Method = Callable[[web.Request, Emulator, Params], Awaitable[web.Response]]


def succeed(result: Any = None) -> web.Response:
    """`{"ok": true, "result": …}`, without a result just `{"ok": true}`."""
    return answer({"ok": True} if result is None else {"ok": True, "result": result})


def refuse(request: web.Request, code: int) -> web.Response:
    """`{"ok": false, "error_code", "description"}`; whether the code is the HTTP status too is a setting."""
    config = request.app[EMULATOR].config
    status = refusal_status(request.path, code, bot_error_status=config.bot_error_status)
    return answer(refusal(request.path, code), status=status)


async def call_method(request: web.Request, method: Method | None) -> web.Response:
    """Answer one call; `method` is None when the bot has no such one."""
    try:
        _check_token(request)
        return await (method or _refuse_method)(request, request.app[EMULATOR], await read_params(request))
    except Refused as refused:
        if refused.rule:
            remark(request, refused.rule, refused.detail, code=refused.code)
        return refuse(request, refused.code)


def remark(request: web.Request, rule: str, detail: str, *, code: int | None = None) -> None:
    """List a broken rule under `/_emulator/violations`, without the token that stands in the path."""
    emulator = request.app[EMULATOR]
    rules_broken(request).append(rule)
    path = "/bot…/" + request.match_info.get("method", "")
    emulator.violations.record(method=request.method, path=path, rule=rule, detail=detail, code=code)


async def read_params(request: web.Request) -> Params:
    """The parameters: from the query, a form, or a JSON object, which wins. Raises Refused(400)."""
    params: Params = dict(request.query)
    if request.content_type in FORMS:
        params.update((await request.post()).items())
    elif raw := await request.read():
        params.update(_parse_object(raw))
    try:
        encode(params)  # a form's file is no parameter
    except TypeError as error:
        raise Refused(BAD_REQUEST, rule="body", detail="a parameter is no text") from error
    return params


async def _refuse_method(_request: web.Request, _emulator: Emulator, _params: Params) -> web.Response:
    raise Refused(NOT_FOUND, rule="method", detail="the bot has no such method, or it is switched off")


def _parse_object(raw: bytes) -> Params:
    try:
        body = read_json(raw)
    except ValueError as error:
        raise Refused(BAD_REQUEST, rule="body", detail="the body is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(BAD_REQUEST, rule="body", detail="the body is not a JSON object")
    return body


def _check_token(request: web.Request) -> None:
    if not hmac.compare_digest(request.match_info.get("token", "").encode(), BOT_TOKEN.encode()):
        raise Refused(UNAUTHORIZED, rule="token", detail="the token in the path is not the bot's")
