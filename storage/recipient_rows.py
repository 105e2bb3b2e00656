"""Rows of an uploaded list on their way into the tables: by COPY in the binary form, ten thousand in one breath."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from psycopg import sql

from storage.database import Connection, Database, fetch
from storage.sql import queries

_Q = queries("recipient_lists")
# The binary form of COPY: a signature, flags and the length of nothing else; rows of (length, bytes); -1 at the end.
_HEAD: Final = b"PGCOPY\n\xff\r\n\0" + bytes(8)
_TAIL: Final = b"\xff\xff"
_GOOD: Final = struct.Struct(">hiqiii32si")
_WRONG: Final = struct.Struct(">hiqii")
_LENGTH: Final = struct.Struct(">i")
_PIECE_ROWS: Final = 1000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the reading of a list has come, as it is shown: bytes of the file, rows of each kind."""

    columns: tuple[str, ...] = ()
    bytes_read: int = 0
    good: int = 0
    wrong: int = 0
    duplicate: int = 0
    opted_out: int = 0


async def add(
    connection: Connection,
    list_id: int,
    good: Sequence[tuple[int, bytes, bytes]],
    wrong: Sequence[tuple[int, str, str]],
    progress: Progress,
) -> bool:
    """Write rows and how far it has come, in the caller's transaction.

    Args:
        connection: inside a transaction.
        list_id: the list.
        good: line, keyed hash of the phone (32 bytes), the encrypted row.
        wrong: line, a word for the reason, what may be shown.
        progress: with these rows.

    Returns:
        False: the list was given up or deleted meanwhile, and nothing more of it is wanted.
    """
    known = await fetch(
        connection,
        _Q["progress"],
        {
            "id": list_id,
            "columns": list(progress.columns),
            "bytes_read": progress.bytes_read,
            "good": progress.good,
            "wrong": progress.wrong,
            "duplicate": progress.duplicate,
            "opted_out": progress.opted_out,
        },
    )
    if not known:
        return False
    packed = (_GOOD.pack(4, 8, list_id, 4, line, 32, hashed, len(sealed)) + sealed for line, hashed, sealed in good)
    await _copy(connection, "recipients", ("list_id", "line", "recipient_hash", "recipient_enc"), packed)
    if wrong:
        named = (_pack_wrong(list_id, *row) for row in wrong)
        await _copy(connection, "wrong_rows", ("list_id", "line", "reason", "shown"), named)
    return True


async def finish(database: Database, list_id: int, digest: bytes) -> bool:
    """Note that a list is whole; `digest` is SHA-256 over its good rows in order. False: it was given up meanwhile."""
    return bool(await database.fetch(_Q["finish"], {"id": list_id, "digest": digest}))


def _pack_wrong(list_id: int, line: int, reason: str, shown: str) -> bytes:
    words = b"".join(_LENGTH.pack(len(text)) + text for text in (reason.encode(), shown.encode("utf-8", "replace")))
    return _WRONG.pack(4, 8, list_id, 4, line) + words


async def _copy(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[bytes]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, columns))
    query = sql.SQL("COPY {} ({}) FROM STDIN WITH (FORMAT binary)").format(sql.Identifier(table), names)
    async with connection.cursor() as cursor, cursor.copy(query) as copy:
        await copy.write(_HEAD)
        piece: list[bytes] = []
        for row in rows:
            piece.append(row)
            if len(piece) >= _PIECE_ROWS:
                await copy.write(b"".join(piece))
                piece.clear()
        await copy.write(b"".join(piece) + _TAIL)
