"""The local spool: where verified events wait, on this machine's disk, while PostgreSQL is away.

Records are encrypted like columns, and on the disk before anybody is told that they are kept. Requests that come at
the same time share one fsync. Every process writes files of its own; whoever finds files without a living owner
drains them. Storing is idempotent, so a file that was stored and not yet deleted at a crash does no harm.
"""

from __future__ import annotations

import asyncio
import errno
import json
import os
from collections.abc import Awaitable, Callable, Generator, Sequence
from dataclasses import asdict
from pathlib import Path

import structlog

from bot import metrics, spool_file
from bot.errors import SpoolFailed
from bot.spool_file import SpoolWriter
from storage.crypto import Cipher
from storage.errors import UndecipherableValue
from storage.inbox import NewEntry

_log = structlog.get_logger()

COLUMN = "spool.record"
DRAIN_BATCH = 200
DRAIN_BATCH_BYTES = 1024 * 1024
"""A batch ends here as well: large events are not held in memory by hundreds."""
MAX_FILE_BYTES = 8 * 1024 * 1024
"""At this size a new file begins (the last group of appends may go beyond). A file is deleted when all of it is
stored: so a failure while draining repeats about 2,000 events at most, and space comes back during the drain. Smaller
ones would cost a sync of the directory more often."""

Store = Callable[[Sequence[NewEntry]], Awaitable[int]]
"""Stores entries and returns how many of them can never be stored; raises when storing is not possible now."""


