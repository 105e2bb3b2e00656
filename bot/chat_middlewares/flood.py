"""The flood limit: who writes faster than anybody can read is told once, and then met with silence until it is calm.

The counting is done where the conversation is kept (`storage/queries/conversations.sql`, enter), so that it holds for
all processes and survives them.
"""

from __future__ import annotations

from bot.chat_middlewares.must_hear import must_hear
from bot.context import Context
from bot.dispatcher import Next
from bot.texts.limits import words_of


async def stem_floods(context: Context, next_: Next) -> bool:
    """Answer no message of a flood but its first, and that one with the request to wait."""
    conversation = context.conversation
    flooded_by = None if conversation is None else conversation.flooded_by
    if flooded_by is None or not context.update.is_message or must_hear(context):
        return await next_(context)
    if flooded_by == context.entry_id:
        await context.answer(words_of(context.language).too_many)
    return True
