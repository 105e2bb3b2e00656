"""What every face does first: look at the request's headers, and answer refusals in the platform's way."""

from collections.abc import Awaitable, Callable
from functools import wraps

from aiohttp import web

from emulator.envelopes import answer, refusal
from emulator.errors import Refused
from emulator.state import EMULATOR, Emulator

Face = Callable[[web.Request, Emulator], Awaitable[web.StreamResponse]]
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def platform_face(face: Face) -> Handler:
    """A handler whose refusals become error envelopes with HTTP 200, and broken rules violations."""

    @wraps(face)
    async def handle(request: web.Request) -> web.StreamResponse:
        emulator = request.app[EMULATOR]
        try:
            return await face(request, emulator)
        except Refused as refused:
            if refused.rule:
                remark(request, refused.rule, refused.detail, code=refused.code)
            return answer(refusal(request.path, refused.code))

    return handle


def remark(request: web.Request, rule: str, detail: str, *, code: int | None = None) -> None:
    """List a broken rule under `/_emulator/violations`; without a code the request was let through."""
    emulator = request.app[EMULATOR]
    emulator.violations.record(method=request.method, path=request.path, rule=rule, detail=detail, code=code)


def check_access_token(request: web.Request, emulator: Emulator, *, invalid: int, expired: int) -> None:
    """Let only the current access token pass (docs: zalo 0.2). Raises Refused with the face's two codes."""
    token = request.headers.get("access_token")
    if token is None:
        raise Refused(invalid, rule="header", detail="header access_token is missing")
    state = emulator.tokens.check_access(token, emulator.clock.now_ms())
    if state == "unknown":
        raise Refused(invalid, rule="access_token", detail="this access token was never issued")
    if state == "expired":
        # Ordinary life, no broken rule: another worker may have refreshed a moment ago.
        raise Refused(expired)


def check_json_type(request: web.Request) -> None:
    """Note a body that does not call itself JSON (docs: zalo 4)."""
    if request.content_type != "application/json":
        remark(request, "content_type", "Content-Type must be application/json")
