"""Offering events again that the database may have lost: from the Redis stream, and from its own records.

What is known by its identity is only counted, so a replay writes nothing where nothing is missing. An event whose
notice is there already is stored without a second one.
"""

from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import groupby
from typing import Any, cast

from redis.asyncio import Redis

from hoso.site import Site
from status_bridge.choices import Role
from status_bridge.event import DossierEvent, Refusal, parse_event
from status_bridge.intake import MAX_BATCH_EVENTS, Intake
from status_bridge.notices import EventOutcome
from status_bridge.people import id_for
from status_bridge.sources.body import BodyError, decode_json
from status_bridge.sources.stream import STREAM, Entry
from storage import replay as table
from storage.crypto import Cipher
from storage.database import Database
from storage.events import event_key

_PAGE = 500
NEVER_ANNOUNCED_DAYS = -3650
"""An event would have to lie ten years in the future to be announced, and such are refused."""


@dataclass(slots=True)
class Replayed:
    """What became of the events: by outcome (as intake answers), the notices that were made, and what was refused.

    `unreadable`: stored events that no configured key opens.
    """

    outcomes: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)
    refusals: list[str] = field(default_factory=list)
    unreadable: int = 0

    def as_json(self) -> dict[str, Any]:
        """Return the counts as the command prints them."""
        counts = {outcome.value: self.outcomes[outcome.value] for outcome in EventOutcome}
        total = {"events": sum(counts.values()) + self.unreadable}
        return total | counts | {"unreadable": self.unreadable, "notices": dict(sorted(self.notices.items()))}


@dataclass(frozen=True, slots=True)
class _Offer:
    raw: Any
    event: DossierEvent
    is_told: bool
    """Its notice exists already."""


class Replay:
    """One run over a time.

    Args:
        database: where it is looked what is missing.
        cipher: opens stored events.
        intake: takes what is missing.
        quiet_intake: takes what is missing but was told already: it announces nothing.
        now: bounds an event's time.
    """

    def __init__(
        self, database: Database, cipher: Cipher, intake: Intake, quiet_intake: Intake, *, now: datetime
    ) -> None:
        self._database = database
        self._cipher = cipher
        self._intake = intake
        self._quiet_intake = quiet_intake
        self._now = now
        self._offered: set[Any] = set()
        self.result = Replayed()

    async def from_records(self, since: datetime, until: datetime) -> None:
        """Offer stored events whose identity is missing."""
        known = await table.count_known(self._database, since=since, until=until)
        self.result.outcomes[EventOutcome.DUPLICATE.value] += known
        after = 0
        while page := await table.lost_events(
            self._database, self._cipher, since=since, until=until, after=after, limit=_PAGE
        ):
            after = page[-1].id
            self.result.unreadable += sum(lost.payload is None for lost in page)
            await self._offer([decode_json(lost.payload.encode()) for lost in page if lost.payload is not None])

    async def from_stream(self, redis: "Redis", since: datetime, until: datetime) -> None:
        """Offer what the Redis stream still holds, also what was acknowledged.

        Raises:
            redis.exceptions.RedisError: Redis went away in between; run it again.
        """
        async for page in _read_stream(redis, since, until):
            values = []
            for name, body in page:
                try:
                    values.append(decode_json(body))
                except BodyError as error:
                    self._refuse(f"stream entry {name}", str(error))
            await self._offer(values)

    async def _offer(self, values: Sequence[Any]) -> None:
        parsed: dict[Any, tuple[Any, DossierEvent]] = {}
        for raw in values:
            event = parse_event(raw, now=self._now)
            if isinstance(event, Refusal):
                self._refuse(event.id or "event", "; ".join(f"{e['field']}: {e['message']}" for e in event.errors))
                continue
            key = event_key(event.source, event.id)
            if key in self._offered or key in parsed:
                self.result.outcomes[EventOutcome.DUPLICATE.value] += 1
            else:
                parsed[key] = raw, event
        known = await table.known_keys(self._database, list(parsed))
        self.result.outcomes[EventOutcome.DUPLICATE.value] += len(known)
        missing = {key: pair for key, pair in parsed.items() if key not in known}
        # Whoever of the dossier's people was told, the event was.
        ids = {key: {id_for(key, role) for role in Role} for key in missing}
        told = await table.known_notices(self._database, [one for some in ids.values() for one in some])
        self._offered |= missing.keys()
        await self._take([_Offer(raw, event, bool(ids[key] & told)) for key, (raw, event) in missing.items()])

    async def _take(self, offers: Sequence[_Offer]) -> None:
        # In the source's order: an older event that came after a newer one would be stale.
        ordered = sorted(offers, key=lambda offer: offer.event.position)
        for is_told, run in groupby(ordered, key=lambda offer: offer.is_told):
            intake = self._quiet_intake if is_told else self._intake
            for batch in _batches([offer.raw for offer in run]):
                for result in await intake.take(batch):
                    self.result.outcomes[result.outcome.value] += 1
                    if result.notice is not None:
                        self.result.notices[result.notice.value] += 1

    def _refuse(self, name: str, problem: str) -> None:
        self.result.outcomes[EventOutcome.REJECTED.value] += 1
        self.result.refusals.append(f"{name} refused: {problem}")


def _batches(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    for start in range(0, len(values), MAX_BATCH_EVENTS):
        yield values[start : start + MAX_BATCH_EVENTS]


async def _read_stream(redis: "Redis", since: datetime, until: datetime) -> AsyncIterator[list[tuple[str, bytes]]]:
    start, end = f"{round(since.timestamp() * 1000)}", f"{round(until.timestamp() * 1000) - 1}"
    while entries := cast("list[Entry]", await redis.xrange(STREAM, min=start, max=end, count=_PAGE)):
        yield [(name.decode(), fields[b"event"]) for name, fields in entries if fields and b"event" in fields]
        start = f"({entries[-1][0].decode()}"


def make_quiet(site: Site) -> Site:
    """Return the site with a rule by which every event is too old to be announced."""
    return replace(site, settings=site.settings.model_copy(update={"max_event_age_days": NEVER_ANNOUNCED_DAYS}))
