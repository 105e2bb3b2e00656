"""Reads one file into one list: parses in a thread, writes beside it, and commits each chunk with how far it came."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path

import structlog

from dossiers.masking import mask_phone
from status_bridge.lists.csv_table import CsvTable
from status_bridge.lists.errors import ListRefused
from status_bridge.lists.judging import Chunk, GoodRow, chunks
from status_bridge.lists.sniffing import sniff
from status_bridge.lists.xlsx_table import XlsxTable
from storage import audience_people, recipient_lists, recipient_rows
from storage.crypto import Cipher
from storage.database import Database
from storage.recipient_rows import Progress

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What is to be read: the list's id, the file as it was uploaded, and how many rows are too many."""

    list_id: int
    path: Path
    max_rows: int


async def read_list(database: Database, cipher: Cipher, reading: Reading) -> bool:
    """Read a file into a list that is in the state `reading`; return whether it is ready.

    A file that is no list ends it as `failed` with a word; rows written before go with the next clean-up. What happened
    to somebody's wishes meanwhile (opt-out) is asked again when messages are sent.
    """
    writer = _Writer(database, cipher, reading.list_id)
    try:
        kind = await asyncio.to_thread(sniff, reading.path)
        with _open(reading.path, kind) as table:
            if not await _write_all(chunks(table, cipher, max_rows=reading.max_rows), writer):
                return False
    except ListRefused as refused:
        await recipient_lists.fail(database, reading.list_id, refused.word)
        _log.info("list_refused", list=reading.list_id, reason=refused.word)
        return False
    return await recipient_rows.finish(database, reading.list_id, writer.digest())


def _open(path: Path, kind: str) -> AbstractContextManager[CsvTable | XlsxTable]:
    return XlsxTable(path) if kind == "xlsx" else CsvTable(path, kind)


async def _write_all(source: Iterator[Chunk], writer: _Writer) -> bool:
    """Write chunk after chunk while the next one is parsed; return False when the list is wanted no more."""
    writing: asyncio.Task[bool] | None = None
    try:
        while True:
            chunk = await asyncio.to_thread(next, source, None)
            if writing is not None and not await writing:
                return False
            if chunk is None:
                return True
            writing = asyncio.create_task(writer.write(chunk))
    finally:
        if writing is not None and not writing.done():
            await asyncio.gather(writing, return_exceptions=True)


class _Writer:
    """Drops who opted out, counts, and writes."""

    def __init__(self, database: Database, cipher: Cipher, list_id: int) -> None:
        self._database = database
        self._cipher = cipher
        self._list_id = list_id
        self._hash = hashlib.sha256()
        self.progress = Progress()

    async def write(self, chunk: Chunk) -> bool:
        """Write one chunk; return False when the list is wanted no more."""
        closed = await self._opted_out(chunk.good)
        good = [row for row in chunk.good if row.line not in closed] if closed else chunk.good
        wrong = chunk.wrong
        if closed:
            wrong = wrong + [(row.line, "opted_out", mask_phone(row.phone)) for row in chunk.good if row.line in closed]
        before = self.progress
        self.progress = replace(
            before,
            columns=chunk.columns,
            bytes_read=chunk.bytes_read,
            good=before.good + len(good),
            wrong=before.wrong + len(chunk.wrong) - chunk.duplicate,
            duplicate=before.duplicate + chunk.duplicate,
            opted_out=before.opted_out + len(closed),
        )
        self._hash.update("".join([f"{row.text}\n" for row in good]).encode())
        rows = [(row.line, row.hashed, row.sealed) for row in good]
        async with self._database.transaction() as connection:
            return await recipient_rows.add(connection, self._list_id, rows, wrong, self.progress)

    def digest(self) -> bytes:
        """Return SHA-256 over the good rows so far, in order."""
        return self._hash.digest()

    async def _opted_out(self, rows: list[GoodRow]) -> set[int]:
        """Return the lines of people who want nothing now, under whatever key they said so."""
        lines = {row.hashed: row.line for row in rows}
        if self._cipher.has_older_keys:
            lines |= {each: row.line for row in rows for each in self._cipher.lookup_hashes(row.phone)}
        return {lines[hashed] for hashed in await audience_people.opted_out(self._database, list(lines))}
