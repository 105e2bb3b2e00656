"""/console/texts: all texts, one text with its editor, and one version with the decision about it."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from console.deeds import deed
from console.desk import DESK
from console.errors import Conflict, Forbidden, NotFound
from console.fields import read_id
from console.permissions import Permission
from console.rendering import flash, page, render, words_of
from console.security import FORM
from console.texts.looks import differences, fields_of, look_at, read_body
from console.texts.services import TEXTS, TextSubject
from console.views import Views
from console.visitor import visitor_of
from storage import audit, templates
from storage.database import Connection
from storage.officers import EVERYWHERE
from storage.templates import Body, Medium, Version

views = Views("/texts")
_MAX_COMMENT_CHARS = 500


def _subject(request: web.Request) -> TextSubject:
    wanted = tuple(request.match_info[name] for name in ("notice", "language", "medium"))
    for one in request.config_dict[TEXTS].subjects():
        if (one.notice, one.language, one.medium) == wanted:
            return one
    raise NotFound


def _require_city(request: web.Request, permission: Permission) -> None:
    """Raise Forbidden unless the role holds everywhere: texts are the whole city's, and everybody may read them."""
    if not visitor_of(request).may(permission, EVERYWHERE):
        raise Forbidden


def _path(one: TextSubject | Version) -> str:
    medium = one.medium if isinstance(one, TextSubject) else one.channel
    return f"/console/texts/{one.notice}/{one.language}/{medium}"


def _label(request: web.Request, subject: TextSubject) -> str:
    return subject.label_vi if visitor_of(request).language == "vi" else subject.label_en


async def _record(request: web.Request, connection: Connection, action: str, version: Version) -> None:
    name = f"{version.notice}/{version.language}/{version.channel}/{version.version}"
    await audit.write(connection, deed(request, action, name))


def _in_force(versions: list[Version]) -> Version | None:
    approved = [one for one in versions if one.state == "approved" and one.approved_at is not None]
    return max(approved, key=lambda one: (one.approved_at, one.version), default=None)


@views.get("", permission=Permission.SEE_TEXTS)
async def show_all(request: web.Request) -> web.StreamResponse:
    """All texts with the version in force, and what waits for approval."""
    desk, services = request.config_dict[DESK], request.config_dict[TEXTS]
    found = {(one.notice, one.language, one.channel): one for one in await templates.in_force(desk.database)}
    notices: dict[str, dict[str, Any]] = {}
    for one in services.subjects():
        row = notices.setdefault(one.notice, {"label": _label(request, one), "texts": []})
        row["texts"].append((one, found.get((one.notice, one.language, one.medium)), _path(one)))
    waiting = await templates.waiting(desk.database)
    labels = {one.notice: _label(request, one) for one in services.subjects()}
    return page(request, "texts/all.html.j2", notices=notices, waiting=waiting, labels=labels)


@views.get("/{notice}/{language}/{medium}", permission=Permission.SEE_TEXTS)
async def show_one(request: web.Request) -> web.StreamResponse:
    """One text: what is in force, the editor with its preview, the platform's side, and all versions."""
    return await _show(request, _subject(request), None)


@views.post("/{notice}/{language}/{medium}", permission=Permission.WRITE_TEXTS)
async def write(request: web.Request) -> web.StreamResponse:
    """Keep a draft, look at it, or ask for approval: as the button says."""
    subject, form = _subject(request), request[FORM]
    _require_city(request, Permission.WRITE_TEXTS)
    body = _typed(request, subject)
    if form.get("do") == "look":
        return await _show(request, subject, body)
    checked = request.config_dict[TEXTS].check(subject.notice, subject.medium, body, "usual")
    if checked.problems and form.get("do") == "submit":
        return await _show(request, subject, body, status=422)
    await _keep(request, subject, body, submit=form.get("do") == "submit")
    raise web.HTTPSeeOther(_path(subject))


@views.post("/{notice}/{language}/{medium}/preview", permission=Permission.WRITE_TEXTS)
async def preview(request: web.Request) -> web.StreamResponse:
    """How what is typed looks at the moment: the part of the page that the script puts in."""
    subject = _subject(request)
    return web.Response(text=_looks(request, subject, _typed(request, subject)), content_type="text/html")


@views.get("/{version}", permission=Permission.SEE_TEXTS)
async def show_version(request: web.Request) -> web.StreamResponse:
    """One version beside what is in force, on all made-up dossiers, with the decision about it."""
    desk, services, visitor = request.config_dict[DESK], request.config_dict[TEXTS], visitor_of(request)
    version = await _find(request)
    versions = await templates.history(desk.database, version.notice, version.language, version.channel)
    product = services.product_body(version.notice, version.language, version.channel)
    current = _in_force(versions)
    before = product if current is None or current.body.is_product else current.body
    after = product if version.body.is_product else version.body
    t = words_of(request)
    looks = [
        (name, look_at(services.check(version.notice, version.channel, after, name), t)) for name in services.samples
    ]
    may_decide = version.state == "submitted" and visitor.may(Permission.APPROVE_TEXTS, EVERYWHERE)
    return page(
        request,
        "texts/version.html.j2",
        version=version,
        label=next(_label(request, one) for one in services.subjects() if one.notice == version.notice),
        lines=differences(before, after),
        looks=looks[:3] if version.channel is Medium.TEMPLATE else looks,
        may_decide=may_decide,
        is_own=version.author == visitor.officer.login,
        back=_path(version),
    )


