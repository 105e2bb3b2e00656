"""A broadcast as a fault test needs it: rows of that lane for many phones, and workers that may be killed at any time.

Rows are written as the officers' side will write them: no dossier, no event, nothing that the citizen must act on.
"""

import asyncio
import random
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime
from typing import Any

import psutil
import psycopg
from redis import Redis
from redis.exceptions import RedisError

from storage import notices
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import NewNotice, tracking_id
from tests.faults.clean_logs import lines_of_our_own, sizes
from tests.faults.invariants import Evidence, find_violations, read_evidence
from tests.faults.trial import SETTLED_SECONDS, Witness
from tests.site import SOURCE, Site

WORKERS = ("worker-broadcast#1", "worker-broadcast#2")
"""Started again by us as soon as they are dead: the supervisor of a site would wait longer and longer."""
TEMPLATE = "400101"
_ROWS_AT_ONCE = 5_000
_STATES = "SELECT state, count(*) FROM notices WHERE id = ANY(%s) GROUP BY state"
_OPEN = """
SELECT state, reason, count(*) FROM notices WHERE id = ANY(%s)
  AND (state IN ('held', 'pending', 'sending') OR (state = 'in_doubt' AND due_at IS NOT NULL))
GROUP BY state, reason"""
_UNDER_WAY = "SELECT 1 FROM notices WHERE lane = 'broadcast' AND state = 'sending' LIMIT 1"
_WAITING = "SELECT 1 FROM notices WHERE lane = 'broadcast' AND state = 'pending' LIMIT 1"


def make_row(phone: str, random_: random.Random, *, lane: str = "broadcast") -> NewNotice:
    """A row for one phone, due now."""
    params = {
        "ma_ho_so": "H17.33.2",
        "thu_tuc": "Thông báo chung",
        "don_vi": "UBND phường Hải Châu",
        "ngay_nop": "02/03/2026",
        "viec_tiep_theo": "Không cần làm gì thêm.",
    }
    return NewNotice(
        id=uuid.UUID(int=random_.getrandbits(128), version=4),
        dossier_id=None,
        dossier_code=None,
        ordinal=None,
        event_key=None,
        kind="submitted",
        lane=lane,
        state="pending",
        reason=None,
        demands_action=False,
        language="vi",
        phone=phone,
        content={"text": "Thông báo chung của UBND phường.", "params": params, "template_id": TEMPLATE},
        due_at=datetime.now(UTC),
    )


