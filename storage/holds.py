"""Notices that are held back for a while, so that a mistake corrected in time is never sent."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from storage.database import Connection, execute, fetch
from storage.sql import queries

_Q = queries("holds")
COALESCING = "coalescing"
"""The reason of a notice that is held back."""


@dataclass(frozen=True, slots=True)
class HeldBack:
    """What a dossier's people are about to be told of one event: a row for each of them, locked.

    `follows` and `follows_detail` are the stage that was told before.
    """

    rows: tuple[tuple[uuid.UUID, datetime], ...]
    follows: str | None
    follows_detail: bytes | None


async def lock(connection: Connection, last: Sequence[tuple[int, int]]) -> dict[int, HeldBack]:
    """Lock what is held back of dossiers until the transaction ends, and return it by dossier.

    `last` names each dossier with the ordinal of its last notice: only that one can be taken back. What was released
    in this very moment is not held back any more: the lock waits and looks again. Where one of several people was told
    already, the others are told as well, and nothing is returned.
    """
    if not last:
        return {}
    wanted = {"dossier_id": [dossier_id for dossier_id, _ in last], "ordinal": [ordinal for _, ordinal in last]}
    found = await fetch(connection, _Q["lock"], wanted)
    if not found:
        return {}
    params = {"dossier_id": [row["dossier_id"] for row in found], "ordinal": [row["ordinal"] for row in found]}
    told = {row["dossier_id"] for row in await fetch(connection, _Q["told"], params)}
    held: dict[int, HeldBack] = {}
    for row in found:
        if row["dossier_id"] not in told:
            before = held.get(row["dossier_id"])
            rows = (*(before.rows if before else ()), (row["id"], row["created_at"]))
            held[row["dossier_id"]] = HeldBack(rows, row["follows"], row["follows_detail"])
    return held


async def take_back(connection: Connection, rows: Sequence[tuple[uuid.UUID, datetime]]) -> None:
    """Set locked rows aside: what they say was corrected before anybody was told."""
    if rows:
        params = {"id": [row for row, _ in rows], "created_at": [created_at for _, created_at in rows]}
        await execute(connection, _Q["take_back"], params)