class Spool:
    """Append-only files in one directory, which several processes may share.

    `min_free_bytes` stay free on the disk: a full one hurts others as well, and a refusal in time is a clean 503.
    """

    def __init__(
        self,
        directory: Path,
        cipher: Cipher,
        *,
        min_free_bytes: int = 16 * 1024 * 1024,
        max_file_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        self._directory = directory
        self._cipher = cipher
        self._min_free_bytes = min_free_bytes
        self._max_file_bytes = max_file_bytes
        self._owner = spool_file.new_owner()
        self._writer: SpoolWriter | None = None
        self._last: SpoolWriter | None = None  # whose name the next one follows, drained or not
        # Full files of ours, oldest first. Only the first one stays locked, which protects all: a long outage must
        # not use up the descriptors of the process.
        self._full: list[SpoolWriter] = []
        self._waiting: list[tuple[list[bytes], asyncio.Future[None]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._file_lock = asyncio.Lock()  # appending, sealing and deleting take turns

    async def append(self, entries: Sequence[NewEntry]) -> None:
        """Keep entries; when this returns they survive a power cut.

        Raises:
            SpoolFailed: the disk did not take them, and none of them is kept.
        """
        records = [self._cipher.encrypt(json.dumps(asdict(entry)), COLUMN) for entry in entries]
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((records, done))
        if self._flusher is None:
            self._flusher = asyncio.create_task(self._flush(), name="spool-flush")
        await done
        metrics.spool_records.labels("kept").inc(len(entries))

    async def drain(self, store: Store) -> int:
        """Hand every event that waits to `store`, oldest file first, and delete what it took; return how many.

        While `store` fails, no more than the first batch is read at a time.
        Raises whatever `store` raises; what was not stored stays.
        """
        drained = await self._drain_abandoned(store)
        drained += await self._drain_full(store)
        # Only now: while PostgreSQL stays away the lines above raise, and few files grow instead of many.
        if self._writer is not None:
            async with self._file_lock:
                self._seal()
            drained += await self._drain_full(store)
        return drained

    async def check(self) -> None:
        """Raise `SpoolFailed` unless the spool could take an event now."""
        try:
            await asyncio.to_thread(self._check_space)
        except OSError as error:
            raise _failed(error) from error

    async def aclose(self) -> None:
        """Finish what is being written and give the files up for draining."""
        if self._flusher is not None:
            await asyncio.wait({self._flusher})
        async with self._file_lock:
            self._seal()
            for writer in reversed(self._full):  # the oldest last: its lock protects the others
                writer.close()
            self._full.clear()

    async def _flush(self) -> None:
        """Write all that waits, again and again until nothing does: who comes during an fsync shares the next one."""
        try:
            while self._waiting:
                group, self._waiting = self._waiting, []
                error = await self._write([record for records, _ in group for record in records])
                for _, done in group:
                    if not done.done():  # its request may have been cancelled
                        done.set_exception(_failed(error)) if error else done.set_result(None)
        finally:
            self._flusher = None

    async def _write(self, records: list[bytes]) -> OSError | None:
        async with self._file_lock:
            try:
                await asyncio.to_thread(self._commit, records)
            except OSError as error:
                _log.warning("spool_write_failed", error=type(error).__name__, errno=error.errno)
                metrics.spool_records.labels("refused").inc(len(records))
                return error
            return None

    def _commit(self, records: list[bytes]) -> None:
        self._check_space(sum(map(len, records)) * 4 // 3)  # base64
        writer = self._writer
        if writer is None or writer.size_bytes >= self._max_file_bytes:
            writer = SpoolWriter(self._directory, self._owner, after=self._last)
            self._seal()
            self._writer = self._last = writer
        writer.append(records)

    def _check_space(self, needed_bytes: int = 0) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk = os.statvfs(self._directory)
        if disk.f_bavail * disk.f_frsize - needed_bytes < self._min_free_bytes:
            raise OSError(errno.ENOSPC, "No space left on device")

    def _seal(self) -> None:
        """Write no more to the current file. To be called with the file lock."""
        if self._writer is not None:
            self._full.append(self._writer)
            if len(self._full) > 1:
                self._writer.close()
            self._writer = None

    async def _drain_abandoned(self, store: Store) -> int:
        files = spool_file.take_abandoned(self._directory)
        drained = 0
        try:
            while (path := await asyncio.to_thread(next, files, None)) is not None:
                stored, left_over = await self._store_file(path, store)
                await asyncio.to_thread(_finish, path, left_over)
                drained += stored
        finally:
            await asyncio.to_thread(files.close)
        return drained

    async def _drain_full(self, store: Store) -> int:
        drained = 0
        while self._full:
            path = self._full[0].path
            # One that a person deleted must not hold up the others for ever.
            stored, left_over = await self._store_file(path, store) if path.exists() else (0, 0)
            async with self._file_lock:
                await asyncio.to_thread(self._finish_oldest, left_over)
            drained += stored
        return drained

    def _finish_oldest(self, left_over: int) -> None:
        if len(self._full) > 1:
            self._full[1].lock_again()  # before the first one goes: the later files stay ours without a gap
        _finish(self._full[0].path, left_over)
        self._full.pop(0).close()

    async def _store_file(self, path: Path, store: Store) -> tuple[int, int]:
        """Return how many events of a file were stored, and how many records never can be."""
        stored = unreadable = rejected = 0
        batches = self._read(path)
        try:
            while (batch := await asyncio.to_thread(next, batches, None)) is not None:
                entries, damaged = batch
                refused = await store(entries) if entries else 0
                stored += len(entries) - refused
                unreadable += damaged
                rejected += refused
        finally:
            batches.close()
        if unreadable or rejected:
            _log.error("spool_file_set_aside", unreadable=unreadable, rejected=rejected, file=path.name)
            metrics.spool_records.labels("set_aside").inc(unreadable + rejected)
        metrics.spool_records.labels("drained").inc(stored)
        return stored, unreadable + rejected

    def _read(self, path: Path) -> Generator[tuple[list[NewEntry], int], None, None]:
        """Yield a file's events batch by batch, each with how many of its records nobody can read. Blocks."""
        for records in spool_file.read_batches(path, max_records=DRAIN_BATCH, max_bytes=DRAIN_BATCH_BYTES):
            entries = [entry for record in records if (entry := self._open(record)) is not None]
            yield entries, len(records) - len(entries)

    def _open(self, record: bytes | None) -> NewEntry | None:
        try:
            return None if record is None else NewEntry(**json.loads(self._cipher.decrypt(record, COLUMN)))
        except UndecipherableValue:
            return None


def _finish(path: Path, left_over: int) -> None:
    """Delete a file that was drained, or keep it for a person when records of it could not be stored."""
    if left_over:
        spool_file.set_aside(path)
    else:
        spool_file.remove(path)


def _failed(error: OSError) -> SpoolFailed:
    return SpoolFailed(f"the spool cannot be written ({error.strerror}): free space or fix the rights of HOSO_DATA_DIR")
