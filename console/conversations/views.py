"""The hand-over inbox: who waits, whom I talk with, what has ended; the talk itself and all that is done in it."""

from __future__ import annotations

from typing import Any, Final

from aiohttp import web

from console.answering import ANSWERING
from console.colleagues import names_of_officers
from console.conversations import acts
from console.conversations.desk import ROOT, Draft, entry_of, find_talk, render_live, show_talk
from console.desk import DESK
from console.errors import NotFound
from console.fields import read_id, typed
from console.live import stream
from console.permissions import Permission
from console.pictures import send_picture
from console.rendering import flash, page, render
from console.views import Views
from console.visitor import visitor_of
from storage import audit, talks
from storage.talks import Talk

views = Views("/conversations")
SHOWN: Final = ("queue", "mine", "closed")
MAX_QUEUE: Final = 200
PAGE: Final = 50


@views.get("", permission=Permission.SEE_TALKS)
async def list_talks(request: web.Request) -> web.StreamResponse:
    """Show the queue, one's own talks, or those that have ended."""
    shown = request.query.get("show", SHOWN[0])
    shown = shown if shown in SHOWN else SHOWN[0]
    context = await _list(request, shown)
    return page(
        request, "conversations/list.html.j2", may_can=visitor_of(request).may_somewhere(Permission.TALK), **context
    )


@views.get("/live", permission=Permission.SEE_TALKS)
async def live_list(request: web.Request) -> web.StreamResponse:
    """Send the queue, or one's own talks, whenever they change."""
    shown = "mine" if request.query.get("show") == "mine" else "queue"

    async def rows() -> str:
        return render(request, "conversations/_rows.html.j2", **await _list(request, shown))

    return await stream(request, rows, permission=Permission.SEE_TALKS)


async def _list(request: web.Request, shown: str) -> dict[str, Any]:
    found = await _search(request, shown, read_id(request.query.get("before", "")))
    limit = PAGE if shown == "closed" else MAX_QUEUE
    names = await names_of_officers(request)
    visitor = visitor_of(request)
    return {
        "shown": shown,
        "talks": found[:limit],
        "more": found[limit - 1].handover.id if len(found) > limit else None,
        "holders": {one.handover.number: names.get(one.handover.officer or "", one.handover.officer) for one in found},
        "may_talk": {one.handover.number: visitor.may(Permission.TALK, one.unit) for one in found},
        "root": ROOT,
    }


async def _search(request: web.Request, shown: str, before: int | None) -> list[Talk]:
    database, visitor = request.config_dict[DESK].database, visitor_of(request)
    units = visitor.units(Permission.SEE_TALKS)
    match shown:
        case "mine":
            return await talks.search(
                database, units=units, states=["claimed"], officer=visitor.officer.login, limit=MAX_QUEUE + 1
            )
        case "closed":
            return await talks.search(
                database, units=units, states=["answered", "cancelled"], before=before, limit=PAGE + 1
            )
        case _:
            return await talks.search(database, units=units, states=["open", "claimed"], limit=MAX_QUEUE + 1)


@views.get("/{number}", permission=Permission.SEE_TALKS)
async def show(request: web.Request) -> web.StreamResponse:
    """Show a talk."""
    return await show_talk(request, await find_talk(request))


@views.get("/{number}/live", permission=Permission.SEE_TALKS)
async def live_talk(request: web.Request) -> web.StreamResponse:
    """Send what is said, and what became of it, whenever that changes."""
    await find_talk(request)
    return await stream(request, lambda: render_live(request), permission=Permission.SEE_TALKS)


@views.post("/{number}/reveal", permission=Permission.TALK)
async def reveal(request: web.Request) -> web.StreamResponse:
    """Show the numbers in a talk; who looked is kept."""
    talk = await find_talk(request, Permission.TALK)
    await audit.note(request.config_dict[DESK].database, entry_of(request, "conversation.reveal", talk))
    return await show_talk(request, talk, is_revealed=True)


@views.get("/{number}/photos/{message}", permission=Permission.SEE_TALKS)
async def photo(request: web.Request) -> web.StreamResponse:
    """Send a photo that came in a talk, made anew from what the platform still has."""
    talk, desk, message = await find_talk(request), request.config_dict[DESK], read_id(request.match_info["message"])
    if message is None:
        raise NotFound
    event = await talks.photo_event(desk.database, desk.cipher, citizen_id=talk.handover.citizen_id, message_id=message)
    content = None if event is None else await request.config_dict[ANSWERING].fetch_photo(*event)
    if content is None:
        raise NotFound
    # People send pictures of their identity cards: a look at one is like a look at a number.
    await audit.note(desk.database, entry_of(request, "conversation.photo", talk, message=message))
    return send_picture(content, "image/jpeg", f"{talk.handover.number}-{message}")


