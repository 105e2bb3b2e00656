"""What is known of a broadcast's people before it is sent: for its estimate, a page of them at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from storage.database import Connection, Database, execute, fetch
from storage.sql import queries
from storage.wire import array

_Q = queries("broadcasts")


@dataclass(frozen=True, slots=True)
class PhoneFacts:
    """Of one phone: channels that do not reach it with the reason, messages in seven days, told by the earlier one."""

    closed: Mapping[str, str] = field(default_factory=dict)
    week: int = 0
    was_told: bool = False


UNKNOWN: Final = PhoneFacts()


async def of_phones(
    database: Database, hashes: Sequence[bytes], *, previous: int | None, since: datetime | None
) -> dict[bytes, PhoneFacts]:
    """Return what is known, by hash; hashes of which nothing is known are missing.

    `previous` is the id of an earlier broadcast, `since` when it was started.
    """
    params = {"hashes": array(hashes), "previous": previous, "since": since}
    rows = await database.fetch_by_keys(_Q["recipient_facts"], params)
    return {bytes(row["hash"]): PhoneFacts(row["closed"] or {}, row["week"], row["was_told"]) for row in rows}


async def tests_lately(connection: Connection, actor: str) -> int:
    """Return how many tests an actor sent within an hour; nobody sends another one before the transaction ends."""
    await execute(connection, _Q["one_test_at_a_time"], {"actor": actor})
    [row] = await fetch(connection, _Q["tests_lately"], {"actor": actor})
    return int(row["tests"])
