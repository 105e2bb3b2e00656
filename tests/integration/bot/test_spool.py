"""PostgreSQL goes away: events are kept on the disk, answered in time, and brought in once it is back."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.errors import SpoolFailed
from bot.spool import Spool
from storage.crypto import Cipher, generate_key
from storage.inbox import NewEntry
from tests.integration.bot.harness import Relay, poll, running_bot, text_event


@pytest.fixture
async def relay(postgres_url: str, tmp_path: Path) -> AsyncIterator[Relay]:
    relay = Relay(postgres_url, tmp_path)
    await relay.start()
    yield relay
    relay.flow()
    await relay.cut()


def entry(number: int) -> NewEntry:
    return NewEntry("zalo", f"m-{number}", "user_send_text", "message", '{"text": "Xin chào"}', "oa", "u1")


async def test_a_stopped_database_costs_no_event_and_no_two_seconds(
    postgres_url: str, tmp_path: Path, relay: Relay
) -> None:
    async with running_bot(relay.url, tmp_path / "spool", direct_url=postgres_url) as bot:
        assert (await bot.post(text_event("before"))).status == 200
        await relay.cut()
        started = time.monotonic()
        answers = await asyncio.gather(*(bot.post(text_event(f"m-{i}")) for i in range(20)))
        assert time.monotonic() - started < 2
        assert {answer.status for answer in answers} == {200}
        assert (await bot.post(text_event("m-3"))).status == 200  # a repeat, into the spool as well
        assert len(await bot.rows()) == 1
        files = list((tmp_path / "spool").glob("*.spool"))
        assert files
        assert not any(b"Xin ch" in file.read_bytes() or b"m-1" in file.read_bytes() for file in files)
        await relay.start()

        async def all_drained() -> bool:
            return len(await bot.rows()) == 21 and not list((tmp_path / "spool").glob("*"))

        await poll(all_drained)
        assert bot.rung[1:]
        assert (await bot.post(text_event("after"))).status == 200
        assert [row["platform_id"].rpartition(":")[2] for row in await bot.rows()][-1] == "after"
        assert len(await bot.rows()) == 22


async def test_a_hung_database_is_answered_within_two_seconds(postgres_url: str, tmp_path: Path, relay: Relay) -> None:
    async with running_bot(relay.url, tmp_path / "spool", direct_url=postgres_url) as bot:
        assert (await bot.post(text_event("before"))).status == 200
        relay.hang()

        async def timed(number: int) -> float:
            await asyncio.sleep(number * 0.05)  # some come while the first one waits for the database
            started = time.monotonic()
            assert (await bot.post(text_event(f"m-{number}"))).status == 200
            return time.monotonic() - started

        assert max(await asyncio.gather(*(timed(number) for number in range(20)))) < 2
        relay.flow()

        async def all_stored() -> bool:
            return len(await bot.rows()) == 21

        await poll(all_stored)


async def test_one_persons_events_keep_their_order_through_an_outage(
    postgres_url: str, tmp_path: Path, relay: Relay
) -> None:
    async with running_bot(relay.url, tmp_path / "spool", direct_url=postgres_url) as bot:
        for number in range(60):
            if number == 20:
                await relay.cut()
            if number == 40:
                await relay.start()
            assert (await bot.post(text_event(f"{number}"))).status == 200

        async def all_stored() -> bool:
            return len(await bot.rows()) == 60

        await poll(all_stored)
        ids = [int(row["platform_id"].rpartition(":")[2]) for row in await bot.rows()]
        assert ids == sorted(ids)


async def test_a_full_disk_and_no_database_is_503_until_one_is_back(
    postgres_url: str, tmp_path: Path, relay: Relay
) -> None:
    async with running_bot(relay.url, tmp_path / "spool", direct_url=postgres_url, min_free_bytes=1 << 60) as bot:
        assert (await bot.post(text_event("before"))).status == 200
        await relay.cut()
        response = await bot.post(text_event("m-1"))
        assert (response.status, response.content_type) == (503, "application/problem+json")
        assert response.headers["Retry-After"] == "30"
        await relay.start()

        async def is_taken() -> bool:
            return (await bot.post(text_event("m-1"))).status == 200

        await poll(is_taken)
        assert len(await bot.rows()) == 2


async def test_an_entry_the_database_refuses_is_set_aside_and_harms_no_other(postgres_url: str, tmp_path: Path) -> None:
    async with running_bot(postgres_url, tmp_path / "spool") as bot:
        poison = NewEntry("zalo", "bad\0id", "user_send_text", "message", "{}")
        await bot.inbox.put([entry(1), poison, entry(2)])

        async def both_stored() -> bool:
            return len(await bot.rows()) == 2 and bool(list((tmp_path / "spool").glob("*.damaged")))

        await poll(both_stored)
        assert (await bot.post(text_event("m-9"))).status == 200


WRITER = """
import asyncio, json, sys
from pathlib import Path
from bot.spool import Spool
from storage.crypto import Cipher
from storage.inbox import NewEntry

