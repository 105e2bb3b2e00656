"""A long outage: many files of bounded size, read a little at a time beside the event loop, in their order."""

import asyncio
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import SimpleNamespace

import pytest

from bot import spool_file
from bot.errors import SpoolFailed
from bot.spool import DRAIN_BATCH, DRAIN_BATCH_BYTES, MAX_FILE_BYTES, Spool
from storage.crypto import Cipher, generate_key
from storage.inbox import NewEntry

KEY = generate_key()


class WatchedCipher(Cipher):
    """Decrypts, and notes how often and in which threads."""

    def __init__(self) -> None:
        super().__init__([KEY])
        self.decrypted = 0
        self.threads: set[int] = set()

    def decrypt(self, value: bytes, column: str) -> str:
        self.decrypted += 1
        self.threads.add(threading.get_ident())
        return super().decrypt(value, column)


class Stored:
    """Stores into a list, or fails while `is_away`."""

    def __init__(self) -> None:
        self.is_away = False
        self.ids: list[int] = []

    async def __call__(self, entries: Sequence[NewEntry]) -> int:
        if self.is_away:
            raise ConnectionError
        self.ids += [int(one.platform_id) for one in entries]
        return 0


def entry(number: int, size: int = 100) -> NewEntry:
    return NewEntry("zalo", str(number), "user_send_text", "message", "x" * size, "oa", "u1")


def small_files(directory: Path, cipher: Cipher | None = None) -> Spool:
    """Return a spool that begins a new file with every append."""
    return Spool(directory, cipher or Cipher([KEY]), min_free_bytes=0, max_file_bytes=1)


def spool_files(directory: Path) -> list[Path]:
    return sorted(directory.glob("*.spool"))


async def leave_behind(directory: Path, entries: list[NewEntry]) -> None:
    dead = Spool(directory, Cipher([KEY]), min_free_bytes=0)
    await dead.append(entries)
    await dead.aclose()


async def test_a_file_that_has_its_size_is_followed_by_a_new_one(tmp_path: Path) -> None:
    spool = Spool(tmp_path, Cipher([KEY]), min_free_bytes=0)
    large = 1024 * 1024
    for number in range(14):
        await spool.append([entry(number, large)])
    sizes = [file.stat().st_size for file in spool_files(tmp_path)]
    assert len(sizes) == 3
    assert all(size < MAX_FILE_BYTES + 1.5 * large for size in sizes)
    stored = Stored()
    assert await spool.drain(stored) == 14
    assert stored.ids == list(range(14))
    assert not list(tmp_path.glob("*"))


async def test_files_are_decrypted_beside_the_event_loop_and_batch_by_batch(tmp_path: Path) -> None:
    await leave_behind(tmp_path, [entry(number) for number in range(5 * DRAIN_BATCH)])
    cipher, seen, ahead = WatchedCipher(), [], []

    async def store(entries: Sequence[NewEntry]) -> int:
        seen.extend(int(one.platform_id) for one in entries)
        ahead.append(cipher.decrypted - len(seen))
        return 0

    assert await Spool(tmp_path, cipher, min_free_bytes=0).drain(store) == 5 * DRAIN_BATCH
    assert seen == list(range(5 * DRAIN_BATCH))
    assert ahead == [0] * 5
    assert threading.get_ident() not in cipher.threads


async def test_large_events_come_in_smaller_batches(tmp_path: Path) -> None:
    size = DRAIN_BATCH_BYTES // 4
    await leave_behind(tmp_path, [entry(number, size) for number in range(10)])
    batches = []

    async def store(entries: Sequence[NewEntry]) -> int:
        batches.append([int(one.platform_id) for one in entries])
        return 0

    await Spool(tmp_path, Cipher([KEY]), min_free_bytes=0).drain(store)
    assert batches == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]


async def test_while_storing_fails_no_more_than_one_batch_is_read(tmp_path: Path) -> None:
    await leave_behind(tmp_path, [entry(number) for number in range(5 * DRAIN_BATCH)])
    cipher, stored = WatchedCipher(), Stored()
    spool = Spool(tmp_path, cipher, min_free_bytes=0)
    stored.is_away = True
    for attempt in (1, 2, 3):
        with pytest.raises(ConnectionError):
            await spool.drain(stored)
        assert cipher.decrypted <= attempt * DRAIN_BATCH
    stored.is_away = False
    assert await spool.drain(stored) == 5 * DRAIN_BATCH
    assert stored.ids == list(range(5 * DRAIN_BATCH))


