"""From verified events to the inbox: many requests, one statement; and the spool when PostgreSQL is away.

An order that holds: while events of this process wait in the spool, new ones queue up behind them there, so that one
citizen's messages are not turned round. Draining ends with both doors in the old order again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import NamedTuple

import structlog

from bot import metrics
from bot.errors import CannotStore, SpoolFailed
from bot.patience import Patience
from bot.spool import DRAIN_BATCH, Spool
from storage.errors import DatabaseUnavailable
from storage.inbox import NewEntry

_log = structlog.get_logger()

StoreEntries = Callable[[Sequence[NewEntry]], Awaitable[set[str]]]
"""`storage.inbox.store` with its database and cipher bound: returns the kinds that brought new work."""


@dataclass(frozen=True, slots=True)
class InboxConfig:
    """Limits of the inbox's door. The platform waits 2 s for its 200 (docs: zalo 7.1)."""

    gather_seconds: float = 0.002
    """How long the first of a batch waits for others."""
    full_batch: int = 50
    """Requests that are enough to go without waiting for more."""
    max_batch: int = 200
    """Entries in one statement."""
    store_seconds: float = 1.2
    """After this PostgreSQL counts as away; the rest of the 2 s is for the spool."""
    retry_seconds: float = 0.3
    """How long PostgreSQL is asked while requests are kept waiting that have waited before."""
    drain_store_seconds: float = 1.2
    """Limit of one statement while draining."""
    drain_seconds: float = 1.0
    """Pause between two looks at the spool and at PostgreSQL."""


class _Waiting(NamedTuple):
    entries: Sequence[NewEntry]
    done: asyncio.Future[None]


class Inbox:
    """The door to the inbox table. `put` returns when entries are kept; `run` brings the spool's ones after.

    `on_new_work(kinds)` is called after each commit that brought new work; it must not block or raise.
    """

    def __init__(
        self,
        *,
        store: StoreEntries,
        spool: Spool,
        on_new_work: Callable[[set[str]], None],
        config: InboxConfig | None = None,
    ) -> None:
        self._store = store
        self._spool = spool
        self._on_new_work = on_new_work
        self._config = config or InboxConfig()
        self._waiting: list[_Waiting] = []
        self._storer: asyncio.Task[None] | None = None
        self._patience = Patience()
        self._is_away = False
        self._door = asyncio.Lock()  # held while a batch goes in, or while the last of the spool comes out

    async def put(self, entries: Sequence[NewEntry]) -> None:
        """Keep entries: in PostgreSQL, or in the spool while it is away.

        Raises:
            CannotStore: neither took them.
        """
        if not entries:
            return
        waiting = _Waiting(entries, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        if self._storer is None:
            self._storer = asyncio.create_task(self._store_waiting(), name="inbox-store")
        await waiting.done

    async def run(self, stop: asyncio.Event) -> None:
        """Until `stop`: bring what waits in the spool (of this process, or left by a dead one) into PostgreSQL."""
        while not stop.is_set():
            await self._drain_once()
            with suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._config.drain_seconds)

    async def aclose(self) -> None:
        """Finish what was begun; what is in the spool stays there for the next process."""
        if self._storer is not None:
            await asyncio.wait({self._storer})
        await self._patience.aclose()
        await self._spool.aclose()

    async def _store_waiting(self) -> None:
        """Store all that waits, batch after batch: who comes while a statement runs shares the next one."""
        try:
            while self._waiting:
                # Also between two batches: a statement costs as much as many rows, so few of them are worth a wait.
                if len(self._waiting) < self._config.full_batch:
                    await asyncio.sleep(self._config.gather_seconds)
                batch, self._waiting = self._take_batch()
                try:
                    refusal = await self._keep([entry for waiting in batch for entry in waiting.entries])
                except Exception as error:  # noqa: BLE001 - nobody may wait for ever, whatever happened
                    _log.error("inbox_failed", error=type(error).__name__)
                    refusal = "an internal error"
                _resolve(batch, refusal)
        finally:
            self._storer = None

    def _take_batch(self) -> tuple[list[_Waiting], list[_Waiting]]:
        return self._waiting[: self._config.max_batch], self._waiting[self._config.max_batch :]

    async def _keep(self, entries: Sequence[NewEntry]) -> str | None:
        """Put entries through one of the two doors; return why neither opened."""
        async with self._door:
            if not self._is_away and await self._is_stored(entries, self._config.store_seconds):
                return None
            was_away, self._is_away = self._is_away, True
            try:
                await self._spool.append(entries)
            except SpoolFailed as error:
                # PostgreSQL may be back already; asked shortly, because the platform waits.
                if was_away and await self._is_stored(entries, self._config.retry_seconds):
                    return None
                return str(error)
            metrics.spool_waiting.set(1)
            return None

    async def _is_stored(self, entries: Sequence[NewEntry], seconds: float) -> bool:
        try:
            await self._store_in_time(entries, seconds)
        except Exception as error:  # noqa: BLE001 - whatever PostgreSQL has against it, the spool can keep it
            _log.warning("inbox_database_away", error=type(error).__name__, advice="check PostgreSQL; events spool")
            return False
        return True

    async def _store_in_time(self, entries: Sequence[NewEntry], seconds: float) -> None:
        try:
            kinds = await self._patience.run(self._store(entries), seconds)
        except TimeoutError as error:
            raise DatabaseUnavailable("no answer in time") from error
        metrics.inbox_batch.observe(len(entries))
        if kinds:
            self._on_new_work(kinds)

    async def _drain_once(self) -> None:
        try:
            while await self._drain(self._config.drain_store_seconds) > DRAIN_BATCH:
                pass  # much may have come meanwhile
            if self._is_away:
                # The few that came since; new ones wait, so that none overtakes. They wait for 2 s in all, part of
                # which may have gone by: so PostgreSQL is given little time here.
                async with self._door:
                    await self._drain(self._config.retry_seconds)
                    self._is_away = False
                metrics.spool_waiting.set(0)
                _log.info("inbox_spool_is_empty", advice="events go to PostgreSQL again")
        except Exception as error:  # noqa: BLE001 - the loop must live; the files stay for the next look
            if not isinstance(error, DatabaseUnavailable):
                _log.error("spool_drain_failed", error=type(error).__name__)

    async def _drain(self, store_seconds: float) -> int:
        drained = await self._spool.drain(partial(self._store_drained, seconds=store_seconds))
        if drained:
            _log.info("spool_drained", events=drained)
        return drained

    async def _store_drained(self, entries: Sequence[NewEntry], *, seconds: float) -> int:
        """Store entries of the spool; return how many PostgreSQL refuses for good, one by one."""
        try:
            await self._store_in_time(entries, seconds)
        except DatabaseUnavailable:
            raise
        except Exception as error:  # noqa: BLE001 - one bad entry must not hold up the others
            if len(entries) == 1:
                _log.error("inbox_entry_refused", error=type(error).__name__)
                return 1
            return sum([await self._store_drained([entry], seconds=seconds) for entry in entries])
        return 0


def _resolve(batch: Sequence[_Waiting], refusal: str | None) -> None:
    for waiting in batch:
        if waiting.done.done():
            continue  # its request was cancelled
        if refusal is None:
            waiting.done.set_result(None)
        else:
            waiting.done.set_exception(CannotStore(refusal))
