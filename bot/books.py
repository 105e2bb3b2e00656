"""What the desk writes down, gathered from many entries into few statements: who came, what was begun, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bot.gathering import Gatherer, In, Out, Together
from storage import conversations
from storage.citizens import Citizen
from storage.conversations import Arrival, Conversation, Said
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import DatabaseUnavailable
from storage.inbox import Entry, Finished

GATHER_SECONDS = 0.002
"""How long the first of a statement waits for others: a statement costs as much as many rows."""
MAX_BATCH = 100

Met = tuple[Citizen, Conversation]


@dataclass(frozen=True, slots=True)
class _Page:
    ending: Finished
    said: Sequence[Said]


class Books:
    """For all tasks of one process. Every method returns after the commit; raises `DatabaseUnavailable`.

    Args:
        window_seconds: of the flood limit.
    """

    def __init__(self, database: Database, cipher: Cipher, *, window_seconds: float = 60) -> None:
        self._database = database
        self._cipher = cipher
        self._window_seconds = window_seconds
        self._arrivals: Gatherer[Arrival, Met] = _gatherer(self._enter)
        self._pages: Gatherer[_Page, bool] = _gatherer(self._keep)

    async def enter(self, arrival: Arrival) -> Met:
        """Return who came and where the conversation stands; noted at first sight."""
        return await self._arrivals.add(arrival)

    async def mark(self, entry: Entry, note: str, said: Sequence[Said], *, lease_seconds: float) -> bool:
        """Note what is about to be done and renew the lease; False when the entry is not ours any more."""
        ending = Finished(entry.id, entry.token, state="working", note=note, due_in_seconds=lease_seconds)
        return await self._pages.add(_Page(ending, said))

    async def finish(self, finished: Finished, said: Sequence[Said]) -> bool:
        """End the work on an entry; False when it was not ours any more."""
        return await self._pages.add(_Page(finished, said))

    async def aclose(self) -> None:
        """Wait for what is under way."""
        await self._arrivals.aclose()
        await self._pages.aclose()

    async def _enter(self, arrivals: Sequence[Arrival]) -> list[Met]:
        return await conversations.enter(self._database, self._cipher, arrivals, window_seconds=self._window_seconds)

    async def _keep(self, pages: Sequence[_Page]) -> list[bool]:
        said = [one for page in pages for one in page.said]
        ours = await conversations.keep(self._database, self._cipher, [page.ending for page in pages], said)
        return [page.ending.id in ours for page in pages]


def _gatherer(together: Together[In, Out]) -> Gatherer[In, Out]:
    hopeless = (DatabaseUnavailable,)
    return Gatherer(together, gather_seconds=GATHER_SECONDS, max_batch=MAX_BATCH, hopeless=hopeless)
