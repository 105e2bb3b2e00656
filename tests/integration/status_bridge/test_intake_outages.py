"""A connection or a server that dies at the worst moment: repeating the batch loses nothing and tells nothing twice."""

import asyncio
import random

import pytest

from dossiers.status import Notice
from status_bridge.results import EventResult
from storage.database import Database
from storage.errors import DatabaseUnavailable
from tests.integration.status_bridge.bridge import Bridge, history, new_code, raw_event
from tests.integration.status_bridge.pg_gate import PgGate

TOLD = [Notice.SUBMITTED, Notice.ACCEPTED, Notice.FINISHED]


async def _until_taken(bridge: Bridge, events: list[dict[str, object]]) -> list[EventResult]:
    """Repeat as a careful caller does, within ten seconds."""
    async with asyncio.timeout(10):
        while True:
            try:
                return await bridge.take(events)
            except DatabaseUnavailable:
                await asyncio.sleep(0.02)


async def test_killed_in_the_middle_of_the_commit_nothing_is_stored_and_the_repeat_is_accepted(bridge: Bridge) -> None:
    async with bridge.database.transaction() as connection:
        await connection.execute(
            "CREATE FUNCTION die() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN"
            " PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END $$"
        )
        await connection.execute(
            "CREATE CONSTRAINT TRIGGER die AFTER INSERT ON event_keys DEFERRABLE INITIALLY DEFERRED"
            " FOR EACH ROW EXECUTE FUNCTION die()"
        )
    events = history(code := new_code(), [1, 2, 9])
    with pytest.raises(DatabaseUnavailable):
        await bridge.take(events)
    assert bridge.rings == []
    assert await bridge.rows("SELECT 1 FROM event_keys UNION ALL SELECT 1 FROM dossier_events") == []
    async with bridge.database.transaction() as connection:
        await connection.execute("DROP FUNCTION die CASCADE")
    assert [r.outcome.value for r in await bridge.take(events)] == ["accepted"] * 3
    assert await bridge.told(code) == TOLD


async def test_when_the_answer_to_the_commit_is_lost_the_repeat_is_a_duplicate(postgres_url: str) -> None:
    async with PgGate.open(postgres_url) as gate, Bridge.open(gate.url) as bridge, Bridge.open(postgres_url) as beside:
        events = history(code := new_code(), [1, 2, 9])
        await bridge.database.ping()
        gate.lose_commit_answers = 1
        with pytest.raises(DatabaseUnavailable):
            await bridge.intake.take(events)
        assert await beside.told(code) == TOLD
        assert gate.lose_commit_answers == 0
        results = await _until_taken(bridge, events)
        assert [r.outcome.value for r in results] == ["duplicate"] * 3
        assert await beside.told(code) == TOLD
        assert await beside.outcomes(code) == {"accepted": 3, "duplicate": 3}


async def test_connections_killed_at_random_moments_lose_and_double_nothing(postgres_url: str) -> None:
    chance = random.Random(5)
    async with Bridge.open(postgres_url) as bridge, Database(postgres_url, max_size=1) as killer:
        batches = [[event for _ in range(15) for event in history(new_code(), [1, 2, 9])] for _ in range(6)]
        done = asyncio.Event()

        async def kill() -> None:
            while not done.is_set():
                await asyncio.sleep(chance.uniform(0.005, 0.04))
                await killer.fetch(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL"
                )

        async def end_kills() -> None:
            await asyncio.sleep(1.5)
            done.set()

        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(kill())
            tasks.create_task(end_kills())
            for batch in batches:
                tasks.create_task(_until_taken(bridge, batch))
        for batch in batches:
            for code in {str(event["subject"]) for event in batch}:
                assert await bridge.told(code) == TOLD
                assert (await bridge.outcomes(code))["accepted"] == 3


async def test_without_a_server_it_says_so_and_afterwards_it_goes_on(postgres_url: str) -> None:
    async with PgGate.open(postgres_url) as gate, Bridge.open(gate.url, timeout_seconds=0.5) as bridge:
        await bridge.take([raw_event(new_code(), 2)])
        gate.shut()
        with pytest.raises(DatabaseUnavailable):
            await bridge.take([raw_event(new_code(), 2)])
        gate.is_shut = False
        (result,) = await _until_taken(bridge, [raw_event(new_code(), 2)])
        assert result.outcome.value == "accepted"