async def test_free_space_is_looked_at_before_each_write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = 2_000_000
    monkeypatch.setattr(os, "statvfs", lambda _path: SimpleNamespace(f_bavail=free, f_frsize=1))
    spool = Spool(tmp_path, Cipher([KEY]), min_free_bytes=1_000_000)
    await spool.append([entry(0)])
    free = 999_999
    with pytest.raises(SpoolFailed):
        await spool.append([entry(1)])  # into the same file
    free = 1_500_000
    with pytest.raises(SpoolFailed):
        await spool.append([entry(2, 600_000)])  # it would take what has to stay free
    await spool.append([entry(3)])
    stored = Stored()
    await spool.drain(stored)
    assert stored.ids == [0, 3]


async def test_the_full_files_of_a_living_process_are_its_own_and_cost_few_descriptors(tmp_path: Path) -> None:
    spool, other, stored = small_files(tmp_path), small_files(tmp_path), Stored()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for number in range(40):
        await spool.append([entry(number)])
    assert len(spool_files(tmp_path)) == 40
    assert len(list(Path("/proc/self/fd").iterdir())) - before < 10
    assert await other.drain(stored) == 0
    taken_by_other: list[int] = []

    async def store(entries: Sequence[NewEntry]) -> int:
        taken_by_other.append(await other.drain(stored))
        return await stored(entries)

    assert await spool.drain(store) == 40
    assert set(taken_by_other) == {0}
    assert stored.ids == list(range(40))
    assert not list(tmp_path.glob("*"))


async def test_what_fails_in_the_middle_of_many_files_is_stored_in_order_later(tmp_path: Path) -> None:
    spool, stored = small_files(tmp_path), Stored()
    for number in range(6):
        await spool.append([entry(number)])

    async def store_two(entries: Sequence[NewEntry]) -> int:
        stored.is_away = len(stored.ids) == 2
        return await stored(entries)

    with pytest.raises(ConnectionError):
        await spool.drain(store_two)
    await spool.append([entry(6)])
    stored.is_away = False
    assert await small_files(tmp_path).drain(stored) == 0  # still its owner's
    assert await spool.drain(stored) == 5
    assert stored.ids == list(range(7))


async def test_the_files_of_a_dead_process_are_drained_by_one_process_in_order(tmp_path: Path) -> None:
    dead = small_files(tmp_path)
    for number in range(5):
        await dead.append([entry(number)])
    await dead.aclose()
    first, second, stored = small_files(tmp_path), small_files(tmp_path), Stored()

    async def store(entries: Sequence[NewEntry]) -> int:
        assert await second.drain(stored) == 0  # the later files have to wait for this one
        return await stored(entries)

    assert await first.drain(store) == 5
    assert stored.ids == list(range(5))
    assert not list(tmp_path.glob("*"))


async def test_a_clock_that_goes_back_does_not_turn_files_round(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = iter(range(2_000_000_000, 1_000_000_000, -1_000))
    monkeypatch.setattr("bot.spool_file.time.time_ns", lambda: next(clock))
    dead, stored = small_files(tmp_path), Stored()
    for number in range(5):
        await dead.append([entry(number)])
    await dead.aclose()
    await small_files(tmp_path).drain(stored)
    assert stored.ids == list(range(5))


async def test_appends_during_a_drain_keep_their_order(tmp_path: Path) -> None:
    spool, stored = small_files(tmp_path), Stored()
    for number in range(5):
        await spool.append([entry(number)])
    numbers = iter(range(5, 15))

    async def store(entries: Sequence[NewEntry]) -> int:
        if (number := next(numbers, None)) is not None:
            await asyncio.wait_for(spool.append([entry(number)]), 5)
        return await stored(entries)

    while await spool.drain(store):
        pass
    assert stored.ids == list(range(15))
    assert not list(tmp_path.glob("*"))


async def test_a_file_that_a_person_deleted_does_not_hold_up_the_others(tmp_path: Path) -> None:
    spool, stored = small_files(tmp_path), Stored()
    for number in range(5):
        await spool.append([entry(number)])
    for file in spool_files(tmp_path)[:4:2]:
        file.unlink()
    await spool.drain(stored)
    assert stored.ids == [1, 3, 4]
    assert not list(tmp_path.glob("*"))


async def test_a_file_set_aside_by_another_process_is_not_taken_again(tmp_path: Path) -> None:
    await leave_behind(tmp_path, [entry(0)])
    await leave_behind(tmp_path, [entry(1)])
    files = spool_file.take_abandoned(tmp_path)
    next(files)
    second = spool_files(tmp_path)[1]
    spool_file.set_aside(second)
    assert list(files) == []
