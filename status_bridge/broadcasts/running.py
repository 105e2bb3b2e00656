"""Starting a broadcast, stopping it, going on: one statement each, which names the states that it may come from.

At the start everything that was approved is looked at once more. What does not hold any more makes it a draft again.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

import structlog

from status_bridge.broadcasts.actors import APPROVES, STOPS, WRITES, Actor, KeyActor
from status_bridge.broadcasts.audience_rows import count
from status_bridge.broadcasts.refusals import refuse, refuse_all
from status_bridge.broadcasts.rooms import SYSTEM, Held, Room, moved, must_be
from status_bridge.broadcasts.rules import (
    advertising_release,
    has_outgrown,
    may_advertise,
    problems_of_hour,
    problems_of_moment,
)
from storage import approvals, broadcasts
from storage.broadcasts import Broadcast, BroadcastRefused
from storage.database import Connection

_BELL: Final = "broadcast"
_NOT_BEGUN: Final = {
    "audience_grew": "số người nhận đã nhiều hơn hẳn lúc duyệt",
    "list_changed": "danh sách người nhận đã khác lúc duyệt",
}
_LIST_GONE: Final = "danh sách người nhận không dùng được nữa"
_RULE_BROKEN: Final = "nội dung không còn đúng quy định gửi tin"
_log = structlog.get_logger(__name__)


async def start(room: Room, number: str, actor: Actor, at: datetime | None) -> Broadcast:
    """Let an approved broadcast begin: now, at `at`, or at the moment that was approved, whichever is last.

    Raises:
        BroadcastRefused: unknown, not_allowed, wrong_state, list_changed, audience_grew (both: a draft again),
            advertising_hours, schedule_…, list_…, or a rule that it breaks by now.
    """
    grown = await _grown(room, number)
    async with room.hold(number, actor, WRITES | APPROVES) as held:
        before = held.broadcast
        must_be(before, "approved")
        word = await _no_more_holds(room, held.connection, before) or (grown and "audience_grew")
        if word:
            after = moved(await broadcasts.send_back(held.connection, before.id, word), before)
            await room.note(held, "send_back", because=word)
        else:
            after = await _begin_or_wait(room, held, at)
    if word:  # the transaction is over: it stays a draft
        refuse(word, people=grown)
    room.ring(_BELL)
    return after


async def _begin_or_wait(room: Room, held: Held, at: datetime | None) -> Broadcast:
    before, now = held.broadcast, room.now()
    if at is not None:
        refuse_all(list(problems_of_moment(before.draft, at, room.config, now=now)))
        if before.scheduled_at is not None and at < before.scheduled_at:
            refuse("schedule_earlier", scheduled_at=before.scheduled_at)
    begins = max(one for one in (now, at, before.scheduled_at) if one is not None)
    await room.check_list(held.connection, before, begins=begins)
    await room.check(held.connection, before.draft, is_start=True)  # a domain or a template may have gone meanwhile
    if begins > now:
        await room.note(held, "schedule", start_at=begins)
        return moved(await broadcasts.schedule(held.connection, before.id, begins), before)
    refuse_all(list(problems_of_hour(before.draft, now, room.config)))
    return await _begin(room, held.connection, before, held.actor.actor)


async def _begin(room: Room, connection: Connection, before: Broadcast, actor: str) -> Broadcast:
    content = before.content_hash or b""
    await room.note_as(connection, actor, before, "start", content_hash=content.hex())
    return moved(await broadcasts.begin(connection, before.id, content), before)


async def _no_more_holds(room: Room, connection: Connection, broadcast: Broadcast) -> str | None:
    """Return why what was approved is not what would be sent, in a word."""
    if await room.hash_now(connection, broadcast) != broadcast.content_hash:
        return "list_changed"
    return None


async def _grown(room: Room, number: str, *, state: str = "approved") -> int | None:
    """Return how many people there are now, if they are many more than those approved; None: they are not.

    Where nobody else looked at it, the thresholds hold at the start as well.
    """
    found = await broadcasts.find(room.database, number)
    if found is None or state not in (found.state, found.resumes_as) or found.estimate is None:
        return None
    people = (await count(room.database, found.audience, zone=room.config.audience.zone)).people
    decisions = await approvals.all_of(room.database, found.id)
    since = found.submitted_at or room.now()
    is_alone = not any(one.decision == "approved" and one.at >= since for one in decisions)
    return people if has_outgrown(found.estimate, people, room.config, is_alone=is_alone) else None


async def begin_due(room: Room) -> list[str]:
    """Begin those whose moment has come, in the system's name; return their numbers. Safe to call at any time.

    Staff hear of each that becomes a draft again: whoever planned it believes that it went out.
    """
    begun = []
    for number in await broadcasts.due_to_start(room.database):
        try:
            if await _begin_one(room, number):
                begun.append(number)
        except BroadcastRefused as refused:
            _log.warning("broadcast_not_begun", number=number, reason=refused.word)
    if begun:
        room.ring(_BELL)
    return begun


async def _begin_one(room: Room, number: str) -> bool:
    grown = await _grown(room, number)
    async with room.database.transaction() as connection:
        before = await broadcasts.lock(connection, number)
        now = room.now()
        if before is None or before.state != "approved" or before.start_at is None or before.start_at > now:
            return False
        word = await _why_not(room, connection, before) or ("audience_grew" if grown else None)
        if word is None:
            return await _begin_at_its_hour(room, connection, before, now)
        await broadcasts.send_back(connection, before.id, word)
        await room.note_as(connection, SYSTEM, before, "send_back", because=word)
    why = _NOT_BEGUN.get(word, _LIST_GONE if word.startswith("list_") else _RULE_BROKEN)
    room.tell_staff(f"Báo Hồ Sơ: thông báo {number} đến giờ mà chưa gửi: {why}. Xem trang Thông báo chung.")
    return False


async def _begin_at_its_hour(room: Room, connection: Connection, before: Broadcast, now: datetime) -> bool:
    if before.purpose == "advertising" and not may_advertise(now, room.config):
        later = advertising_release(now, room.config)
        await broadcasts.schedule(connection, before.id, later)
        await room.note_as(connection, SYSTEM, before, "schedule", start_at=later, because="advertising_hours")
        return False
    await _begin(room, connection, before, SYSTEM)
    return True


async def _why_not(room: Room, connection: Connection, before: Broadcast) -> str | None:
    try:
        await room.check_list(connection, before)
        await room.check(connection, before.draft, is_start=True)
    except BroadcastRefused as refused:
        return refused.word
    return await _no_more_holds(room, connection, before)


async def pause(room: Room, number: str, actor: Actor) -> Broadcast:
    """Stop for the time being: no further row is claimed.

    Raises:
        BroadcastRefused: unknown, not_allowed, wrong_state.
    """
    async with room.hold(number, actor, STOPS) as held:
        after = moved(await broadcasts.pause(held.connection, held.broadcast.id), held.broadcast)
        await room.note(held, "pause", was=held.broadcast.state)
        return after


async def resume(room: Room, number: str, actor: Actor) -> Broadcast:
    """Go on where it was, after a pause or a halt.

    Raises:
        BroadcastRefused: unknown, not_allowed, wrong_state, only_officers (after a halt a person must have looked),
            advertising_hours, audience_grew (not all rows were made yet: what holds at the start holds here).
    """
    grown = await _grown(room, number, state="preparing")
    async with room.hold(number, actor, WRITES | APPROVES) as held:
        before = held.broadcast
        must_be(before, "paused", "halted")
        if before.state == "halted" and isinstance(held.actor, KeyActor):
            refuse("only_officers")  # a program that goes on by itself would make nothing of the halt
        if grown and before.resumes_as == "preparing":
            refuse("audience_grew", people=grown)
        refuse_all(list(problems_of_hour(before.draft, room.now(), room.config)))
        after = moved(await broadcasts.resume(held.connection, before.id), before)
        await room.note(held, "resume", was=before.state, because=before.reason)
    room.ring(_BELL)
    return after


async def cancel(room: Room, number: str, actor: Actor) -> Broadcast:
    """Stop for good: what has not gone out never will.

    Raises:
        BroadcastRefused: unknown, not_allowed, wrong_state.
    """
    async with room.hold(number, actor, STOPS) as held:
        after = moved(await broadcasts.cancel(held.connection, held.broadcast.id), held.broadcast)
        await room.note(held, "cancel", was=held.broadcast.state)
    room.ring(_BELL)
    return after
