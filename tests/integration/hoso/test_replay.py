"""Events offered again: only what the database lost is taken, and nobody is told twice."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from hoso import parts
from hoso.replay import Replay, make_quiet
from hoso.settings import Settings
from hoso.site import Site
from status_bridge.sources.stream import STREAM
from storage.crypto import generate_key
from storage.database import Database
from storage.replay import Rehearsal
from tests.integration.status_bridge.bridge import new_code, raw_event

KEY = generate_key()


@pytest.fixture
def site(postgres_url: str, redis_url: str, tmp_path: Path) -> Site:
    return Site(Settings(_env_file=None, data_dir=tmp_path), postgres_url, redis_url, (KEY,), None)


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[Database]:
    async with Database(postgres_url) as opened:
        yield opened


@pytest.fixture
async def redis(redis_url: str) -> AsyncIterator["Redis"]:
    client = Redis.from_url(redis_url)
    yield client
    await client.aclose()


async def offer(site: Site, database: Database, *events: dict[str, Any]) -> None:
    await parts.intake(site, database, site.cipher, on_work=lambda _lane: None).take(list(events))


async def replay(site: Site, database: Database, redis: "Redis") -> dict[str, Any]:
    now = datetime.now(UTC)
    takers = [parts.intake(one, database, site.cipher, on_work=lambda _lane: None) for one in (site, make_quiet(site))]
    run = Replay(database, site.cipher, *takers, now=now)
    since, until = now - timedelta(hours=1), now + timedelta(minutes=1)
    await run.from_records(since, until)
    await run.from_stream(redis, since, until)
    return run.result.as_json() | {"refusals": run.result.refusals}


async def rows(database: Database) -> dict[str, int]:
    tables = ("dossiers", "event_keys", "dossier_events", "notices")
    query = " UNION ALL ".join(f"SELECT '{table}' AS name, count(*) AS n FROM {table}" for table in tables)
    return {row["name"]: row["n"] for row in await database.fetch(query)}


async def put(redis: "Redis", *events: dict[str, Any]) -> None:
    for event in events:
        await redis.xadd(STREAM, {"event": json.dumps(event)})


async def test_where_nothing_is_missing_nothing_is_written(site: Site, database: Database, redis: "Redis") -> None:
    events = [raw_event(new_code(), 2) for _ in range(3)]
    await offer(site, database, *events)
    await put(redis, *events)
    before = await rows(database)
    told = await replay(site, database, redis)
    assert (told["duplicate"], told["accepted"], told["refusals"]) == (6, 0, [])
    assert await rows(database) == before


async def test_what_a_restored_backup_lacks_comes_back_from_the_stream_in_the_sources_order(
    site: Site, database: Database, redis: "Redis"
) -> None:
    code = new_code()
    kept, *lost = [raw_event(code, status, minute=place) for place, status in enumerate((1, 2, 9))]
    await offer(site, database, kept)
    await put(redis, kept, *reversed(lost))
    told = await replay(site, database, redis)
    assert (told["duplicate"], told["accepted"], told["stale"]) == (2, 2, 0)
    assert told["notices"] == {"accepted": 1, "finished": 1}
    kinds = await database.fetch("SELECT kind FROM notices ORDER BY ordinal")
    assert [row["kind"] for row in kinds] == ["submitted", "accepted", "finished"]


async def test_a_rehearsal_counts_the_same_and_writes_nothing(
    site: Site, database: Database, redis: "Redis", postgres_url: str
) -> None:
    events = [raw_event(new_code(), 2) for _ in range(3)]
    await put(redis, *events, events[0])
    async with Rehearsal(postgres_url) as stage:
        told = await replay(site, stage, redis)
    assert (told["accepted"], told["duplicate"], told["notices"]) == (3, 1, {"accepted": 3})
    assert set((await rows(database)).values()) == {0}
    assert await replay(site, database, redis) == told


async def test_a_stored_event_whose_identity_is_lost_is_taken_again_and_told_only_if_it_was_not(
    site: Site, database: Database, redis: "Redis"
) -> None:
    told_before, never_told = raw_event(new_code(), 2), raw_event(new_code(), 2)
    await offer(site, database, told_before, never_told)
    await database.fetch("DELETE FROM event_keys RETURNING key")
    await database.fetch("DELETE FROM dossiers RETURNING id")
    await database.fetch(
        "DELETE FROM notices WHERE dossier_code = %(code)s RETURNING id", {"code": never_told["subject"]}
    )
    told = await replay(site, database, redis)
    assert (told["accepted"], told["notices"]) == (2, {"accepted": 1})
    assert await rows(database) == {"dossiers": 2, "event_keys": 2, "dossier_events": 4, "notices": 2}


async def test_whoever_is_told_in_another_role_is_not_told_twice_either(
    postgres_url: str, redis_url: str, tmp_path: Path, database: Database, redis: "Redis"
) -> None:
    settings = Settings(_env_file=None, data_dir=tmp_path, notify="owner")
    site = Site(settings, postgres_url, redis_url, (KEY,), None)
    await offer(site, database, raw_event(new_code(), 2, owner={"name": "Bình", "phone": "0905000002"}))
    await database.fetch("DELETE FROM event_keys RETURNING key")
    await database.fetch("DELETE FROM dossiers RETURNING id")
    told = await replay(site, database, redis)
    assert (told["accepted"], told["notices"]) == (1, {})
    assert (await rows(database))["notices"] == 1


async def test_what_is_wrong_in_the_stream_is_named_and_not_stored_again(
    site: Site, database: Database, redis: "Redis"
) -> None:
    await redis.xadd(STREAM, {"event": "{ no json"})
    await redis.xadd(STREAM, {"other": "field"})
    await put(redis, raw_event(new_code(), 11, event_id="bad-1"))
    told = await replay(site, database, redis)
    assert (told["rejected"], told["events"]) == (2, 2)
    assert [refusal.split(" refused: ")[0] for refusal in told["refusals"]][1] == "bad-1"
    assert set((await rows(database)).values()) == {0}


async def test_an_event_that_no_key_opens_is_counted(site: Site, database: Database, redis: "Redis") -> None:
    await offer(site, database, raw_event(new_code(), 2))
    await database.fetch("DELETE FROM event_keys RETURNING key")
    stranger = Site(site.settings, site.postgres_url, site.redis_url, (generate_key(),), None)
    told = await replay(stranger, database, redis)
    assert (told["unreadable"], told["events"], told["accepted"]) == (1, 1, 0)
