"""The console's guard: headers, where a request comes from, the form's token, who asks, and what the view needs."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote_plus, urlsplit

import structlog
from aiohttp import web
from aiohttp.http import HttpProcessingError
from multidict import MultiDictProxy
from redis.exceptions import RedisError

from console import sessions, unsent
from console.desk import DESK
from console.errors import BadForm, Broken, ConsoleError, Forbidden, NotFound, TooLarge, TooMany, Unavailable
from console.passwords import TooBusy
from console.permissions import Permission
from console.rendering import error_page, flash
from console.sessions import SESSION, Session
from console.targets import HOME, SIGN_IN, page_of
from console.tokens import TOKEN_FIELD, check_token
from console.views import Handler, View
from console.visitor import VISITOR, Visitor
from storage import officers
from storage.errors import DatabaseUnavailable

MAX_FORM_SECONDS: Final = 30.0
"""A form that comes letter by letter takes nobody's place for longer."""
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
UNSENT: Final = "/console/unsent"
"""The page of what was typed and not sent."""
_STAGES: Final = {"code": "/console/sign-in/code", "setup": "/console/set-up"}
log = structlog.get_logger()


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
            response = await _answer(view, request)
        except (ConnectionResetError, web.HTTPException):
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the answer is a page with all headers
            response = error_page(request, _judge(view, error))
        if not response.prepared:
            set_headers(response, is_https=request.config_dict[DESK].config.secure_cookies)
        if isinstance(response, web.HTTPException):
            raise response
        return response

    return handle


async def _answer(view: View, request: web.Request) -> web.StreamResponse:
    """Return the view's answer, a refusal's page or a redirect, after the session was kept."""
    response: web.StreamResponse
    try:
        response = await _pass(view, request)
    except ConsoleError as error:
        log.info("console_refused", reason=type(error).__name__, view=view.path)
        response = error_page(request, error)
    except web.HTTPRedirection as redirect:
        response = redirect
    if not response.prepared and SESSION in request:
        await sessions.write(request, response)
    return response


def _judge(view: View, error: Exception) -> ConsoleError:
    """Return what people are told of something that went wrong; what is nobody's doing is logged with its place."""
    if isinstance(error, (RedisError, DatabaseUnavailable)):
        log.warning("console_unavailable", cause=type(error).__name__, view=view.path)
        return Unavailable()
    if isinstance(error, TooBusy):
        return TooMany()
    # Classes and places only: an exception's words may quote what a person sent.
    places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)]
    log.error("console_failed", error=type(error).__name__, view=view.path, places=places[-6:])
    return Broken()


async def _pass(view: View, request: web.Request) -> web.StreamResponse:
    if "\0" in request.path or "\0" in unquote_plus(request.query_string):
        raise NotFound  # no name of ours has one, and PostgreSQL refuses it
    session = await sessions.read(request)
    if view.method == "POST":
        _check_origin(request)
    visitor = await _find_visitor(request, session)
    if visitor is not None:
        request[VISITOR] = visitor
    if view.permission is not Permission.NOBODY:
        where = _way_in(view, visitor)
        if where is not None:
            raise await _lead(view, request, where)
        if visitor is not None and not visitor.may_somewhere(view.permission):
            raise Forbidden
    if view.method == "POST" and not view.streams:
        await _read_form(view, request)
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


def _way_in(view: View, visitor: Visitor | None) -> str | None:
    """Return where to go instead of a view that is not for this stage of a session; None: it is."""
    stage = None if visitor is None else visitor.session["stage"]
    if visitor is not None and stage == view.stage:
        return None
    return HOME if visitor is not None and view.stage != "full" else _STAGES.get(stage or "", SIGN_IN)


