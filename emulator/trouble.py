"""Makes the trouble that `/_emulator/faults` ordered: one middleware around the platform's paths."""

import asyncio
import socket
import struct

from aiohttp import web

from emulator.envelopes import answer, refusal, refusal_status
from emulator.faults import Fault
from emulator.gate import Handler
from emulator.state import EMULATOR

FAULTS_HIT: web.RequestKey[list[Fault]] = web.RequestKey("faults_hit", list)

_HTML_500 = "<html><head><title>500 Internal Server Error</title></head><body>Internal Server Error</body></html>"
_RESET_LINGER = struct.pack("ii", 1, 0)  # close with RST


@web.middleware
async def make_trouble(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let a request through, or not, as the orders say."""
    emulator = request.app[EMULATOR]
    if not emulator.faults.orders or is_ours(request.path):
        return await handler(request)
    hits = emulator.faults.strike(request.path)
    request[FAULTS_HIT] = hits
    modes = {fault.mode for fault in hits}
    await asyncio.sleep(sum(fault.seconds for fault in hits if fault.mode == "slow"))
    if "expire_token" in modes:
        emulator.tokens.expire_access()
        emulator.touch()
    instead = _instead(request, hits)
    response = await handler(request) if instead is None else instead
    if "no_answer_after_send" in modes:
        _hang_up(request, reset=False)
    return response


def is_ours(path: str) -> bool:
    """Whether a path is the emulator's own, not the platform's; faults leave those alone."""
    return path in {"/", "/favicon.ico"} or path.startswith(("/_emulator/", "/page/"))


def faults_of(request: web.Request) -> list[Fault]:
    """The orders that struck this request."""
    return request[FAULTS_HIT] if FAULTS_HIT in request else []  # noqa: SIM401 - get() forgets the type


def _instead(request: web.Request, hits: list[Fault]) -> web.Response | None:
    for fault in hits:
        if fault.mode == "http_500":
            return web.Response(status=500, text=_HTML_500, content_type="text/html")
        if fault.mode == "error":
            config = request.app[EMULATOR].config
            status = refusal_status(request.path, fault.code, bot_error_status=config.bot_error_status)
            return answer(refusal(request.path, fault.code), status=status)
        if fault.mode == "reset":
            _hang_up(request, reset=True)
            return web.Response()
    return None


def _hang_up(request: web.Request, *, reset: bool) -> None:
    transport = request.transport
    if transport is None:
        return
    if reset:
        connection = transport.get_extra_info("socket")
        if connection is not None:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_LINGER)
    transport.abort()