@views.post("/{version}/approve", permission=Permission.APPROVE_TEXTS)
async def approve(request: web.Request) -> web.StreamResponse:
    """Put it in force: another person than its author, exactly the words that were read."""
    officer = visitor_of(request).officer
    _require_city(request, Permission.APPROVE_TEXTS)
    version = await _find(request)
    body = version.body
    services = request.config_dict[TEXTS]
    if services.check(version.notice, version.channel, body, "usual").problems:
        raise Conflict  # the product's limits changed since it was written
    async with request.config_dict[DESK].database.transaction() as connection:
        digest = str(request[FORM].get("digest", ""))
        done = await templates.approve(connection, version.id, approver=officer.login, digest=digest)
        if done is None:
            raise Conflict
        await _record(request, connection, "text.approve", done)
    flash(request, "ok", "texts.said.approved")
    raise web.HTTPSeeOther(_path(version))


@views.post("/{version}/send-back", permission=Permission.APPROVE_TEXTS)
async def send_back(request: web.Request) -> web.StreamResponse:
    """Give it back to its author, with a word why."""
    officer = visitor_of(request).officer
    _require_city(request, Permission.APPROVE_TEXTS)
    version = await _find(request)
    comment = str(request[FORM].get("comment", "")).strip()[:_MAX_COMMENT_CHARS] or None
    async with request.config_dict[DESK].database.transaction() as connection:
        done = await templates.send_back(connection, version.id, approver=officer.login, comment=comment)
        if done is None:
            raise Conflict
        await _record(request, connection, "text.send_back", done)
    flash(request, "ok", "texts.said.sent_back")
    raise web.HTTPSeeOther(_path(version))


@views.post("/{version}/take-back", permission=Permission.WRITE_TEXTS)
async def take_back(request: web.Request) -> web.StreamResponse:
    """Make a draft of one's own submitted version again."""
    return await _change_own(request, "take_back")


@views.post("/{version}/discard", permission=Permission.WRITE_TEXTS)
async def discard(request: web.Request) -> web.StreamResponse:
    """Throw one's own draft away."""
    return await _change_own(request, "discard")


async def _change_own(request: web.Request, what: str) -> web.StreamResponse:
    officer, version = visitor_of(request).officer, await _find(request)
    change = templates.take_back if what == "take_back" else templates.discard
    async with request.config_dict[DESK].database.transaction() as connection:
        done = await change(connection, version.id, author=officer.login)
        if done is None:
            raise Conflict
        await _record(request, connection, f"text.{what}", done)
    flash(request, "ok", f"texts.said.{what}")
    raise web.HTTPSeeOther(_path(version))


async def _find(request: web.Request) -> Version:
    number = read_id(request.match_info["version"])
    version = None if number is None else await templates.find(request.config_dict[DESK].database, number)
    if version is None:
        raise NotFound
    if version.state in ("draft", "withdrawn") and version.author != visitor_of(request).officer.login:
        raise NotFound  # somebody's notes
    return version


def _typed(request: web.Request, subject: TextSubject) -> Body:
    limits = request.config_dict[TEXTS].check(subject.notice, subject.medium, Body(), "usual").limits
    return read_body(request[FORM], subject.medium, limits)


async def _keep(request: web.Request, subject: TextSubject, body: Body, *, submit: bool) -> None:
    officer = visitor_of(request).officer
    async with request.config_dict[DESK].database.transaction() as connection:
        version = await templates.save(
            connection,
            notice=subject.notice,
            language=subject.language,
            channel=subject.medium,
            body=body,
            author=officer.login,
        )
        await _record(request, connection, "text.save", version)
        if submit:
            asked = await templates.submit(connection, version.id, author=officer.login)
            if asked is None:
                raise Conflict
            await _record(request, connection, "text.submit", asked)
    flash(request, "ok", "texts.said.submitted" if submit else "texts.said.saved")


def _looks(request: web.Request, subject: TextSubject, body: Body) -> str:
    services, t = request.config_dict[TEXTS], words_of(request)
    wanted = str((request.get(FORM) or request.query).get("sample", ""))
    sample = wanted if wanted in services.samples else services.samples[0]
    shown = body if not body.is_product else services.product_body(subject.notice, subject.language, subject.medium)
    look = look_at(services.check(subject.notice, subject.medium, shown, sample), t)
    return render(request, "texts/look.html.j2", look=look, subject=subject, label=_label(request, subject))


async def _show(request: web.Request, subject: TextSubject, typed: Body | None, *, status: int = 200) -> web.Response:
    desk, services, visitor = request.config_dict[DESK], request.config_dict[TEXTS], visitor_of(request)
    versions = await templates.history(desk.database, subject.notice, subject.language, subject.medium)
    login = visitor.officer.login
    own = next((one for one in versions if one.state == "draft" and one.author == login), None)
    current = _in_force(versions)
    product = services.product_body(subject.notice, subject.language, subject.medium)
    in_force = product if current is None or current.body.is_product else current.body
    body = typed if typed is not None else own.body if own is not None else in_force
    checked = services.check(subject.notice, subject.medium, body, "usual")
    problems = look_at(checked, words_of(request)).problems if typed is not None else []
    return page(
        request,
        "texts/one.html.j2",
        status=status,
        subject=subject,
        label=_label(request, subject),
        versions=[one for one in versions if one.state not in ("draft", "withdrawn") or one.author == login],
        own=own,
        newest=current,
        in_force=in_force,
        fields=fields_of(body, subject.medium, checked.limits),
        limits=checked.limits,
        problems=problems,
        look=_looks(request, subject, body),
        samples=services.samples,
        sample=str((request.get(FORM) or request.query).get("sample", "")) or services.samples[0],
        placeholders=services.placeholders,
        platform=await services.platform(subject.notice) if subject.medium is Medium.TEMPLATE else None,
        may_write=visitor.may(Permission.WRITE_TEXTS, EVERYWHERE),
        path=_path(subject),
    )
