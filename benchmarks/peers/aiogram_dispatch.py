"""aiogram among a hundred handlers, its filters coroutines: as functions they would run in threads, 22 ms an update."""

import json
import os
from datetime import UTC, datetime
from importlib.metadata import version
from typing import Any

from aiogram import Bot, Dispatcher, Router
from aiogram.filters import Filter
from aiogram.fsm.context import FSMContext
from aiogram.fsm.state import State, StatesGroup
from aiogram.fsm.storage.memory import MemoryStorage
from aiogram.fsm.storage.redis import RedisStorage
from aiogram.types import Chat, Message, Update, User

from benchmarks.peers.rounds import run, run_rounds

HANDLERS = 100


class Asking(StatesGroup):
    """A state."""

    code = State()


class TextIs(Filter):
    """The text is this one."""

    def __init__(self, wanted: str) -> None:
        self._wanted = wanted

    async def __call__(self, message: Message) -> bool:
        return message.text == self._wanted


def _dispatcher(storage: Any, *, writes: bool = False) -> Dispatcher:
    dispatcher = Dispatcher(storage=storage, disable_fsm=storage is None)

    async def plain(_message: Message) -> None: ...

    async def writing(message: Message, state: FSMContext) -> None:
        await state.set_state(Asking.code)
        await state.update_data(seen=message.message_id)

    for first in range(0, HANDLERS, 10):
        router = Router(name=f"r{first}")
        for number in range(first, first + 10):
            router.message.register(writing if writes else plain, TextIs(f"task {number}"))
        dispatcher.include_router(router)
    return dispatcher


async def _one_by_one(dispatcher: Dispatcher, count: int) -> float:
    bot, numbers = Bot("1:" + "a" * 35), iter(range(1, 10_000_000))

    async def one() -> None:
        number = next(numbers)
        chat = Chat(id=number % 1_000 + 1, type="private")
        user = User(id=chat.id, is_bot=False, first_name="A")
        text = f"task {HANDLERS - 1}"
        message = Message(message_id=number, date=datetime.now(UTC), chat=chat, from_user=user, text=text)
        await dispatcher.feed_update(bot, Update(update_id=number, message=message))

    try:
        return await run_rounds(one, count)
    finally:
        await bot.session.close()
        await dispatcher.storage.close()


async def _measure() -> dict[str, Any]:
    url = os.environ["BENCH_REDIS_URL"]
    return {
        "aiogram_us": await _one_by_one(_dispatcher(None), 300),
        "aiogram_memory_us": await _one_by_one(_dispatcher(MemoryStorage()), 300),
        "aiogram_redis_us": await _one_by_one(_dispatcher(RedisStorage.from_url(url)), 200),
        "aiogram_redis_write_us": await _one_by_one(_dispatcher(RedisStorage.from_url(url), writes=True), 200),
        "aiogram_version": version("aiogram"),
    }


if __name__ == "__main__":
    print(json.dumps(run(_measure)))
