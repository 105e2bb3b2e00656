"""The site's mark against a real database, a real Valkey and a real file: whose past is this?"""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from storage import brake as brake_table
from storage import mark as table
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.mark import Tick
from tests.integration.workers.composition import World
from workers.brake import Brake
from workers.mark import MarkKeeper
from workers.mark_memory import FileMemory, Memory, MemoryAway, RedisMemory

DEAD_REDIS = "redis://127.0.0.1:1/0"


@pytest.fixture
async def database(world: World) -> AsyncIterator[Database]:
    """A database that was never marked, with the brake off."""
    await world.database.fetch("UPDATE brake SET engaged = false, release_at = NULL, cause = NULL RETURNING engaged")
    await world.database.fetch("DELETE FROM site_mark RETURNING ticks")
    await table.read(world.database)
    yield world.database
    await world.database.fetch("UPDATE brake SET engaged = false RETURNING engaged")


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator[RedisMemory]:
    memory = RedisMemory(redis_url)
    yield memory
    await memory.aclose()


@pytest.fixture
def file(tmp_path: Path) -> FileMemory:
    return FileMemory(tmp_path)


def keeper_of(database: Database, *memories: Memory) -> MarkKeeper:
    return MarkKeeper(database, Brake(database, by="a test"), memories, max_jump_seconds=300)


async def cause_of(database: Database) -> str | None:
    status = await brake_table.status(database)
    return status.cause if status.engaged else None


async def go_back(database: Database, ticks: int) -> None:
    """What a restored backup does to the mark."""
    await database.fetch("UPDATE site_mark SET ticks = ticks - %(ticks)s RETURNING ticks", {"ticks": ticks})


async def test_a_healthy_site_ticks_and_is_remembered(database: Database, redis: RedisMemory, file: FileMemory) -> None:
    keeper = keeper_of(database, redis, file)
    for _ in range(3):
        assert await keeper.check() is None
    mark = await table.read(database)
    assert mark.ticks == 3
    assert mark.system_identifier == mark.present_system is not None
    assert mark.database_name == mark.present_database
    assert await redis.recall() == await file.recall() == Tick(mark.site_id, 3)
    assert await cause_of(database) is None


@pytest.mark.parametrize("remembers", ["redis", "file"])
async def test_a_restored_backup_pulls_the_brake_and_keeps_the_evidence_until_a_person_releases_it(
    database: Database, redis: RedisMemory, file: FileMemory, remembers: str
) -> None:
    keeper = keeper_of(database, redis, file)
    for _ in range(5):
        await keeper.check()
    before = await redis.recall()
    await go_back(database, 2)
    # A restart, with one of the two memories gone.
    again = keeper_of(database, redis if remembers == "redis" else file)
    for _ in range(4):  # however often it looks: the database does not tick its way out
        alarm = await again.check()
        assert alarm is not None
        assert alarm.cause == "restored"
    assert await cause_of(database) == "restored"
    assert await redis.recall() == await file.recall() == before
    await again.adopt()
    await brake_table.release(database, by="a person")
    # Also a machine whose memory nobody adopted with is behind the database now.
    assert await keeper_of(database, redis, file).check() is None
    assert await cause_of(database) is None


async def test_another_database_under_the_same_address_pulls_the_brake_until_a_person_says_that_it_follows(
    database: Database, redis: RedisMemory, file: FileMemory
) -> None:
    stranger = Tick(uuid4(), 77)
    await redis.remember(stranger)
    await file.remember(stranger)
    keeper = keeper_of(database, redis, file)
    assert (alarm := await keeper.check())
    assert (alarm.cause, await cause_of(database)) == ("other_database", "other_database")
    assert await redis.recall() == stranger
    await keeper_of(database, redis).adopt()
    await brake_table.release(database, by="a person")
    assert await keeper_of(database, redis, file).check() is None, "the file of another machine is believed too"


async def test_a_clone_pulls_the_brake(database: Database, redis: RedisMemory) -> None:
    await keeper_of(database, redis).check()
    await database.fetch("UPDATE site_mark SET system_identifier = '1' RETURNING ticks")
    assert (alarm := await keeper_of(database, redis).check())
    assert alarm.cause == "cloned"


