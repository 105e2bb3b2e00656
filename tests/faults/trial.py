"""One trial of a site: traffic, whatever the test breaks meanwhile, and the invariants at the end."""

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any, Self

import aiohttp
import psutil
import psycopg

from tests.faults.clean_logs import lines_of_our_own, sizes
from tests.faults.invariants import Evidence, find_violations, read_evidence
from tests.faults.traffic import EXPECTED, Traffic
from tests.site import KINDS, SOURCE, Site

LEASE_SECONDS = 6
DOUBT_SECONDS = 3
SETTINGS = {
    "HOSO_LEASE_SECONDS": str(LEASE_SECONDS),
    "HOSO_IN_DOUBT_SECONDS": str(DOUBT_SECONDS),
    "HOSO_SWEEP_SECONDS": "0.5",
    "HOSO_BROADCAST_CANARY_MINUTES": "0.01",
    # What two killed workers had under way is more than a twentieth of such small broadcasts, and would halt them.
    "HOSO_BROADCAST_HALT_PERCENT": "60",
}
SEND = "/message/template"
SETTLED_SECONDS = 60.0
"""How soon after the last fault nothing may be left over (docs: issue 4, point 2)."""
_LOOK_SECONDS = 0.4
_LOOK_BACK = 600
_OPEN = """
SELECT state, reason, count(*) FROM notices
WHERE dossier_code = ANY(%s)
  AND (state IN ('held', 'pending', 'sending') OR (state = 'in_doubt' AND due_at IS NOT NULL))
GROUP BY state, reason"""
_TAKEN = "SELECT count(*) FROM dossier_events WHERE dossier_code = ANY(%s) AND outcome IN ('accepted', 'stale')"


class Witness:
    """Writes down what reaches the phones while the test goes on: a killed emulator forgets its last second."""

    def __init__(self, site: Site) -> None:
        self.messages: dict[str, dict[str, Any]] = {}
        self._site = site
        self._last_seq = 0

    async def watch(self) -> None:
        """Look until cancelled."""
        while True:
            with suppress(aiohttp.ClientError, OSError, AssertionError):
                await self._look(max(0, self._last_seq - _LOOK_BACK))
            await asyncio.sleep(_LOOK_SECONDS)

    async def look_at_all(self) -> list[dict[str, Any]]:
        """Everything that was ever seen, the present included."""
        await self._site.wait_until(lambda: self._look(0), what="the emulator's messages")
        return list(self.messages.values())

    async def _look(self, since: int) -> bool:
        seen = await self._site.messages(since=since, channel="template")
        self.messages.update((message["message_id"], message) for message in seen)
        # Numbers that are gone are given again after a restart: start over then.
        self._last_seq = seen[-1]["seq"] if seen else 0
        return True


