"""Following and no longer following the account."""

from __future__ import annotations

from bot.context import Context
from bot.filters import changes_following
from bot.router import Router
from channels.base import EventKind
from storage import citizens

router = Router("follow")


@router.on(EventKind.RELATIONSHIP, changes_following)
async def note_following(context: Context, follows: bool) -> None:
    """Note it on the citizen; welcome who has come, and leave in peace who has gone."""
    await citizens.set_follows(context.database, context.citizen.id, follows=follows)
    if follows:
        await context.reply(f"{context.words.welcome}\n\n{context.words.safety}")
