"""The door under odd circumstances: keys that change, a bell that is away, connections that break."""

import asyncio
import json
import time
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import REGISTRY

from bot.calm import Calm
from bot.doorbell import InboxBell
from bot.inbox import Inbox, InboxConfig
from bot.spool import Spool
from hoso.ports import free_ports
from storage import inbox as inbox_rows
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.inbox import NewEntry
from tests.integration.bot.harness import poll, running_bot, signed, text_event


async def test_both_the_old_and_the_new_key_open_the_door(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        first, second = text_event("m-1"), text_event("m-2")
        assert (await bot.post(first, signed(first, secret="older"))).status == 200
        assert (await bot.post(second, signed(second))).status == 200
        assert [row["platform_id"] for row in await bot.rows()] == ["user_send_text:m-1", "user_send_text:m-2"]


async def test_a_signed_event_again_hours_later_is_one_row(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        body = text_event("m-1")
        retried = signed(body) | {"num_retry": "5"}
        assert [(await bot.post(body)).status, (await bot.post(body, retried)).status] == [200, 200]
        assert len(await bot.rows()) == 1


async def test_events_without_a_message_id_are_told_apart_by_person_and_time(postgres_url: str, tmp_path: Path) -> None:
    def follow(user: str) -> bytes:
        document = {
            "event_name": "follow",
            "timestamp": "1767225600000",
            "oa_id": "388613280878808645",
            "follower": {"id": user},
        }
        return json.dumps(document).encode()

    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        for user in ("1001", "1002", "1001"):
            assert (await bot.post(follow(user))).status == 200
        rows = await bot.rows()
        assert [row["sender_hash"] for row in rows] == [bot.cipher.lookup_hash(user) for user in ("1001", "1002")]


async def test_without_the_bell_events_are_kept_in_time(postgres_url: str, tmp_path: Path) -> None:
    (port,) = free_ports(1)
    ringing: set[asyncio.Task[None]] = set()
    cipher = Cipher([generate_key()])
    async with Database(postgres_url) as database, InboxBell(f"redis://127.0.0.1:{port}/0") as bell:

        def ring(_kinds: set[str]) -> None:
            task = asyncio.create_task(bell.ring())
            ringing.add(task)
            task.add_done_callback(ringing.discard)

        inbox = Inbox(
            store=lambda entries: inbox_rows.store(database, entries, cipher),
            spool=Spool(tmp_path / "spool", cipher),
            on_new_work=Calm(ring),
        )
        started = time.monotonic()
        entries = [NewEntry("zalo", f"e:{number}", "e", "message", "{}") for number in range(50)]
        await asyncio.gather(*(inbox.put([entry]) for entry in entries))
        assert time.monotonic() - started < 2
        await asyncio.gather(*ringing)
        await inbox.aclose()
        (row,) = await database.fetch("SELECT count(*) AS events FROM inbox")
        assert row["events"] == 50


async def test_statements_are_far_fewer_than_requests_and_keep_their_order(postgres_url: str, tmp_path: Path) -> None:
    statements: list[int] = []
    cipher = Cipher([generate_key()])
    async with Database(postgres_url) as database:

        async def store(entries: Any) -> set[str]:
            statements.append(len(entries))
            return await inbox_rows.store(database, entries, cipher)

        inbox = Inbox(
            store=store,
            spool=Spool(tmp_path / "spool", cipher),
            on_new_work=lambda _kinds: None,
            config=InboxConfig(max_batch=40),
        )
        entries = [NewEntry("zalo", f"e:{number:04d}", "e", "message", "{}") for number in range(500)]
        await asyncio.gather(*(inbox.put([entry]) for entry in entries))
        await inbox.aclose()
        rows = await database.fetch("SELECT platform_id FROM inbox ORDER BY id")
    assert [row["platform_id"] for row in rows] == [entry.platform_id for entry in entries]
    assert sum(statements) == 500
    assert max(statements) == 40
    assert len(statements) <= 20


@pytest.mark.parametrize("idle_seconds", [0, 1.1])
async def test_a_connection_that_the_server_ended_costs_no_event(
    postgres_url: str, tmp_path: Path, idle_seconds: float
) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        assert (await bot.post(text_event("m-1"))).status == 200
        await bot.database.fetch(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        await asyncio.sleep(idle_seconds)  # beyond a second an idle connection is tried before it is used
        started = time.monotonic()
        assert (await bot.post(text_event("m-2"))).status == 200
        assert time.monotonic() - started < 2

        async def both() -> bool:
            return len(await bot.rows()) == 2

        await poll(both)


async def test_what_needs_no_row_needs_no_statement(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        body = text_event("m-1", oa_id="579745863508352884")
        labels = {"platform": "zalo", "kind": "message", "outcome": "unknown_account"}
        before = REGISTRY.get_sample_value("hoso_webhook_events_total", labels) or 0
        assert await (await bot.session.post(f"{bot.url}/webhooks/zalo", data=body, headers=signed(body))).json() == {
            "status": "dropped"
        }
        assert REGISTRY.get_sample_value("hoso_webhook_events_total", labels) == before + 1
        assert await bot.rows() == []


async def test_unknown_events_are_counted(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        labels = {"platform": "zalo", "kind": "unknown", "outcome": "kept"}
        before = REGISTRY.get_sample_value("hoso_webhook_events_total", labels) or 0
        assert (await bot.post(b'{"event_name":"brand_new","timestamp":"1767225600000"}')).status == 200
        assert REGISTRY.get_sample_value("hoso_webhook_events_total", labels) == before + 1
