"""The local spool: where verified events wait, on this machine's disk, while PostgreSQL is away.

Records are encrypted like columns, and on the disk before anybody is told that they are kept. Requests that come at
the same time share one fsync. Every process writes files of its own; whoever finds a file without a living writer
drains it. Storing is idempotent, so a file that was stored and not yet deleted at a crash does no harm.
"""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import structlog

from bot import metrics, spool_file
from bot.errors import SpoolFailed
from bot.spool_file import Found, SpoolWriter
from storage.crypto import Cipher
from storage.errors import UndecipherableValue
from storage.inbox import NewEntry

_log = structlog.get_logger()

COLUMN = "spool.record"
DRAIN_BATCH = 200

Store = Callable[[Sequence[NewEntry]], Awaitable[int]]
"""Stores entries and returns how many of them can never be stored; raises when storing is not possible now."""


class Spool:
    """Append-only files in one directory, which several processes may share.

    `min_free_bytes` stay free on the disk: a full one hurts others as well, and a refusal in time is a clean 503.
    """

    def __init__(self, directory: Path, cipher: Cipher, *, min_free_bytes: int = 16 * 1024 * 1024) -> None:
        self._directory = directory
        self._cipher = cipher
        self._min_free_bytes = min_free_bytes
        self._writer: SpoolWriter | None = None
        self._waiting: list[tuple[list[bytes], asyncio.Future[None]]] = []
        self._flusher: asyncio.Task[None] | None = None
        self._file_lock = asyncio.Lock()  # appending and sealing take turns

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

        Raises whatever `store` raises; what was not stored stays.
        """
        drained = await self._drain_files(store)
        # Only now: while PostgreSQL stays away the lines above raise, and one file grows instead of many.
        if self._writer is not None:
            await self._seal()
            drained += await self._drain_files(store)
        return drained

    async def check(self) -> None:
        """Raise `SpoolFailed` unless the spool could take an event now."""
        try:
            await asyncio.to_thread(self._check_space)
        except OSError as error:
            raise _failed(error) from error

    async def aclose(self) -> None:
        """Finish what is being written and give the file up for draining."""
        if self._flusher is not None:
            await asyncio.wait({self._flusher})
        await self._seal()

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
                if self._writer is None:
                    self._writer = await asyncio.to_thread(self._open)
                await asyncio.to_thread(self._writer.append, records)
            except OSError as error:
                _log.warning("spool_write_failed", error=type(error).__name__, errno=error.errno)
                metrics.spool_records.labels("refused").inc(len(records))
                return error
            return None

    def _open(self) -> SpoolWriter:
        self._check_space()
        return SpoolWriter(self._directory)

    def _check_space(self) -> None:
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        disk = os.statvfs(self._directory)
        if disk.f_bavail * disk.f_frsize < self._min_free_bytes:
            raise OSError(28, "No space left on device")

    async def _seal(self) -> None:
        async with self._file_lock:
            if self._writer is not None:
                self._writer.close()
                self._writer = None

    async def _drain_files(self, store: Store) -> int:
        files = spool_file.take_abandoned(self._directory)
        drained = 0
        try:
            while (found := await asyncio.to_thread(next, files, None)) is not None:
                drained += await self._drain_file(found, store)
        finally:
            await asyncio.to_thread(files.close)
        return drained

    async def _drain_file(self, found: Found, store: Store) -> int:
        entries, unreadable = self._read(found)
        rejected = 0
        for start in range(0, len(entries), DRAIN_BATCH):
            rejected += await store(entries[start : start + DRAIN_BATCH])
        if unreadable or rejected:
            _log.error("spool_file_set_aside", unreadable=unreadable, rejected=rejected, file=found.path.name)
            metrics.spool_records.labels("set_aside").inc(unreadable + rejected)
            await asyncio.to_thread(spool_file.set_aside, found.path)
        else:
            await asyncio.to_thread(spool_file.remove, found.path)
        metrics.spool_records.labels("drained").inc(len(entries) - rejected)
        return len(entries) - rejected

    def _read(self, found: Found) -> tuple[list[NewEntry], int]:
        entries, unreadable = [], found.damaged
        for record in found.records:
            try:
                entries.append(NewEntry(**json.loads(self._cipher.decrypt(record, COLUMN))))
            except UndecipherableValue:
                unreadable += 1
        return entries, unreadable


def _failed(error: OSError) -> SpoolFailed:
    return SpoolFailed(f"the spool cannot be written ({error.strerror}): free space or fix the rights of HOSO_DATA_DIR")
