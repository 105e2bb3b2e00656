"""Writing a broadcast: a draft, and every change of it, which makes it a draft again."""

from __future__ import annotations

from typing import Final

from status_bridge.broadcasts.actors import WRITES, Actor, name_of
from status_bridge.broadcasts.content import hash_content
from status_bridge.broadcasts.rooms import Room, moved, must_be
from storage import broadcasts
from storage.broadcasts import OPEN, Broadcast, BroadcastRefused, Draft

_NUMBERS_TRIED: Final = 5


async def create(room: Room, draft: Draft, actor: Actor) -> Broadcast:
    """Write a new draft.

    Raises:
        BroadcastRefused: not_allowed, list_unknown, or a broken rule.
    """
    current = await room.enter(actor, WRITES, draft.unit)
    async with room.database.transaction() as connection:
        await room.check(connection, draft)
        for _ in range(_NUMBERS_TRIED):
            made = await broadcasts.add(
                connection,
                draft,
                number=room.new_number(),
                author=name_of(current),
                canary_percent=room.config.canary_percent,
            )
            if made is not None:
                await room.note_as(connection, current.actor, made, "create")
                return made
    raise BroadcastRefused("no_number")


async def change(room: Room, number: str, draft: Draft, actor: Actor) -> Broadcast:
    """Give it another content: it is a draft again, nothing was approved, and it must be counted anew.

    The same content again changes nothing. A broadcast may move to another unit in which the actor may write.

    Raises:
        BroadcastRefused: unknown, not_allowed, wrong_state, list_unknown, or a broken rule.
    """
    await room.enter(actor, WRITES, draft.unit)
    async with room.hold(number, actor, WRITES) as held:
        before = held.broadcast
        must_be(before, *OPEN)
        await room.check(held.connection, draft)
        share = draft.canary_percent if draft.canary_percent is not None else room.config.canary_percent
        found = await room.list_of(held.connection, draft.audience, draft.unit)
        digest = None if found is None else found.digest
        wanted = hash_content(draft, canary_percent=share, list_digest=digest)
        if wanted == hash_content(before.draft, canary_percent=before.canary_percent, list_digest=digest):
            return before
        after = await broadcasts.rewrite(
            held.connection, before.id, draft, editor=name_of(held.actor), canary_percent=share
        )
        await room.note(held, "change", was=before.state)
        return moved(after, before)
