"""What staff can do with the bot of the Bot Platform: learn the id of their chat, to receive alerts there."""

from __future__ import annotations

from bot.context import Context
from bot.desk import chat_of
from bot.router import Router
from channels.base import EventKind

router = Router("staff")


@router.on(EventKind.MESSAGE)
async def tell_chat_id(context: Context) -> None:
    """Name the chat, so that an operator can put it into HOSO_ZALO_BOT_ALERT_CHATS."""
    await context.reply(context.words.staff_chat.format(chat_id=chat_of(context.event)))
