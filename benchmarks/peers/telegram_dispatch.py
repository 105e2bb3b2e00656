"""python-telegram-bot among a hundred handlers; it has no state of its own that is kept in Redis."""

import json
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from telegram import Chat, Message, Update, User
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from benchmarks.peers.rounds import run, run_rounds

HANDLERS = 100


class TextIs(filters.MessageFilter):
    """The text is this one."""

    def __init__(self, wanted: str) -> None:
        super().__init__()
        self._wanted = wanted

    def filter(self, message: Message) -> bool:
        """Whether it is."""
        return message.text == self._wanted


async def _handle(_update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None: ...


async def _measure() -> dict[str, Any]:
    application = Application.builder().token("1:" + "a" * 35).updater(None).build()
    for number in range(HANDLERS):
        application.add_handler(MessageHandler(TextIs(f"task {number}"), _handle))
    application._initialized = True  # noqa: SLF001 - `initialize` would ask the platform who the bot is
    numbers = iter(range(1, 10_000_000))

    async def one() -> None:
        number = next(numbers)
        chat, user = Chat(id=number % 1_000 + 1, type="private"), User(number % 1_000 + 1, "A", is_bot=False)
        text = f"task {HANDLERS - 1}"
        message = Message(message_id=number, date=datetime.now(UTC), chat=chat, from_user=user, text=text)
        await application.process_update(Update(number, message=message))

    return {"telegram_us": await run_rounds(one, 1_000), "telegram_version": version("python-telegram-bot")}


if __name__ == "__main__":
    print(json.dumps(run(_measure)))
