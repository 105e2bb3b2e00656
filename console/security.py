"""The console's guard: headers, where a request comes from, the form's token, who asks, and what the view needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Final
from urllib.parse import quote, urlsplit

import structlog
from aiohttp import web
from multidict import MultiDictProxy

from console import sessions
from console.desk import DESK
from console.errors import BadForm, ConsoleError, Forbidden
from console.permissions import Permission
from console.rendering import error_page
from console.sessions import Session
from console.tokens import TOKEN_FIELD, check_token
from console.views import Handler, View
from console.visitor import VISITOR, Visitor
from storage import officers

MAX_FORM_BYTES: Final = 256 * 1024
FORM = web.RequestKey("form", MultiDictProxy)
"""The fields of a form that the guard has read."""
CONTENT_SECURITY_POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
HEADERS: Final[Mapping[str, str]] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Frame-Options": "DENY",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    "Cache-Control": "no-store",
}
_HSTS: Final = "max-age=31536000"
SIGN_IN: Final = "/console/sign-in"
_STAGES: Final = {"code": "/console/sign-in/code", "setup": "/console/set-up"}
log = structlog.get_logger()

Middleware = Callable[[web.Request, Handler], Awaitable[web.StreamResponse]]


def set_headers(response: web.StreamResponse, *, is_https: bool) -> None:
    """Put the headers of every console answer on one that has not been sent yet; what it has already stays."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if is_https:
        response.headers.setdefault("Strict-Transport-Security", _HSTS)


def guarded(view: View) -> Handler:
    """Return a view's handler behind all that holds for every view."""

    async def handle(request: web.Request) -> web.StreamResponse:
        try:
            response = await _pass(view, request)
        except ConsoleError as error:
            log.info("console_refused", reason=type(error).__name__, view=view.path)
            response = error_page(request, error)
        except web.HTTPException as error:
            response = error
        if not response.prepared:
            await sessions.write(request, response)
            set_headers(response, is_https=request.config_dict[DESK].config.secure_cookies)
        if isinstance(response, web.HTTPException):
            raise response
        return response

    return handle


async def _pass(view: View, request: web.Request) -> web.StreamResponse:
    session = await sessions.read(request)
    if view.method == "POST":
        _check_origin(request)
    visitor = await _find_visitor(request, session)
    if visitor is not None:
        request[VISITOR] = visitor
    if view.permission is not Permission.NOBODY:
        _check_visitor(view, request, visitor)
    if view.method == "POST" and not view.streams:
        await _read_form(request)
    return await view.handler(request)


async def _find_visitor(request: web.Request, session: Session) -> Visitor | None:
    if not sessions.is_in_force(session, request.config_dict[DESK].config):
        return None
    sessions.touch(session)
    officer = await officers.find(request.config_dict[DESK].database, id=int(session["officer"]))
    if officer is None or officer.disabled_at is not None or officer.credentials_version != session["version"]:
        await sessions.end(request)
        return None
    return Visitor(officer, session)


def _check_visitor(view: View, request: web.Request, visitor: Visitor | None) -> None:
    stage = None if visitor is None else visitor.session["stage"]
    if visitor is None or stage != view.stage:
        if visitor is not None and view.stage != "full":
            raise web.HTTPSeeOther("/console/")
        where = _STAGES.get(stage or "", SIGN_IN)
        # Back to where it was wanted to go: a path of ours, taken from this very request.
        back = f"?next={quote(request.path_qs, safe='')}" if where == SIGN_IN and request.method == "GET" else ""
        raise web.HTTPSeeOther(where + back)
    if not visitor.may_somewhere(view.permission):
        raise Forbidden


def _check_origin(request: web.Request) -> None:
    """Refuse a form that another site sent; browsers say where it comes from (Fetch Metadata, and Origin before it)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise BadForm
    origin = request.headers.get("Origin")
    if origin is None:
        return
    base = urlsplit(request.config_dict[DESK].config.base_url)
    if origin != f"{base.scheme}://{base.netloc}" and urlsplit(origin).netloc != request.host:
        raise BadForm


async def _read_form(request: web.Request) -> None:
    if (request.content_length or 0) > MAX_FORM_BYTES:
        raise web.HTTPRequestEntityTooLarge(MAX_FORM_BYTES, request.content_length or 0)
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise BadForm
    form = await request.post()
    given = form.get(TOKEN_FIELD)
    check_token(request, given if isinstance(given, str) else "")
    request[FORM] = form


def safe_next(target: str | None, default: str = "/console/") -> str:
    """Return where to go after a sign-in: a page of the console, whatever the address says (no open redirect)."""
    if not target or not target.startswith("/console/") or any(sign in target for sign in "\\\r\n\t"):
        return default
    parts = urlsplit(target)
    is_ours = not parts.scheme and not parts.netloc and "/../" not in parts.path and "//" not in parts.path
    return target if is_ours and not parts.path.startswith((SIGN_IN, "/console/static")) else default
