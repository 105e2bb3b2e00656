"""Recipients become rows, a chunk at a time.

A chunk and the mark how far it goes are committed together: nobody is left out, and nobody is written down twice.
"""

from collections.abc import Sequence
from typing import Any

from status_bridge.broadcasts.render import KIND
from status_bridge.broadcasts.rooms import SYSTEM
from storage import audit, notices
from storage import broadcast_rows as rows
from storage.audit import Entry
from storage.broadcast_rows import HELD_REASON, Moving, row_ids
from storage.crypto import Cipher
from storage.database import Connection, Database
from storage.notices import NewNotice
from workers.broadcasts.source import Person, Source
from workers.lanes import BROADCAST_LANE


class _Overtaken(Exception):
    """The broadcast was stopped, or another process was first: this chunk is rolled back."""


class Preparing:
    """Makes the rows of broadcasts, a chunk at a time."""

    def __init__(self, database: Database, cipher: Cipher, source: Source, *, chunk_rows: int) -> None:
        self._database = database
        self._cipher = cipher
        self._source = source
        self._chunk_rows = chunk_rows

    async def make_chunk(self, broadcast: Moving) -> bool:
        """Make the next rows; False: it was stopped, or somebody else made them.

        Raises:
            DatabaseUnavailable: whether they were made is unknown; the next look tells.
        """
        cursor = broadcast.cursor or {}
        people = await self._source.page(broadcast, after=cursor.get("after"), limit=self._chunk_rows)
        opted_out = 0 if people else await self._source.count_opted_out(broadcast)
        try:
            async with self._database.transaction() as connection:
                await rows.be_short(connection)
                made, left_out = await self._write(connection, broadcast, people)
                left_out["opted_out"] += opted_out
                mark = {
                    "after": people[-1].key if people else cursor.get("after"),
                    "left_out": _add(cursor.get("left_out") or {}, left_out),
                }
                extended = await rows.extend(connection, broadcast, cursor=mark, made=made, is_last=not people)
                _demand(extended)
                if not people and not broadcast.rows:  # there is nobody: with that it is done
                    await _note_end(connection, broadcast)
        except _Overtaken:
            return False
        return True

    async def _write(
        self, connection: Connection, broadcast: Moving, people: Sequence[Person]
    ) -> tuple[int, dict[str, int]]:
        """Write the rows of a page; return how many, and how many people got none, by reason."""
        left_out = {"opted_out": 0, "duplicate": 0}
        ids = {id(person): row_ids(broadcast.id, person.phone, self._cipher) for person in people}
        every = [one for many in ids.values() for one in many]
        known = await rows.known(connection, every, since=broadcast.created_at) if every else set()
        hashes = [value for person in people for value in self._cipher.lookup_hashes(person.phone)]
        closed = await rows.opted_out(connection, hashes) if hashes else set()
        made: list[NewNotice] = []
        for person in people:
            own = ids[id(person)]
            if not closed.isdisjoint(self._cipher.lookup_hashes(person.phone)):
                left_out["opted_out"] += 1
            elif not known.isdisjoint(own):
                left_out["duplicate"] += 1
            else:
                known.update(own)
                made.append(self._row(broadcast, person, own[0], broadcast.rows + len(made) + 1))
        if made:
            await notices.insert(connection, made, self._cipher)
        return len(made), left_out

    def _row(self, broadcast: Moving, person: Person, row_id: Any, ordinal: int) -> NewNotice:
        return NewNotice(
            id=row_id,
            dossier_id=None,  # a row of a dossier would wait for that dossier's notices, and hold them up
            dossier_code=None,
            ordinal=ordinal,
            event_key=None,
            kind=KIND,
            state="held",
            reason=HELD_REASON,
            demands_action=False,
            language=person.language,
            phone=person.phone,
            content=person.content,
            due_at=None,
            lane=BROADCAST_LANE,
            broadcast_id=broadcast.id,
        )


async def _note_end(connection: Connection, broadcast: Moving) -> None:
    entry = Entry(SYSTEM, "broadcast.finish", broadcast.number, broadcast.unit, {"people": 0})
    await audit.write(connection, entry)


def _demand(extended: bool) -> None:
    if not extended:
        raise _Overtaken


def _add(before: dict[str, int], more: dict[str, int]) -> dict[str, int]:
    return {name: before.get(name, 0) + number for name, number in more.items()}
