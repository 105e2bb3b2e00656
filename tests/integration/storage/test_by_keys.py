"""Statements by keys: planned once, through indexes, whatever the server believes of the tables' sizes."""

from storage.database import Database
from storage.sql import queries


async def test_only_the_connections_for_keys_are_told_so(postgres_url: str) -> None:
    async with Database(postgres_url) as database:
        shown = "SELECT current_setting('enable_seqscan') AS scans, current_setting('plan_cache_mode') AS plans"
        assert await database.fetch_by_keys(shown) == [{"scans": "off", "plans": "force_generic_plan"}]
        assert await database.fetch_alone(shown) == [{"scans": "on", "plans": "auto"}]
        assert await database.fetch(shown) == [{"scans": "on", "plans": "auto"}]


async def test_without_statistics_recording_reads_neither_table_as_a_whole(postgres_url: str) -> None:
    """As on the first day of a month, when the server takes the new partitions for empty."""
    async with Database(postgres_url) as database:
        plan = await database.fetch_by_keys("EXPLAIN " + queries("notices")["record_outcomes"], {"outcomes": "[]"})
    lines = [row["QUERY PLAN"] for row in plan]
    assert not [line for line in lines if "Seq Scan" in line or "Hash" in line]
    assert [line for line in lines if "using notices" in line and "pkey" in line]


async def test_without_statistics_a_claim_reads_no_notices_as_a_whole(postgres_url: str) -> None:
    async with Database(postgres_url) as database:
        values = {"lane": "status", "limit": 100, "lease_seconds": 60.0, "suspects": False}
        plan = await database.fetch_by_keys("EXPLAIN " + queries("notices")["claim_due"], values)
    lines = [row["QUERY PLAN"] for row in plan]
    assert not [line for line in lines if "Seq Scan on notices" in line or "Hash Join" in line]
    assert [line for line in lines if "using notices" in line and "dossier_id_ordinal" in line]
