"""The people of a broadcast's audience, each with the words that were approved."""

import asyncio
from collections.abc import Sequence

from status_bridge.broadcasts import audience_rows
from status_bridge.broadcasts.audience_rows import Policy
from status_bridge.broadcasts.render import Writer
from storage.broadcast_rows import Moving
from storage.crypto import Cipher
from storage.database import Database
from workers.broadcasts.source import Person

_AT_ONCE = 200
"""So many messages are written before others on the loop have their turn."""


class AudienceSource:
    """What `Preparing` makes rows of (workers/broadcasts/source.py, `Source`).

    Args:
        database: the pool.
        cipher: opens phones.
        policy: what may be said to whom.
        is_unicode: short messages keep their diacritics.
    """

    def __init__(self, database: Database, cipher: Cipher, policy: Policy, *, is_unicode: bool = False) -> None:
        self._database = database
        self._cipher = cipher
        self._policy = policy
        self._is_unicode = is_unicode

    async def page(self, broadcast: Moving, *, after: str | None, limit: int) -> Sequence[Person]:
        """Return the next people after a key, at most `limit`; nobody: there are no more."""
        people = await audience_rows.recipients(
            self._database, self._cipher, broadcast.audience, after=after, limit=limit, policy=self._policy
        )
        writer = Writer(broadcast.message, broadcast.audience, broadcast.purpose, is_unicode=self._is_unicode)
        made: list[Person] = []
        for number, one in enumerate(people, 1):
            made.append(Person(one.key, one.phone, one.language, writer.write(one).as_content()))
            if number % _AT_ONCE == 0:
                await asyncio.sleep(0)
        return made

    async def count_opted_out(self, broadcast: Moving) -> int:
        """Count the people of the audience who want nothing."""
        counts = await audience_rows.count(self._database, broadcast.audience, zone=self._policy.zone)
        return counts.opted_out
