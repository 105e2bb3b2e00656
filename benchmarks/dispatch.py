"""What an update costs among a hundred handlers: our dispatcher, aiogram, python-telegram-bot; microseconds each.

In: from the update as a value until its handler has run, through the product's own middlewares (which have nothing to
write down here), with the state's lock, reading, writing and release where there is a state. Out: reading the
platform's JSON, understanding a sentence, answering, the tables. The update asks for the handler that was registered
last. One update at a time, all on uvloop, median of rounds; `python -m benchmarks.dispatch` prints the figures.
"""

import asyncio
import json
import os
import secrets
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any, cast

from benchmarks import chat_libraries
from benchmarks.folders import new_folder
from benchmarks.processes import run_module
from bot.answers import Answer
from bot.chat_middlewares import MIDDLEWARES
from bot.context import Context
from bot.dispatcher import Dispatcher
from bot.fsm import BLANK, Standing, States
from bot.router import Match, Router
from bot.services import ChatConfig, ChatServices
from bot.understanding import Entities, Label, Meaning
from bot.updates import Update, UpdateKind
from hoso.embedded import start_engines
from hoso.loops import run_async
from storage.citizens import Citizen
from storage.conversations import Conversation
from storage.crypto import Cipher, generate_key
from storage.database import Database

HANDLERS = 100
ROUNDS = 7
COUNT = 2_000
COUNT_WITH_STATE = 500
AT_ONCE = 32


class Asking(StrEnum):
    """A state."""

    CODE = "asking.code"


async def run_rounds(one: Callable[[], Awaitable[Any]], count: int, *, at_once: int = 1) -> float:
    """Return the median of the rounds' microseconds an update."""
    for _ in range(count // 5):
        await one()
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        if at_once == 1:
            for _ in range(count):
                await one()
        else:
            for _ in range(count // at_once):
                await asyncio.gather(*(one() for _ in range(at_once)))
        took.append((time.perf_counter() - began) / count * 1e6)
    return round(statistics.median(took), 1)


def _tree(register: Callable[[Router, int], None]) -> Router:
    """Ten routers of ten handlers."""
    root = Router("root")
    for first in range(0, HANDLERS, 10):
        child = Router(f"r{first}")
        for number in range(first, first + 10):
            register(child, number)
        root.include(child)
    return root


async def _nothing(_answer: Answer) -> None: ...


class _Ours:
    """Our dispatcher without tables."""

    def __init__(self, router: Router, text: str) -> None:
        meaning = Meaning(Label.HELP, 0.9, Entities())
        self._dispatcher = Dispatcher(router, middlewares=MIDDLEWARES, understands=lambda _text, **_now: meaning)
        self._cipher = Cipher([generate_key()])
        self._services = ChatServices(cast("Database", None), self._cipher, ChatConfig(), ring=lambda _lane: None)
        self._text = text
        self._now = datetime.now(UTC)
        self._ids = iter(range(1, 100_000_000))

    def _context(self, number: int, standing: Standing) -> Context:
        update = Update("k", "zalo", UpdateKind.TEXT, "user", "user", text=self._text)
        citizen = Citizen(number % 1_000, "vi", None)
        conversation = Conversation(citizen.id)
        return Context(
            update, citizen, number, self._services, self._now, _nothing, conversation=conversation, standing=standing
        )

    async def without_state(self) -> None:
        """One update."""
        if not await self._dispatcher.dispatch(self._context(next(self._ids), BLANK)):
            raise RuntimeError("nobody answered")

    def with_state(self, states: States) -> Callable[[], Awaitable[None]]:
        """One update of a conversation whose state is read from Valkey, and written."""

        async def one() -> None:
            number = next(self._ids)
            held = await states.hold(number % 1_000, number)
            context = self._context(number, held.standing)
            handled = await self._dispatcher.dispatch(context)
            await held.give_back(context.standing)
            if not handled:
                raise RuntimeError("nobody answered")

        return one


def _by_command(router: Router, number: int) -> None:
    async def handler(_context: Context, argument: str) -> None: ...

    router.command(f"task_{_letters(number)}")(handler)


def _by_filter(router: Router, number: int) -> None:
    wanted = f"task {number}"

    async def is_wanted(context: Context) -> Match:
        return context.text == wanted

    async def handler(_context: Context) -> None: ...

    router.on(UpdateKind.TEXT, is_wanted)(handler)


def _with_writing(router: Router, number: int) -> None:
    async def handler(context: Context, argument: str) -> None:
        assert argument
        context.go(Asking.CODE, seen=context.entry_id, before=context.standing.data.get("seen"))

    router.command(f"task_{_letters(number)}")(handler)


def _letters(number: int) -> str:
    return chr(ord("a") + number // 10) + chr(ord("a") + number % 10)


async def _measure_ours(redis_url: str) -> dict[str, float]:
    last = f"#task_{_letters(HANDLERS - 1)} 12"
    ours = _Ours(_tree(_by_command), last)
    figures = {"ours_us": await run_rounds(ours.without_state, COUNT)}
    filters = _Ours(_tree(_by_filter), f"task {HANDLERS - 1}")
    figures["ours_100_filters_us"] = await run_rounds(filters.without_state, COUNT)
    writing = _Ours(_tree(_with_writing), last)
    async with States(redis_url, Cipher([generate_key()]), clock=time.monotonic) as states:
        one = writing.with_state(states)
        figures["ours_state_us"] = await run_rounds(one, COUNT_WITH_STATE)
        figures[f"ours_state_{AT_ONCE}_at_once_us"] = await run_rounds(one, COUNT_WITH_STATE, at_once=AT_ONCE)
    return figures


def _environment(redis_url: str) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": os.pathsep.join((str(chat_libraries.LIBRARIES), str(chat_libraries.HERE.parent))),
        "PYTHONDONTWRITEBYTECODE": "1",
        "PYTHONWARNINGS": "ignore",
        "BENCH_REDIS_URL": redis_url,
    }


def measure(folder: Path) -> dict[str, Any]:
    """Return microseconds an update of ours and of the frameworks, in one run."""
    chat_libraries.install()
    with start_engines(folder, postgres=False) as engines:
        assert engines.redis_url is not None
        figures: dict[str, Any] = {"handlers": HANDLERS}
        figures |= run_async(_measure_ours(engines.redis_url))
        environment = _environment(engines.redis_url)
        for module in ("aiogram_dispatch", "telegram_dispatch"):
            figures |= run_module(f"benchmarks.peers.{module}", secrets.token_hex(4), environment=environment)
        return figures


if __name__ == "__main__":
    print(json.dumps(measure(new_folder("dispatch")), indent=2))
    sys.stdout.flush()