@views.post("/{number}/claim", permission=Permission.TALK)
async def claim(request: web.Request) -> web.StreamResponse:
    """Take a talk that waits; who comes second is told who was first."""
    talk = await find_talk(request, Permission.TALK)
    held = await acts.claim(request, talk)
    visitor = visitor_of(request)
    if held is None:
        flash(request, "note", "conversations.flash.ended", number=talk.handover.number)
        raise web.HTTPSeeOther(ROOT)
    if held.officer != visitor.officer.login:
        names = await names_of_officers(request)
        holder = names.get(held.officer or "", held.officer)
        flash(request, "note", "conversations.flash.taken", number=held.number, name=holder)
        raise web.HTTPSeeOther(ROOT)
    flash(request, "ok", "conversations.flash.claimed", number=held.number)
    raise web.HTTPSeeOther(f"{ROOT}/{held.number}")


@views.post("/{number}/answer", permission=Permission.TALK)
async def answer(request: web.Request) -> web.StreamResponse:
    """Say what was written, or put a short answer or an earlier message into the field first."""
    talk = await find_talk(request, Permission.TALK)
    text, step = typed(request, "text"), typed(request, "step")
    if step == "insert":
        return await show_talk(request, talk, draft=Draft(text=await acts.with_canned(request, text)))
    if step == "again":
        return await show_talk(request, talk, draft=Draft(text=await acts.with_earlier(request, talk, text)))
    wrong = await acts.say(request, talk, text)
    if wrong is not None:
        return await show_talk(request, talk, draft=Draft(text=text, errors=[("text", wrong)]), status=422)
    flash(request, "ok", "conversations.flash.sent")
    raise web.HTTPSeeOther(f"{ROOT}/{talk.handover.number}#end")


@views.post("/{number}/close", permission=Permission.TALK)
async def close(request: web.Request) -> web.StreamResponse:
    """End a talk with a summary, and a note for the citizen if there is one."""
    talk = await find_talk(request, Permission.TALK)
    summary, note = typed(request, "summary"), typed(request, "note")
    errors = acts.check_closing(request, summary, note)
    if errors:
        return await show_talk(request, talk, draft=Draft(summary=summary, note=note, errors=errors), status=422)
    await _end(request, talk, summary=summary, note=note, action="conversation.close", word="closed")
    raise web.HTTPSeeOther(f"{ROOT}?show=mine")


@views.post("/{number}/assistant", permission=Permission.TALK)
async def hand_back(request: web.Request) -> web.StreamResponse:
    """Let the assistant answer again, without a summary."""
    talk = await find_talk(request, Permission.TALK)
    await _end(request, talk, summary=None, note=None, action="conversation.hand_back", word="handed_back")
    raise web.HTTPSeeOther(f"{ROOT}?show=mine")


async def _end(
    request: web.Request, talk: Talk, *, summary: str | None, note: str | None, action: str, word: str
) -> None:
    ended = await acts.end(request, talk, summary=summary, note=note, action=action)
    if ended is None:
        flash(request, "note", "conversations.flash.not_yours", number=talk.handover.number)
    elif ended:
        flash(request, "ok", f"conversations.flash.{word}", number=talk.handover.number)
    else:
        flash(request, "note", f"conversations.flash.{word}_untold", number=talk.handover.number)


@views.post("/{number}/release", permission=Permission.TALK)
async def release(request: web.Request) -> web.StreamResponse:
    """Put a talk back into the queue, for the officers of another unit if one is chosen."""
    talk = await find_talk(request, Permission.TALK)
    unit = typed(request, "unit") or None
    if unit is not None and unit not in await talks.answering_units(request.config_dict[DESK].database):
        raise NotFound
    if await acts.release(request, talk, unit):
        word = "released" if unit is None else "moved"
        flash(request, "ok", f"conversations.flash.{word}", number=talk.handover.number)
    else:
        flash(request, "note", "conversations.flash.not_yours", number=talk.handover.number)
    raise web.HTTPSeeOther(ROOT)
