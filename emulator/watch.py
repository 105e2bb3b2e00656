"""Two middlewares around the platform's paths: one notes what comes and goes, one counts requests against the limit."""

import time

from aiohttp import web

from emulator.envelopes import OA_PREFIXES, answer, refusal
from emulator.gate import Handler
from emulator.state import EMULATOR
from emulator.trouble import is_ours

TOO_FAST = -32  # docs: zalo 4.8


@web.middleware
async def keep_requests(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Note each exchange with the platform."""
    if is_ours(request.path):
        return await handler(request)
    started = time.perf_counter()
    response = await handler(request)
    milliseconds = (time.perf_counter() - started) * 1000
    request.app[EMULATOR].requests.add(request, response, await _body_of(request), milliseconds)
    return response


@web.middleware
async def limit_rate(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let so many requests a minute to the account's API pass, and say how many are left (docs: zalo 4.7)."""
    emulator = request.app[EMULATOR]
    limit = emulator.config.oa_requests_per_minute
    if limit is None or not request.path.startswith(OA_PREFIXES):
        return await handler(request)
    left = emulator.rate.take(limit, emulator.clock.now_ms())
    response = answer(refusal(request.path, TOO_FAST)) if left is None else await handler(request)
    response.headers["X-RateLimit-Limit"] = str(limit)
    response.headers["X-RateLimit-Remain"] = str(left or 0)
    return response


async def _body_of(request: web.Request) -> bytes:
    if request.content_type.startswith("multipart/"):
        return b""  # its parts were read one by one and are gone
    try:
        return await request.read()
    except (OSError, web.HTTPException, web.RequestPayloadError):
        return b""  # too long, or the connection was cut by a fault
