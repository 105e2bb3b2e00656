"""What every request goes through: an id, a count, and errors in one form."""

from __future__ import annotations

import re
import time
import traceback
import uuid
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web

from bot import metrics
from bot.problems import CONTENT_TYPE, problem

_log = structlog.get_logger()

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

REQUEST_ID_HEADER = "X-Request-Id"
SERVER_NAME = "hoso"
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
    """Bind a request id to all that is logged meanwhile, and count the request."""
    sent = request.headers.get(REQUEST_ID_HEADER, "")
    request_id = sent if _SAFE_ID.fullmatch(sent) else uuid.uuid4().hex
    started = time.perf_counter()
    with structlog.contextvars.bound_contextvars(request_id=request_id):
        response = await handler(request)
        route = route_template(request)
        method = request.method if request.method in _METHODS else "other"
        metrics.http_requests.labels(method, route, str(response.status)).inc()
        metrics.http_seconds.labels(route).observe(time.perf_counter() - started)
        _log.debug("request", method=method, route=route, status=response.status)
    if not response.prepared:
        response.headers[REQUEST_ID_HEADER] = request_id
    return response


@web.middleware
async def errors_as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Turn whatever goes wrong into a problem document (RFC 9457); a 500 tells nothing of the inside."""
    try:
        response = await handler(request)
    except web.HTTPException as error:
        return _answer_http(request, error)
    except Exception as error:  # noqa: BLE001 - the last net of a request
        _log_failure(request, error)
        return problem(500, "Internal error", "something went wrong on our side; try again later")
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
        raise error
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


async def hide_versions(_request: web.Request, response: web.StreamResponse) -> None:
    """Name the server without its versions (a signal handler: it sees every response that goes out)."""
    response.headers["Server"] = SERVER_NAME
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