async def test_a_flushed_redis_and_a_new_machine_take_the_database_as_it_is(
    database: Database, redis: RedisMemory, file: FileMemory
) -> None:
    for _ in range(3):
        await keeper_of(database, redis).check()
    assert await keeper_of(database, RedisMemory(DEAD_REDIS), file).check() is None
    assert await cause_of(database) is None
    remembered = await file.recall()
    assert remembered is not None
    assert remembered.ticks == 4


async def test_a_place_that_could_not_be_asked_is_not_written_over(
    database: Database, redis: RedisMemory, file: FileMemory, redis_url: str
) -> None:
    class Mute(RedisMemory):
        """Answers writes only, as a server that was slow for a moment."""

        async def recall(self) -> Tick | None:
            raise MemoryAway("TimeoutError")

    keeper = keeper_of(database, redis)
    for _ in range(3):
        await keeper.check()
    before = await redis.recall()
    await go_back(database, 2)
    mute = Mute(redis_url)
    assert await keeper_of(database, mute, file).check() is None
    await mute.aclose()
    assert await redis.recall() == before
    assert (alarm := await keeper_of(database, redis, file).check())
    assert alarm.cause == "restored", "seen as soon as Redis answers again"


async def test_many_workers_tick_at_once_and_none_takes_the_other_for_a_restored_one(
    database: Database, redis: RedisMemory, file: FileMemory
) -> None:
    keepers = [keeper_of(database, redis, file) for _ in range(4)]

    async def tick(keeper: MarkKeeper) -> None:
        for _ in range(10):
            assert await keeper.check() is None

    await asyncio.gather(*(tick(keeper) for keeper in keepers))
    assert (await table.read(database)).ticks == 40
    assert await cause_of(database) is None


@pytest.mark.parametrize("minutes", [60, -60])
async def test_a_clock_that_jumps_pulls_the_brake(database: Database, redis: RedisMemory, minutes: int) -> None:
    ours = 1000.0
    keeper = MarkKeeper(database, Brake(database, by="a test"), [redis], max_jump_seconds=300, clock=lambda: ours)
    assert await keeper.check() is None
    ours -= minutes * 60  # the same as the database's clock going on by so much
    alarm = await keeper.check()
    assert alarm is not None
    assert alarm.cause == "clock"
    assert ("forward" if minutes > 0 else "back") in alarm.detail
    await keeper.check()
    assert await cause_of(database) == "clock", "a person must release it"


async def test_a_jump_is_not_forgotten_when_the_database_goes_away_in_that_moment(
    database: Database, redis: RedisMemory
) -> None:
    class Away(Brake):
        """One whose first pull finds no database."""

        pulls = 0

        async def pull(self, cause: str, detail: str, *, step_seconds: float | None = None) -> bool:
            self.pulls += 1
            if self.pulls == 1:
                raise DatabaseUnavailable("gone")
            return await super().pull(cause, detail, step_seconds=step_seconds)

    ours = 1000.0
    keeper = MarkKeeper(database, Away(database, by="a test"), [redis], max_jump_seconds=300, clock=lambda: ours)
    await keeper.check()
    ours -= 3600
    with pytest.raises(DatabaseUnavailable):
        await keeper.check()
    await keeper.check()
    assert await cause_of(database) == "clock"
    await brake_table.release(database, by="a person")
    assert await keeper.check() is None, "it is told once"


async def test_a_clock_that_went_back_while_nobody_looked_is_noticed_at_the_start(
    database: Database, redis: RedisMemory
) -> None:
    await keeper_of(database, redis).check()
    await database.fetch("UPDATE site_mark SET ticked_at = now() + interval '1 hour' RETURNING ticks")
    assert (alarm := await keeper_of(database, redis).check())
    assert alarm.cause == "clock"
    await database.fetch("UPDATE site_mark SET ticked_at = now() - interval '30 days' RETURNING ticks")
    assert await keeper_of(database, redis).check() is None, "a site may have been off for a month"


async def test_a_failover_to_a_server_that_has_it_all_is_no_reason(database: Database, redis: RedisMemory) -> None:
    keeper = keeper_of(database, redis)
    await keeper.check()
    await database.fetch(  # every connection goes, and the same past is found on new ones
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()"
        " AND pid <> pg_backend_pid()"
    )
    assert await keeper.check() is None
