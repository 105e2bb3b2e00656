"""What staff can do with the bot of the Bot Platform: learn the id of their chat, to receive alerts there."""

from __future__ import annotations

from bot.context import Context
from bot.router import Router
from bot.updates import MESSAGES

router = Router("staff")


async def tell_chat_id(context: Context) -> None:
    """Name the chat, so that an operator can put it into HOSO_ZALO_BOT_ALERT_CHATS."""
    await context.answer(context.words.staff_chat.format(chat_id=context.update.chat_id))


for _kind in sorted(MESSAGES):
    router.on(_kind)(tell_chat_id)
