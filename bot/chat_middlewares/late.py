"""What somebody sent before they were erased and that comes late (out of the spool of an outage) is dropped."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from bot.context import Context
from bot.dispatcher import Next
from storage import erasure

LATE: Final = timedelta(seconds=30)
"""What is younger cannot be from before an erasure that is done; so nearly nobody is looked for."""


async def drop_what_was_erased(context: Context, next_: Next) -> bool:
    """Forget an update of before its person's erasure; they were told that everything goes."""
    sent_at = context.update.occurred_at
    if sent_at is None or context.now - sent_at < LATE:
        return await next_(context)
    erased_at = await erasure.last_of_user(context.database, context.services.cipher, context.update.user_id)
    if erased_at is None or sent_at >= erased_at:
        return await next_(context)
    await erasure.drop_late_entry(context.database, context.entry_id, context.citizen.id)
    return True
