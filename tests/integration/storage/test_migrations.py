"""The schema is made once, however often and by however many it is asked for."""

import asyncio
from itertools import pairwise
from pathlib import Path

import psycopg
import pytest

from storage import migrations, partitions
from storage.database import Database
from storage.migrations import migrate, pending

ALL = sorted(path.name[:4] for path in (Path(migrations.__file__).parent / "versions").glob("[0-9]*.py"))


def test_migrating_twice_does_nothing_the_second_time(empty_postgres_url: str) -> None:
    assert pending(empty_postgres_url) == ALL
    assert migrate(empty_postgres_url) == ALL
    assert pending(empty_postgres_url) == []
    assert migrate(empty_postgres_url) == []


async def test_of_several_that_migrate_at_once_one_does_the_work(empty_postgres_url: str) -> None:
    applied = await asyncio.gather(*(asyncio.to_thread(migrate, empty_postgres_url) for _ in range(4)))
    assert sorted(applied) == [[], [], [], ALL]


def test_a_migration_that_fails_leaves_nothing_and_can_be_repeated(empty_postgres_url: str) -> None:
    with psycopg.connect(empty_postgres_url, autocommit=True) as connection:
        connection.execute("CREATE TABLE api_keys (x int)")
        with pytest.raises(psycopg.errors.DuplicateTable, match="api_keys"):
            migrate(empty_postgres_url)
        assert connection.execute("SELECT to_regclass('dossiers')").fetchone() == (None,)
        connection.execute("DROP TABLE api_keys")
    assert migrate(empty_postgres_url) == ALL


async def _bounds(database: Database, parent: str) -> list[tuple[str, str]]:
    rows = await database.fetch(
        "SELECT pg_get_expr(c.relpartbound, c.oid) AS bound FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid"
        " WHERE i.inhparent = %(parent)s::regclass ORDER BY c.relname",
        {"parent": parent},
    )
    return [(row["bound"].split("'")[1], row["bound"].split("'")[3]) for row in rows]


async def test_partitions_are_made_ahead_without_gaps_over_the_ends_of_years(fresh_database: Database) -> None:
    made = await partitions.ensure(fresh_database, months_ahead=26)
    assert len(made) == 3 * (26 - partitions.MONTHS_AHEAD)
    for parent in ("dossier_events", "notices", "attempts"):
        bounds = await _bounds(fresh_database, parent)
        assert len(bounds) == 26 + 2
        assert all(one[1] == following[0] for one, following in pairwise(bounds))
        years = {bound[0][:4] for bound in bounds}
        assert len(years) >= 3
    await fresh_database.fetch(
        "INSERT INTO attempts (at, notice_id, send, outcome) SELECT now() + make_interval(months => m),"
        " gen_random_uuid(), 1, 'accepted' FROM generate_series(-1, 26) AS m RETURNING id"
    )


async def test_partitions_are_made_once(fresh_database: Database) -> None:
    assert await partitions.ensure(fresh_database) == []
    made = await asyncio.gather(*(partitions.ensure(fresh_database, months_ahead=6) for _ in range(4)))
    assert sorted(len(names) for names in made) == [0, 0, 0, 9]


async def test_partitions_start_at_the_same_moment_whatever_the_servers_zone(fresh_database: Database) -> None:
    async with fresh_database.transaction() as connection:
        await connection.execute("SET LOCAL timezone = 'Asia/Ho_Chi_Minh'")
        await connection.execute("SELECT ensure_partitions(5)")
    bounds = await _bounds(fresh_database, "notices")
    assert all(one[1] == following[0] for one, following in pairwise(bounds))
    assert all(start.endswith("-01 00:00:00+00") for start, _ in bounds)
