"""Approval: what was counted is submitted, looked at by somebody else, and pinned by its hash.

Every decision is made under the row's lock: of two approvals, or an approval and a change, at the same moment the
database lets one go first, and the other sees what that one left.
"""

from __future__ import annotations

from typing import Final, Literal

from status_bridge.broadcasts.actors import APPROVES, WRITES, Actor, KeyActor, name_of
from status_bridge.broadcasts.placeholders import shown_note
from status_bridge.broadcasts.refusals import refuse
from status_bridge.broadcasts.rooms import Held, Room, moved, must_be
from status_bridge.broadcasts.rules import needed_approvals
from storage import approvals, broadcasts
from storage.broadcasts import Broadcast, Estimate

Decision = Literal["approved", "sent_back"]
MAX_COMMENT_CHARS: Final = 500


async def submit(room: Room, number: str, actor: Actor) -> Broadcast:
    """Ask for approval; below the thresholds nobody else must look, and it is approved with that.

    Raises:
        BroadcastRefused: unknown, not_allowed, wrong_state, estimate_missing, estimate_old, nobody_reached, list_…, or
            a broken rule (hours may have passed since it was written).
    """
    async with room.hold(number, actor, WRITES) as held:
        connection, before = held.connection, held.broadcast
        must_be(before, "draft")
        await room.check(connection, before.draft)
        await room.check_list(connection, before)
        content = await room.hash_now(connection, before)
        estimate = _usable(room, before, content)
        needed = needed_approvals(before.draft, estimate, room.config)
        after = await broadcasts.submit(connection, before.id, content, approves=not needed)
        detail = {"content_hash": content.hex(), "people": estimate.people, "cost_vnd": estimate.cost_vnd}
        await room.note(held, "submit", needed=needed, **detail)
        if not needed:
            await room.note(held, "approve", content_hash=content.hex(), because="below_thresholds")
        return moved(after, before)


def _usable(room: Room, broadcast: Broadcast, content: bytes) -> Estimate:
    estimate = broadcast.estimate
    if estimate is None or estimate.content_hash != content.hex():
        refuse("estimate_missing")
    if room.now() - estimate.counted_at > room.config.estimate_age:
        refuse("estimate_old", hours=round(room.config.estimate_age.total_seconds() / 3600))
    if not estimate.people:
        refuse("nobody_reached")
    return estimate


async def decide(
    room: Room, number: str, actor: Actor, decision: Decision, content_hash: bytes | str, comment: str | None
) -> Broadcast:
    """Approve exactly the content that was looked at, or send it back to its author with a reason.

    `content_hash` is the one that stood in the form (bytes, or hex). Approved by as many as it needs, it may be
    started; each person counts once.

    Raises:
        BroadcastRefused: only_officers, unknown, not_allowed, wrong_state, content_changed, own_broadcast,
            decided_already, comment_missing.
    """
    if isinstance(actor, KeyActor):
        refuse("only_officers")
    async with room.hold(number, actor, APPROVES) as held:
        connection, before = held.connection, held.broadcast
        must_be(before, "submitted")
        if name_of(held.actor) in (*before.authors, before.author):
            refuse("own_broadcast")
        present = await room.hash_now(connection, before)
        if before.content_hash != present or _as_bytes(content_hash) != present:
            refuse("content_changed")
        said = shown_note(comment or "", MAX_COMMENT_CHARS)
        if decision == "sent_back":
            return await _send_back(room, held, present, said)
        return await _approve(room, held, present, said)


async def _send_back(room: Room, held: Held, content: bytes, comment: str) -> Broadcast:
    if not comment:
        refuse("comment_missing")
    await _write(held, "sent_back", content, comment)
    await room.note(held, "send_back", content_hash=content.hex())
    return moved(await broadcasts.send_back(held.connection, held.broadcast.id, "sent_back"), held.broadcast)


async def _approve(room: Room, held: Held, content: bytes, comment: str) -> Broadcast:
    before = held.broadcast
    others = {one.officer for one in await approvals.standing(held.connection, before)}
    if name_of(held.actor) in others:
        refuse("decided_already")
    await _write(held, "approved", content, comment)
    if before.estimate is None:
        refuse("estimate_missing")
    needed = max(1, needed_approvals(before.draft, before.estimate, room.config))
    await room.note(held, "approve", content_hash=content.hex(), given=len(others) + 1, needed=needed)
    if len(others) + 1 < needed:
        return before
    return moved(await broadcasts.approve(held.connection, before.id, content), before)


async def _write(held: Held, decision: Decision, content: bytes, comment: str) -> None:
    await approvals.decide(
        held.connection,
        held.broadcast.id,
        officer=name_of(held.actor),
        decision=decision,
        content_hash=content,
        comment=comment or None,
    )


def _as_bytes(content_hash: bytes | str) -> bytes:
    if isinstance(content_hash, bytes):
        return content_hash
    try:
        return bytes.fromhex(content_hash)
    except ValueError:
        return b""