class Trial:
    """Traffic on a site. Break what you like after `reach`; `settle` demands every invariant.

    Attributes:
        random: drawn from the trial's seed.
        may_forget: set it when the emulator is killed.
    """

    def __init__(self, site: Site, traffic: Traffic, witness: Witness, seed: int) -> None:
        self.site = site
        self.traffic = traffic
        self.random = random.Random(seed)
        self.may_forget = False
        self._witness = witness
        self._logs_before = sizes(site)
        self._sending = asyncio.create_task(traffic.run())

    async def reach(self, share: float) -> Self:
        """Wait until this share of the events has been taken."""
        wanted = share * self.traffic.total
        await self.site.wait_until(
            lambda: self.traffic.taken >= wanted or self._sending.done(), 90, what=f"{share:.0%}"
        )
        return self

    async def kill(self, kind: str) -> None:
        """kill -9, and wait until another of the kind has taken its place; a new supervisor is started by us."""
        self.may_forget = self.may_forget or kind in ("emulator", "supervisor")
        await self.site.wait_until(lambda: self.site.pid_of(kind), what=f"a {kind} to kill")
        if kind == "supervisor":
            await self._replace_supervisor()
            return
        dead = self.site.kill(kind)
        await self.site.wait_until(lambda: self.site.pid_of(kind) != dead, 45, what=f"a new {kind}")
        if kind == "emulator":  # what is sent before it listens would only wait longer
            await self.site.wait_until(lambda: self.site.emulator("GET", "clock"), 45, what="the emulator's answer")

    def let_waits_pass(self) -> None:
        """Let the time come for what is to be tried again later, such as half a minute after a platform was away."""
        statement = "UPDATE notices SET due_at = now() WHERE state = 'pending' AND dossier_code = ANY(%s)"
        self.site.query(statement, self.traffic.codes)

    async def see_more_sent(self) -> None:
        """Wait until some more notices have been accepted."""
        statement = "SELECT count(*) FROM attempts WHERE outcome = 'accepted'"
        before = self.site.query(statement)[0][0]
        await self.site.wait_until(lambda: self.site.query(statement)[0][0] > before + 5, 45, what="more sends")

    async def settle(self, timeout: float = SETTLED_SECONDS) -> Evidence:
        """Wait until everything has been sent and nothing is open; return the evidence, which breaks no promise."""
        await self._sending
        deadline = time.monotonic() + timeout
        while (left := await asyncio.to_thread(self._read_open)) is None or left:
            assert time.monotonic() < deadline, f"not settled {timeout:g} s after the last event: {left}"
            await asyncio.sleep(0.2)
        evidence = await self._collect()
        violations = find_violations(evidence)
        assert not violations, f"{len(violations)} broken promises:\n" + "\n".join(violations[:30])
        assert len({*evidence.answers, *evidence.streamed}) == self.traffic.total
        assert not (said := lines_of_our_own(self.site, self._logs_before)), "\n".join(said)
        return evidence

    async def settle_delivered(self, timeout: float = SETTLED_SECONDS) -> Evidence:
        """`settle`, where nothing may stay in doubt either: every notice arrived exactly once and its receipt came."""
        await self.settle(timeout)
        wanted = Counter({"delivered": len(self.traffic.dossiers) * len(EXPECTED)})
        await self.site.wait_until(lambda: self.states() == wanted, 30, what=f"{wanted}, not {self.states()}")
        evidence = await self._collect()
        assert len(evidence.messages) == len(evidence.notices)
        return evidence

    def states(self) -> Counter[str]:
        """How many of the trial's notices are in which state."""
        statement = "SELECT state, count(*) FROM notices WHERE dossier_code = ANY(%s) GROUP BY state"
        return Counter(dict(self.site.query(statement, self.traffic.codes)))

    async def stop(self) -> None:
        """End the traffic, wherever it is."""
        self._sending.cancel()
        await asyncio.gather(self._sending, return_exceptions=True)

    async def _replace_supervisor(self) -> None:
        """Its children end when they see that it is gone; only then is there room for a new one."""
        orphans = [psutil.Process(pid) for kind, pid in self.site.pids().items() if kind in KINDS]
        self.site.kill("supervisor")
        for orphan in orphans:
            with suppress(psutil.NoSuchProcess):
                orphan.resume()  # a frozen one could not see it
        _, left = await asyncio.to_thread(psutil.wait_procs, orphans, timeout=60)
        assert not left, f"orphans of a killed supervisor live on: {left}"
        self.site.start("up")
        await asyncio.to_thread(self.site.wait_ready)

    def _read_open(self) -> list[Any] | None:
        """What is not settled yet; None when that cannot be seen now."""
        try:
            missing = self.traffic.total - self.site.query(_TAKEN, self.traffic.codes)[0][0]
            return [*self.site.query(_OPEN, self.traffic.codes), *([("not taken", missing)] if missing else [])]
        except (psycopg.OperationalError, LookupError):
            return None

    async def _collect(self) -> Evidence:
        messages = await self._witness.look_at_all()
        return await asyncio.to_thread(
            read_evidence,
            self.site.postgres_url,
            source=SOURCE,
            answers=dict(self.traffic.answers),
            streamed=set(self.traffic.streamed),
            expected=dict.fromkeys(self.traffic.codes, EXPECTED),
            messages=messages,
            may_forget=self.may_forget,
        )


@asynccontextmanager
async def trial(
    site: Site, events: int = 300, *, seed: int | None = None, per_second: float = 100, by_stream: bool = False
) -> AsyncIterator[Trial]:
    """Start traffic on `site`; the emulator's orders are taken back at the end."""
    seed = random.SystemRandom().randrange(2**32) if seed is None else seed
    print(f"seed {seed}")  # shown by pytest when the test fails
    witness = Witness(site)
    watching = asyncio.create_task(witness.watch())
    running = Trial(site, Traffic(site, events, seed=seed, per_second=per_second, by_stream=by_stream), witness, seed)
    try:
        yield running
    finally:
        await running.stop()
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)
        with suppress(aiohttp.ClientError, OSError, AssertionError):
            await site.emulator("DELETE", "faults")
