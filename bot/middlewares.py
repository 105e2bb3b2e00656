"""What every request goes through: an id, a count, and errors in one form."""

from __future__ import annotations

import os
import re
import time
import traceback
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from multidict import istr

from bot import metrics
from bot.problems import CONTENT_TYPE, problem

_log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REQUEST_ID_HEADER = istr("X-Request-Id")  # istr: ready for look-up in any case
SNIFF_HEADER = istr("X-Content-Type-Options")
_SAFE_ID = re.compile(r"[A-Za-z0-9_-]{8,64}")
_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
UNMATCHED = "unmatched"

_DETAILS = {
    404: "there is nothing at this address; the API is described at /docs",
    405: "this address does not take this method; see the header Allow",
    408: "the body did not arrive in time; send it in one go",
    413: "the body is too large; send less at once",
}


@web.middleware
async def request_context(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Bind a request id to all that is logged meanwhile, count the request, and answer whatever goes wrong.

    One middleware instead of three, because every request of every kind pays for each.
    """
    started = time.perf_counter()
    sent = request.headers.get(REQUEST_ID_HEADER)
    request_id = sent if sent is not None and _SAFE_ID.fullmatch(sent) else os.urandom(16).hex()
    # Never taken back: the server runs each request in a task, and so in a context, of its own.
    structlog.contextvars.bind_contextvars(request_id=request_id)
    try:
        response = await handler(request)
    except web.HTTPException as error:
        response = _answer_http(request, error)
    except Exception as error:  # noqa: BLE001 - the last net of a request
        _log_failure(request, error)
        response = problem(500, "Internal error", "something went wrong on our side; try again later")
    route = route_template(request)
    method = request.method if request.method in _METHODS else "other"
    metrics.http_requests.count(method, route, response.status)
    metrics.http_seconds.observe(route, seconds=time.perf_counter() - started)
    if not response.prepared:
        response.headers[REQUEST_ID_HEADER] = request_id
        response.headers.setdefault(SNIFF_HEADER, "nosniff")
    if isinstance(response, web.HTTPException):
        raise response  # the server wants these raised
    return response


def route_template(request: web.Request) -> str:
    """Return the matched route as it was registered, such as `/v1/dossiers/{code}/notices`."""
    resource = request.match_info.route.resource
    return UNMATCHED if resource is None else resource.canonical


def _answer_http(request: web.Request, error: web.HTTPException) -> web.StreamResponse:
    allow = error.headers.get("Allow")
    if request.method == "OPTIONS" and error.status == 405 and allow:
        return web.Response(status=204, headers={"Allow": f"{allow},OPTIONS"})
    if error.status < 400 or error.content_type == CONTENT_TYPE:
        return error  # a response as good as any, such as a redirect
    # A text that differs from the default was written by one of us for the caller.
    default = f"{error.status}: {error.reason}"
    detail = error.text if error.text and error.text != default else None
    if error.status in {404, 405, 413} or detail is None:
        detail = _DETAILS.get(error.status, error.reason)
    kept = {
        name: value for name, value in error.headers.items() if name in {"Allow", "Retry-After", "WWW-Authenticate"}
    }
    response = problem(error.status, error.reason, detail, headers=kept)
    if error.status in {400, 408, 413, 415}:
        response.force_close()  # of the body there may be a rest on its way, which nobody reads
    return response


def _log_failure(request: web.Request, error: BaseException) -> None:
    # Classes and places only: an exception's words may quote what a person sent.
    chain: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(chain) < 5:
        chain.append(type(seen).__name__)
        seen = seen.__cause__ or seen.__context__
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    _log.error("request_failed", route=route_template(request), errors=chain, traceback=frames)