async def main():
    spool = Spool(Path(sys.argv[1]), Cipher([sys.argv[2]]), min_free_bytes=0, max_file_bytes=100_000)
    number = 0
    while True:
        batch = [NewEntry("zalo", f"m-{number + i}", "e", "message", "x" * 2000, "oa", "u1") for i in range(20)]
        await asyncio.gather(*(spool.append([one]) for one in batch))
        number += 20
        print(number, flush=True)

asyncio.run(main())
"""


async def test_a_writer_killed_in_the_middle_loses_nothing_that_was_kept(tmp_path: Path) -> None:
    key = generate_key()
    spool_dir = tmp_path / "spool"
    seen: list[NewEntry] = []

    async def store(entries) -> int:
        seen.extend(entries)
        return 0

    other = Spool(spool_dir, Cipher([key]), min_free_bytes=0)
    with subprocess.Popen(
        [sys.executable, "-c", WRITER, str(spool_dir), key],
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": "."},
    ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(10)]
        assert await other.drain(store) == 0  # its writer lives: hands off
        process.send_signal(signal.SIGKILL)
        told += process.stdout.readlines()
    kept = int(told[-1])
    files = sorted(spool_dir.glob("*.spool"))
    assert len(files) > 1
    with files[-1].open("ab") as torn:
        torn.write(b"0badc0de QUJD")  # what a write leaves that was cut in the middle
    await other.drain(store)
    assert {f"m-{number}" for number in range(kept)} <= {one.platform_id for one in seen}
    assert len(seen) - kept <= 20
    assert [one.platform_id for one in seen] == [f"m-{number}" for number in range(len(seen))]
    assert seen[0] == NewEntry("zalo", "m-0", "e", "message", "x" * 2000, "oa", "u1")
    assert not list(spool_dir.glob("*"))


LIMITED = """
import asyncio, resource, sys
from pathlib import Path
from bot.errors import SpoolFailed
from bot.spool import Spool
from storage.crypto import Cipher
from storage.inbox import NewEntry

async def main():
    spool = Spool(Path(sys.argv[1]), Cipher([sys.argv[2]]), min_free_bytes=0)
    one = lambda n, size: NewEntry("zalo", f"m-{n}", "e", "message", "x" * size)
    await spool.append([one(1, 10)])
    resource.setrlimit(resource.RLIMIT_FSIZE, (4000, resource.RLIM_INFINITY))
    try:
        await spool.append([one(2, 10), one(3, 9000)])
    except SpoolFailed:
        print("refused")
    await spool.append([one(4, 10)])
    print("kept")

asyncio.run(main())
"""


async def test_a_write_that_fails_half_way_is_refused_whole_and_the_next_one_counts(tmp_path: Path) -> None:
    key = generate_key()
    spool_dir = tmp_path / "spool"
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(spool_dir), key],
        capture_output=True,
        text=True,
        env=os.environ | {"PYTHONPATH": "."},
        check=True,
    )
    assert done.stdout.split()[-2:] == ["refused", "kept"]
    seen: list[str] = []

    async def store(entries) -> int:
        seen.extend(one.platform_id for one in entries)
        return 0

    await Spool(spool_dir, Cipher([key])).drain(store)
    assert seen == ["m-1", "m-4"]
    assert not list(spool_dir.glob("*"))


async def test_what_no_key_opens_is_kept_for_a_person(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Cipher([generate_key()]), min_free_bytes=0)
    await spool.append([entry(1)])
    await spool.aclose()
    assert len(list(tmp_path.glob("*.spool"))) == 1

    async def store(entries) -> int:
        return 0

    assert await Spool(tmp_path, Cipher([generate_key()])).drain(store) == 0
    assert len(list(tmp_path.glob("*.damaged"))) == 1


async def test_a_spool_without_space_says_so_beforehand(tmp_path: Path) -> None:
    spool = Spool(tmp_path / "spool", Cipher([generate_key()]), min_free_bytes=1 << 60)
    with pytest.raises(SpoolFailed, match="HOSO_DATA_DIR"):
        await spool.check()
    await Spool(tmp_path / "spool", Cipher([generate_key()]), min_free_bytes=0).check()


async def test_many_appends_share_syncs_and_all_are_kept(tmp_path: Path) -> None:
    cipher = Cipher([generate_key()])
    spool = Spool(tmp_path, cipher, min_free_bytes=0)
    await asyncio.gather(*(spool.append([entry(number)]) for number in range(300)))
    seen: list[str] = []

    async def store(entries) -> int:
        seen.extend(one.platform_id for one in entries)
        return 0

    assert await spool.drain(store) == 300
    assert seen == [f"m-{number}" for number in range(300)]
    assert not list(tmp_path.glob("*"))
