"""Where conversations stand, on a real Valkey: locks, crashes, a server that is killed, frozen or emptied."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest

from bot.errors import ConversationBusy
from bot.fsm import BLANK, Standing, States
from storage.crypto import Cipher, generate_key
from tests.integration.workers.own_valkey import OwnValkey, own_valkey

CITIZEN = 5
KEY = generate_key()
ASKED = Standing("linking.code", {"tries": 1}, {"1": "#menu"})
DONE = Standing(None, {}, {"1": "#status 12"})


@pytest.fixture
def valkey() -> Iterator[OwnValkey]:
    with own_valkey() as server:
        yield server


class Clock:
    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@asynccontextmanager
async def process(url: str, *, key: str = KEY, clock: Clock | None = None) -> AsyncIterator[States]:
    """One process's view of the states."""
    async with States(url, Cipher([key]), clock=clock or Clock(), wait_seconds=0.15, lock_seconds=20) as states:
        yield states


async def work(states: States, entry: int, standing: Standing | None) -> Standing:
    """Work on an entry: return what was found, and leave this behind."""
    held = await states.hold(CITIZEN, entry)
    found = held.standing
    await held.give_back(standing)
    return found


async def test_what_one_process_leaves_another_finds(redis_url: str) -> None:
    async with process(redis_url) as one, process(redis_url) as other:
        assert await work(one, 1, ASKED) == BLANK
        assert await work(other, 2, DONE) == ASKED
        assert await work(one, 3, None) == DONE
        assert await work(one, 4, None) == DONE


async def test_nobody_works_on_a_conversation_that_is_held_and_waiting_ends(redis_url: str) -> None:
    async with process(redis_url) as one, process(redis_url) as other:
        held = await one.hold(CITIZEN, 1)
        with pytest.raises(ConversationBusy):
            await other.hold(CITIZEN, 2)
        waiting = asyncio.create_task(other.hold(CITIZEN, 2))
        await asyncio.sleep(0.01)
        await held.give_back(ASKED)
        assert (await waiting).standing == ASKED


async def test_the_lock_is_taken_before_the_state_is_read(redis_url: str) -> None:
    async with process(redis_url) as one, process(redis_url) as other:

        async def count(states: States, entry: int) -> None:
            while True:
                try:
                    held = await states.hold(CITIZEN, entry)
                    break
                except ConversationBusy:
                    pass
            await asyncio.sleep(0.001)
            await held.give_back(Standing("counting", {"n": held.standing.data.get("n", 0) + 1}))

        await asyncio.gather(*(count((one, other)[entry % 2], entry) for entry in range(1, 21)))
        assert (await work(one, 99, None)).data == {"n": 20}


async def test_a_second_try_at_the_same_entry_meets_the_state_of_the_first(redis_url: str) -> None:
    async with process(redis_url) as one, process(redis_url) as other:
        await work(one, 1, ASKED)
        assert await work(one, 2, DONE) == ASKED  # and dies before the entry is finished
        assert await work(other, 2, DONE) == ASKED
        assert await work(other, 3, None) == DONE


async def test_the_lock_of_a_dead_process_is_taken_by_whoever_has_its_entry_now(redis_url: str) -> None:
    async with process(redis_url) as dead, process(redis_url) as other:
        await work(dead, 1, ASKED)
        lost = await dead.hold(CITIZEN, 2)
        with pytest.raises(ConversationBusy):
            await other.hold(CITIZEN, 21)
        assert await work(other, 2, DONE) == ASKED
        await lost.give_back(BLANK)  # it was not dead after all: too late
        assert await work(other, 3, None) == DONE


async def test_a_lock_ends_by_itself(redis_url: str) -> None:
    async with States(redis_url, Cipher([KEY]), clock=Clock(), wait_seconds=2, lock_seconds=0.1) as states:
        await states.hold(CITIZEN, 1)
        assert await work(states, 2, None) == BLANK


async def test_many_conversations_at_once_share_the_line_and_keep_apart(redis_url: str) -> None:
    async with process(redis_url) as states:

        async def talk(citizen: int) -> None:
            for entry in range(5):
                held = await states.hold(citizen, citizen * 10 + entry)
                assert held.standing.data.get("n", 0) == entry
                await held.give_back(Standing("counting", {"n": entry + 1, "who": citizen}))

        await asyncio.gather(*(talk(citizen) for citizen in range(100)))
        held = await states.hold(42, 9_999)
        assert held.standing.data == {"n": 5, "who": 42}


async def test_forgetting_leaves_nothing(redis_url: str) -> None:
    async with process(redis_url) as states:
        await work(states, 1, ASKED)
        await states.forget(CITIZEN)
        assert await work(states, 2, None) == BLANK


async def test_states_are_unreadable_on_the_server_and_a_lost_key_starts_anew(valkey: OwnValkey) -> None:
    async with process(valkey.url) as states:
        await work(states, 1, Standing("linking.code", {"phone": "84905123456"}))
    with valkey.client() as client:
        assert b"84905123456" not in b"".join(client.get(key) or b"" for key in client.scan_iter())
    async with process(valkey.url, key=generate_key()) as states:
        assert await work(states, 2, ASKED) == BLANK
        assert await work(states, 3, None) == ASKED


async def test_a_killed_server_costs_no_conversation_of_this_process(valkey: OwnValkey) -> None:
    clock = Clock()
    async with process(valkey.url, clock=clock) as states:
        await work(states, 1, DONE)
        valkey.kill()
        assert await work(states, 2, ASKED) == BLANK  # what it knew is away
        assert await work(states, 3, DONE) == ASKED  # what was said since is not
        valkey.start()
        clock.ahead += 10  # long enough to ask it again
        assert await work(states, 4, ASKED) == DONE
        async with process(valkey.url) as other:
            assert await work(other, 5, None) == ASKED


async def test_a_server_that_dies_while_a_conversation_is_held_loses_nothing(valkey: OwnValkey) -> None:
    async with process(valkey.url) as states:
        held = await states.hold(CITIZEN, 1)
        valkey.kill()
        await held.give_back(ASKED)
        assert await work(states, 2, None) == ASKED


async def test_an_emptied_server_starts_conversations_anew_even_one_that_is_held(valkey: OwnValkey) -> None:
    async with process(valkey.url) as states:
        await work(states, 1, ASKED)
        held = await states.hold(CITIZEN, 2)
        with valkey.client() as client:
            client.flushall()
            client.script_flush()
        await held.give_back(DONE)  # the lock is lost: somebody else may have begun
        assert await work(states, 3, ASKED) == BLANK
        assert await work(states, 4, None) == ASKED


async def test_a_frozen_server_is_not_waited_for_again_and_again_and_its_late_locks_bar_nobody(
    valkey: OwnValkey, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.valkey_line.TIMEOUT_SECONDS", 0.2)
    clock = Clock()
    async with process(valkey.url, clock=clock) as states:
        await work(states, 1, ASKED)
        valkey.freeze()
        began = time.monotonic()
        assert await work(states, 2, DONE) == BLANK
        assert await work(states, 3, ASKED) == DONE
        assert time.monotonic() - began < 2
        valkey.thaw()  # now it runs what it was asked meanwhile
        clock.ahead += 10
        assert await work(states, 4, None) == ASKED


async def test_without_any_server_conversations_go_on_here() -> None:
    async with process("redis://127.0.0.1:1/0") as states:
        assert await work(states, 1, ASKED) == BLANK
        assert await work(states, 1, DONE) == BLANK  # the same entry again
        assert await work(states, 2, None) == DONE
