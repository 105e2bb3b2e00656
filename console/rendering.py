"""Pages from templates, and words that wait for the next page."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, tzinfo
from functools import cache, partial
from pathlib import Path
from typing import Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web

from console import charts, numbers
from console.desk import DESK
from console.errors import ConsoleError
from console.navigation import current, menu_for
from console.sessions import SESSION
from console.tokens import token_of
from console.unit_names import known_names, name_and_code
from console.visitor import VISITOR, Visitor
from console.words import LANGUAGES, translator
from storage.officers import EVERYWHERE

_HERE: Final = Path(__file__).parent
LANGUAGE_COOKIE: Final = "hoso_language"


def set_up_templates(app: web.Application) -> None:
    """Let the application render `templates/`; everything is escaped, and a missing value is an error."""
    app[aiohttp_jinja2.APP_KEY] = _environment()


@cache
def _environment() -> jinja2.Environment:
    """The templates, compiled once a process."""
    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE / "templates"),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.do"],
    )


def language_of(request: web.Request) -> str:
    """Return the language of a page: the officer's, or what the cookie or the browser asks for; Vietnamese first."""
    visitor: Visitor | None = request.get(VISITOR)
    if visitor is not None:
        return visitor.language
    wanted = request.cookies.get(LANGUAGE_COOKIE, "")
    return str(wanted) if wanted in LANGUAGES else LANGUAGES[0]


def words_of(request: web.Request) -> Callable[..., str]:
    """Return `t(key, **values)` in the language of the page."""
    return translator(language_of(request))


def page(request: web.Request, template: str, *, status: int = 200, **context: Any) -> web.Response:
    """Render a page. Templates extend `base.html.j2` and have what `_frame` returns."""
    context = _frame(request) | {"flashes": _take_flashes(request)} | context
    response = aiohttp_jinja2.render_template(template, request, context)
    response.set_status(status)
    return response


def render(request: web.Request, template: str, **context: Any) -> str:
    """Render a part of a page, such as one that `console.live` sends again; flashes stay for the next whole page."""
    return aiohttp_jinja2.render_string(template, request, _frame(request) | context)


def _frame(request: web.Request) -> dict[str, Any]:
    """Return what every template has.

    `t(key, **values)` words; `n(value, digits)`, `money(vnd)`, `lasting(seconds)` figures; `local(moment, form)`;
    `place(code)` a unit; `now`; `language`; `visitor` or None; `csrf`; `path`; `config`; for the frame `menu`,
    `current`; `charts`.
    """
    desk = request.config_dict[DESK]
    visitor = request.get(VISITOR)
    language = language_of(request)
    token = token_of(request) if SESSION in request else ""
    return {
        "t": words_of(request),
        "n": partial(numbers.number, language=language),
        "money": partial(numbers.money, language=language),
        "lasting": partial(numbers.lasting, language=language),
        "charts": charts,
        "language": language,
        "visitor": visitor,
        "csrf": token,
        "form_token": token,  # the same: inside the components, `csrf` is the macro
        "menu": menu_for(visitor),
        "current": current(request.path),
        "path": request.path,
        "config": desk.config,
        "local": lambda moment, form="%d/%m/%Y %H:%M": _local(moment, form, desk.config.zone),
        "now": desk.now(),
        "place": partial(_place, request),
    }


def _local(moment: datetime | None, form: str, zone: tzinfo) -> str:
    return "–" if moment is None else moment.astimezone(zone).strftime(form)


def _place(request: web.Request, code: str | None) -> str:
    """Return a unit as people read it; `*` and None are the whole city."""
    if code is None or code == EVERYWHERE:
        return words_of(request)("broadcasts.whole_city")
    return name_and_code(code, known_names(request))


def error_page(request: web.Request, error: ConsoleError) -> web.Response:
    """Return the page of something that went wrong; it asks nothing of the database or of Redis."""
    t = words_of(request)
    response = aiohttp_jinja2.render_template(
        "error.html.j2",
        request,
        _frame(request)
        | {
            "flashes": [],
            "title": t(f"shell.errors.titles.{error.status}"),
            "message": t(error.word),
            "status": error.status,
            "again": request.path_qs if request.method == "GET" and error.is_passing else None,
        },
    )
    response.set_status(error.status)
    return response


def flash(request: web.Request, kind: str, word: str, **values: Any) -> None:
    """Say something on the next page: kind `ok`, `note` or `bad`, `word` a key of the words."""
    session = request[SESSION]
    session["flashes"] = [*session.get("flashes", []), {"kind": kind, "word": word, "values": values}]


def _take_flashes(request: web.Request) -> list[dict[str, Any]]:
    session = request[SESSION]
    waiting = session.get("flashes", [])
    if waiting:
        session["flashes"] = []
    return list(waiting)
