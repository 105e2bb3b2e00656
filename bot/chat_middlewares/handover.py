"""The assistant keeps quiet while a person of ours talks: by our own console, or by the platform's own tool."""

from __future__ import annotations

from bot.chat_middlewares.must_hear import must_hear
from bot.context import Context
from bot.dispatcher import Next
from bot.handover import wants_to_end
from bot.updates import UpdateKind
from storage import conversations


async def keep_quiet(context: Context, next_: Next) -> bool:
    """Let nothing be answered while an officer has the conversation, or has just written into it.

    Opt-out words, words of danger and commands (such as the one that ends a hand-over) are heard all the same. In the
    queue (`waiting`) the assistant still answers.
    """
    update, conversation = context.update, context.conversation
    if update.kind is UpdateKind.STAFF_WROTE:
        until = (update.occurred_at or context.now) + context.services.config.staff_silence
        await conversations.silence(context.database, context.citizen.id, until)
        return True
    if conversation is None or not update.is_message or update.kind is UpdateKind.GROUP:
        return await next_(context)
    is_taken = conversation.mode == "officer"
    is_silent = conversation.silent_until is not None and conversation.silent_until > context.now
    is_end = is_taken and wants_to_end(context.text, is_talking=True)
    if (is_taken or is_silent) and context.command is None and not is_end and not must_hear(context):
        return True
    return await next_(context)