class Broadcast:
    """Rows for `phones` phones on `site`. Break what you like; `settle` demands every invariant.

    Attributes:
        ids: of the rows, known before anything is written.
        kills: how many workers were killed while rows were waiting.
    """

    def __init__(self, site: Site, phones: int, witness: Witness, seed: int, workers: Sequence[str]) -> None:
        self.site = site
        self._workers = workers
        self.random = random.Random(seed)
        series = self.random.randrange(100, 1000)  # each broadcast has phones of its own
        self._rows = [make_row(f"848{series}{number:05d}", self.random) for number in range(phones)]
        self.ids = [row.id for row in self._rows]
        self.kills = 0
        self._witness = witness
        self._logs_before = sizes(site)

    async def write(self) -> None:
        """Write all rows, some thousands in a transaction."""
        cipher = Cipher(self.site.encryption_keys)
        async with Database(self.site.postgres_url, max_size=2) as database:
            for start in range(0, len(self._rows), _ROWS_AT_ONCE):
                async with database.transaction() as connection:
                    await notices.insert(connection, self._rows[start : start + _ROWS_AT_ONCE], cipher)

    async def kill_workers(self, kills: int, *, pause_seconds: tuple[float, float] = (0.5, 2.0)) -> None:
        """kill -9 one worker or another after random pauses, `kills` times at least, and on until no row waits."""
        while self._has_waiting():
            self.keep_alive()
            await asyncio.sleep(self.random.uniform(*pause_seconds))
            if self.kills < kills:
                self._kill_one()
        assert self.kills >= kills, f"all was sent after {self.kills} kills: more phones, or a slower platform"

    def keep_alive(self) -> None:
        """Start those of our workers that are dead, by our hand or because a server was away when they started."""
        for name in self._workers:
            try:
                self.site.pid_of(name)
            except LookupError:
                self.site.start(name)

    async def stop_postgres(self) -> None:
        """Stop PostgreSQL hard, and wait until it answers again."""
        await self.site.wait_until(lambda: self.site.pid_of("postgres"), what="a postgres to kill")
        dead = self.site.kill("postgres")
        await self.site.wait_until(lambda: self.site.pid_of("postgres") != dead, 45, what="a new postgres")
        await self.site.wait_until(lambda: self.site.query("SELECT 1"), 45, what="its answer")

    def flush_valkey(self) -> None:
        """Take every bell away."""
        with suppress(RedisError, OSError), Redis.from_url(self.site.redis_url) as redis:
            redis.flushall()

    def cancel(self) -> int:
        """Take back what nobody has claimed yet, as an officer may; how many rows."""
        statement = """UPDATE notices SET state = 'cancelled', due_at = NULL
                       WHERE id = ANY(%s) AND state = 'pending' RETURNING id"""
        return len(self.site.query(statement, self.ids))

    def states(self) -> Counter[str]:
        """How many rows are in which state."""
        return Counter(dict(self.site.query(_STATES, self.ids)))

    async def settle(self, timeout: float = SETTLED_SECONDS) -> Evidence:
        """Wait until every row is at rest; return the evidence, which breaks no promise.

        Receipts arrive: so whatever reached a phone is delivered in the end, and nothing else is.
        """
        await self.site.emulator("DELETE", "faults")
        deadline = time.monotonic() + timeout
        while (left := self._read_open()) is None or left:
            self.keep_alive()
            assert time.monotonic() < deadline, f"not settled {timeout:g} s after the last fault: {left}"
            await asyncio.sleep(0.2)
        evidence = await self.site.wait_until(self._all_confirmed, 60, what="the receipts of all that arrived")
        violations = find_violations(evidence)
        assert not violations, f"{len(violations)} broken promises:\n" + "\n".join(violations[:30])
        assert not (said := lines_of_our_own(self.site, self._logs_before)), "\n".join(said)
        return evidence

    def end_workers(self) -> None:
        """Stop our workers and forget them."""
        for name in self._workers:
            with suppress(LookupError):
                self.site.pid_of(name)
                self.site.end(name)

    def _kill_one(self) -> None:
        """Kill any of them, or every other time the one that lives longest: others may not have come to work yet."""
        if not self._has_under_way():
            return
        names = (*self._workers, "worker-broadcast")
        with suppress(LookupError, ProcessLookupError, psutil.NoSuchProcess):
            victim = self.random.choice(names) if self.kills % 2 else min(names, key=self._born)
            self.site.kill(victim)
            self.kills += 1

    def _born(self, name: str) -> float:
        try:
            return psutil.Process(self.site.pid_of(name)).create_time()
        except (LookupError, psutil.NoSuchProcess):
            return float("inf")

    def _has_under_way(self) -> bool:
        try:
            return bool(self.site.query(_UNDER_WAY))
        except (psycopg.OperationalError, LookupError):
            return False

    def _has_waiting(self) -> bool:
        try:
            return bool(self.site.query(_WAITING))
        except (psycopg.OperationalError, LookupError):
            return True

    def _read_open(self) -> list[Any] | None:
        try:
            return self.site.query(_OPEN, self.ids)
        except (psycopg.OperationalError, LookupError):
            return None

    async def _all_confirmed(self) -> Evidence | None:
        evidence = await self._collect()
        arrived = {message["tracking_id"] for message in evidence.messages}
        settled = {"delivered", "read"}
        is_confirmed = all((row.state in settled) == (tracking_id(row.id) in arrived) for row in evidence.notices)
        return evidence if is_confirmed else None

    async def _collect(self) -> Evidence:
        messages: Sequence[dict[str, Any]] = await self._witness.look_at_all()
        return await asyncio.to_thread(
            read_evidence,
            self.site.postgres_url,
            source=SOURCE,
            answers={},
            streamed=(),
            expected={},
            broadcast=self.ids,
            messages=messages,
            may_forget=False,
        )


@asynccontextmanager
async def broadcast(
    site: Site, phones: int, *, seed: int | None = None, workers: Sequence[str] = WORKERS
) -> AsyncIterator[Broadcast]:
    """Prepare a broadcast and more `workers` for it; the emulator's orders are taken back at the end."""
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    print(f"seed {seed}")  # shown by pytest when the test fails
    witness = Witness(site)
    watching = asyncio.create_task(witness.watch())
    running = Broadcast(site, phones, witness, seed, workers)
    try:
        running.keep_alive()
        yield running
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        await asyncio.to_thread(running.end_workers)
        with suppress(OSError, AssertionError):
            await site.emulator("DELETE", "faults")
