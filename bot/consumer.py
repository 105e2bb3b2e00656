"""The inbox's consumer: many citizens at once, each one's messages in order, nothing lost by a crash."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

import structlog
from pydantic import BaseModel, ConfigDict, Field, model_validator

from bot import metrics
from bot.books import Books
from bot.desk import FLOOD_WINDOW_SECONDS, Desk, Talk
from bot.doorbell import InboxBell
from bot.errors import LeaseLost
from bot.fsm import States
from bot.services import ChatServices
from channels.base import EventKind
from storage import inbox
from storage.conversations import Said
from storage.errors import DatabaseUnavailable, UndecipherableValue
from storage.inbox import Entry, Finished

_log = structlog.get_logger()

KINDS = frozenset({EventKind.MESSAGE, EventKind.RELATIONSHIP, EventKind.ECHO})
"""What is worked on here; receipts are the workers'. Of echoes only those of staff are to do (`bot/webhook.py`)."""


class ConsumerConfig(BaseModel):
    """How the consumer works."""

    model_config = ConfigDict(frozen=True)

    max_at_once: int = Field(default=64, gt=0, description="citizens served at the same time by one process")
    lease_seconds: float = Field(default=60, gt=0, description="after this a dead process's entry is taken again")
    handle_seconds: float = Field(default=40, gt=0, description="limit of one try, replies included")
    idle_seconds: float = Field(default=2, gt=0, description="how long to sleep without a ring before looking again")
    pause_seconds: float = Field(default=1, gt=0, description="pause after PostgreSQL did not answer")
    gather_seconds: float = Field(default=0.01, ge=0, description="least time between two looks into the inbox")

    @model_validator(mode="after")
    def _lease_outlasts_work(self) -> ConsumerConfig:
        if self.handle_seconds >= self.lease_seconds:
            raise ValueError("handle_seconds must be less than lease_seconds, or two processes answer one message")
        return self


def _utc_now() -> datetime:
    return datetime.now(UTC)


class InboxConsumer:
    """Takes messages and changes of relationship out of the inbox and has them answered; several processes may run.

    Args:
        services: what handlers may use.
        states: where conversations stand.
        talks: how each platform's people are talked with.
        bell: wakes this consumer; without Redis it looks every `idle_seconds`.
    """

    def __init__(
        self,
        *,
        services: ChatServices,
        states: States,
        bell: InboxBell,
        talks: Mapping[str, Talk],
        config: ConsumerConfig | None = None,
        now: Callable[[], datetime] = _utc_now,
    ) -> None:
        self._database = services.database
        self._cipher = services.cipher
        self._bell = bell
        self._config = config or ConsumerConfig()
        self._books = Books(services.database, services.cipher, window_seconds=FLOOD_WINDOW_SECONDS)
        self._desk = Desk(
            services=services,
            states=states,
            books=self._books,
            talks=talks,
            lease_seconds=self._config.lease_seconds,
            handle_seconds=self._config.handle_seconds,
            now=now,
        )
        self._running: set[asyncio.Task[None]] = set()
        self._wake = asyncio.Event()

    async def run(self, stop: asyncio.Event) -> None:
        """Work until `stop` is set; what was begun is finished before this returns."""
        async with asyncio.TaskGroup() as group:
            listener = group.create_task(self._listen(), name="inbox-listen")
            group.create_task(self._wake_at(stop), name="inbox-stop")
            loop = asyncio.get_running_loop()
            while not stop.is_set():
                self._wake.clear()
                looked_at = loop.time()
                free = self._config.max_at_once - len(self._running)
                entries = await self._claim(free) if free else []
                for entry in entries:
                    self._start(group, entry)
                # Fewer than asked for: all that may be worked on is under way, so wait for a ring or an end.
                if len(entries) < free or not free:
                    await self._wake.wait()
                # Under load each end wakes us: a look costs as much for many as for one.
                await asyncio.sleep(max(0.0, looked_at + self._config.gather_seconds - loop.time()))
            listener.cancel()
        await self._books.aclose()

    def _start(self, group: asyncio.TaskGroup, entry: Entry) -> None:
        task = group.create_task(self._work(entry), name=f"inbox-{entry.id}")
        self._running.add(task)
        task.add_done_callback(self._end)

    def _end(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._wake.set()  # the same citizen's next message may be taken now

    async def _listen(self) -> None:
        while True:
            await self._bell.wait(self._config.idle_seconds)
            self._wake.set()

    async def _wake_at(self, stop: asyncio.Event) -> None:
        await stop.wait()
        self._wake.set()

    async def _claim(self, limit: int) -> list[Entry]:
        try:
            return await inbox.claim(
                self._database,
                self._cipher,
                kinds=[kind.value for kind in KINDS],
                limit=limit,
                lease_seconds=self._config.lease_seconds,
            )
        except DatabaseUnavailable:
            _log.warning("inbox_claim_failed", advice="check PostgreSQL; messages wait meanwhile")
        except UndecipherableValue:
            _log.error("inbox_undecipherable", advice="put the old key back into HOSO_ENCRYPTION_KEYS")
        await asyncio.sleep(self._config.pause_seconds)
        return []

    async def _work(self, entry: Entry) -> None:
        """Work on one entry; never raises, because the others' work must go on."""
        try:
            finished, said = await self._desk.work(entry)
            await self._finish(finished, said)
            metrics.inbox_entries.labels(entry.kind, finished.state).inc()
        except LeaseLost:
            metrics.inbox_entries.labels(entry.kind, "lease_lost").inc()
        except DatabaseUnavailable:
            _log.warning("entry_left", entry=entry.id, advice="check PostgreSQL; it is taken again after its lease")
            metrics.inbox_entries.labels(entry.kind, "left").inc()
        except Exception as error:  # noqa: BLE001 - see above; the lease ends and the entry is tried again
            _log.error("entry_crashed", entry=entry.id, error=type(error).__name__)
            metrics.inbox_entries.labels(entry.kind, "crashed").inc()

    async def _finish(self, finished: Finished, said: Sequence[Said]) -> None:
        """Record an end, patiently: one that is not recorded means an answer that is given again."""
        ends_at = asyncio.get_running_loop().time() + self._config.lease_seconds / 2
        while True:
            try:
                if not await self._books.finish(finished, said):
                    raise LeaseLost
            except DatabaseUnavailable:
                if asyncio.get_running_loop().time() > ends_at:
                    raise
                await asyncio.sleep(self._config.pause_seconds)
            else:
                return
