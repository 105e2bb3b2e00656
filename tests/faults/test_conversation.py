"""The bot killed while many citizens ask: every question is answered, in its citizen's order, and repeats are noted."""

import asyncio
import os
import random
import signal
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest

from tests.faults.trial import SETTINGS
from tests.site import Site, start_site

CHAT = {"HOSO_CHAT_LEASE_SECONDS": "3", "HOSO_CHAT_AT_ONCE": "64"}
TOLD = """
    SELECT i.id, m.citizen_id, m.part, m.message_id FROM inbox i JOIN messages m ON m.entry_id = i.id
    WHERE i.kind = 'message' AND m.part > 0 ORDER BY i.id, m.part
"""


async def ask(site: Site, phones: list[str], turns: int, *, pause_seconds: float) -> None:
    """Every citizen asks so many times; one citizen's questions follow each other, many citizens ask at once."""

    async def one(phone: str) -> None:
        for turn in range(turns):
            await asyncio.sleep(random.uniform(0, 2 * pause_seconds))
            await site.emulator("POST", f"phones/{phone}/send", {"text": ("Xin chào", "#menu", "#help")[turn % 3]})

    await asyncio.gather(*(one(phone) for phone in phones))


async def kill_bot(site: Site) -> None:
    """As a failing machine would; the supervisor starts another."""

    def pid() -> int | None:
        try:
            return site.pid_of("bot")
        except LookupError:
            return None

    found = await site.wait_until(pid, what="a bot to kill")
    os.kill(found, signal.SIGKILL)


async def judge(site: Site, asked: int, kills: int) -> None:
    """Nothing lost, nothing turned round, and no repeat that is not noted."""
    done = "SELECT state, note FROM inbox WHERE kind = 'message' AND state NOT IN ('pending', 'working')"
    ended = await site.wait_until(
        lambda: len(rows := site.query(done)) == asked and rows, 60, what="an end for every question"
    )
    assert {state for state, _ in ended} == {"done"}
    notes = Counter(note for _, note in ended)
    assert notes["in_doubt"] <= kills * 64
    arrived = {message["message_id"]: message["seq"] for message in await site.messages(channel="oa")}
    rows = site.query(TOLD)
    assert len({entry for entry, *_ in rows}) >= asked - notes["in_doubt"]
    told = defaultdict(list)
    for _, citizen, _, message_id in rows:
        if message_id is not None:
            told[citizen].append(arrived[message_id])
    assert all(order == sorted(order) for order in told.values())
    assert len(arrived) - len(rows) <= notes["possible duplicate"]


async def conversation(site: Site, *, citizens: int, turns: int, kills: int, pause_seconds: float) -> None:
    phones = [f"84908{number:06d}" for number in range(citizens)]
    asking = asyncio.create_task(ask(site, phones, turns, pause_seconds=pause_seconds))
    for _ in range(kills):
        await asyncio.sleep(turns * pause_seconds / (kills + 1))
        await kill_bot(site)
    await asking
    await judge(site, citizens * turns, kills)


@pytest.fixture
def chat_site(data_dir: Path, process_log: Callable[[str], IO[bytes]]) -> Iterator[Site]:
    """A site whose dead bots are replaced soon."""
    with start_site(data_dir, process_log, settings=dict(SETTINGS) | CHAT) as site:
        yield site


async def test_a_bot_killed_twice_loses_no_question_and_turns_none_round(chat_site: Site) -> None:
    await conversation(chat_site, citizens=40, turns=3, kills=2, pause_seconds=0.7)


@pytest.mark.soak
@pytest.mark.timeout(1200)
async def test_two_thousand_citizens_and_ten_kills(chat_site: Site) -> None:
    await conversation(chat_site, citizens=2_000, turns=10, kills=10, pause_seconds=20)