async def _lead(view: View, request: web.Request, where: str) -> web.HTTPSeeOther:
    """Return the way in, and from there to what was wanted; a form that came too late is kept (`console.unsent`)."""
    if request.method == "GET":  # a path of ours, taken from this very request
        return web.HTTPSeeOther(where + (f"?next={quote(request.path_qs, safe='')}" if where == SIGN_IN else ""))
    handle = await _keep_late(view, request)
    if where == SIGN_IN and handle is not None:
        said = f"unsent&next={UNSENT}" if handle else f"ended&next={quote(await page_of(request), safe='')}"
        where += f"?said={said}"
    onward = web.HTTPSeeOther(where)
    if handle:
        unsent.hand_out(onward, request.config_dict[DESK].config, handle)
    return onward


async def _keep_late(view: View, request: web.Request) -> str | None:
    """Keep what was typed into a page of a session that has ended; "": nothing of it; None: no page of such a one."""
    if not _takes_typed(view, request):
        return None
    try:
        form = await _parse_form(request)
    except ConsoleError:
        return None
    return await unsent.keep(request, form)


def _takes_typed(view: View, request: web.Request) -> bool:
    """Return whether people type into a view's form: no file, nothing of one's own account, and no script's request."""
    is_own = view.permission in (Permission.NOBODY, Permission.SIGNED_IN) or view.stage != "full"
    is_page = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    return view.method == "POST" and is_page and not (view.streams or is_own)


def _check_origin(request: web.Request) -> None:
    """Refuse a form that another site sent; browsers say where it comes from (Fetch Metadata, and Origin before it)."""
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None and site not in ("same-origin", "none"):
        raise BadForm
    origin = request.headers.get("Origin")
    if origin is None:
        return
    base = urlsplit(request.config_dict[DESK].config.base_url)
    if origin == f"{base.scheme}://{base.netloc}":
        return
    # Reached under another name than the settings', such as localhost: the name itself must agree, and where the
    # console is known to be on https, nothing less will do.
    try:
        given = urlsplit(origin)
    except ValueError:  # half an IPv6 address
        raise BadForm from None
    if given.netloc != request.host or (base.scheme == "https" and given.scheme != "https"):
        raise BadForm


async def _read_form(view: View, request: web.Request) -> None:
    form = await _parse_form(request)
    given = form.get(TOKEN_FIELD)
    try:
        check_token(request, given if isinstance(given, str) else "")
    except BadForm:
        visitor = request.get(VISITOR)  # signed in anew in another window, and back on a page from before
        if visitor is None or not _takes_typed(view, request):
            raise
        handle = await unsent.keep(request, form, only=visitor.officer.id)
        if handle is None:
            raise
        if not handle:
            flash(request, "note", "unsent.nothing_done")
        raise web.HTTPSeeOther(UNSENT if handle else await page_of(request)) from None
    request[FORM] = form


async def _parse_form(request: web.Request) -> MultiDictProxy[str | bytes | bytearray | web.FileField]:
    """Return a form's fields; who sent it is not known yet.

    Raises:
        BadForm: it is none that a page of ours sends.
        TooLarge: larger than any of ours.
    """
    if request.content_type not in ("application/x-www-form-urlencoded", "multipart/form-data"):
        raise BadForm
    if (request.content_length or 0) > MAX_FORM_BYTES:
        raise TooLarge
    try:
        async with asyncio.timeout(MAX_FORM_SECONDS):
            form = await request.clone(client_max_size=MAX_FORM_BYTES).post()
    except TimeoutError:
        raise BadForm from None
    except web.HTTPRequestEntityTooLarge:
        raise TooLarge from None
    except (ValueError, LookupError, AssertionError, RuntimeError, HttpProcessingError):
        raise BadForm from None  # no multipart at all, a broken part, an encoding that nobody knows
    if not all(_is_text(text) for field in form.items() for text in field):
        raise BadForm
    return form


def _is_text(value: object) -> bool:
    """Return whether a field is text that PostgreSQL takes; files go another way (`list_upload.py`), and are closed."""
    if isinstance(value, web.FileField):
        value.file.close()
    # Encodings of the sender's choice may give halves of a character, which nothing can be encoded to again.
    return isinstance(value, str) and "\0" not in value and not any("\ud800" <= sign <= "\udfff" for sign in value)
