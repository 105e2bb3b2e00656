"""A broadcast for tests of its sending: its row, a source of people, a leader, and a look at what became of it."""

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from dossiers.calendar import QuietHours
from status_bridge.hours import Hours
from storage import broadcast_rows, notices
from storage.broadcast_rows import Moving
from storage.notices import Outcome
from tests.integration.workers.composition import World
from tests.zones import zone_where_it_is
from workers.broadcasts.config import BroadcastConfig
from workers.broadcasts.leader import Broadcasts
from workers.broadcasts.source import Person

ZONE: Final = ZoneInfo("Asia/Ho_Chi_Minh")
ALWAYS: Final = Hours(QuietHours(), ZONE)
_INSERT = """
INSERT INTO broadcasts (number, title, unit, author, purpose, urgent, category, message, audience, canary_percent,
                        state, started_at)
VALUES (%(number)s, 'Thông báo', 'H17.33.2', 'an', %(purpose)s, %(urgent)s, %(category)s,
        '{"text": "Cúp điện", "params": {}}', '{"kind": "dossiers"}', %(canary_percent)s, 'preparing', now())
RETURNING id"""


@dataclass
class People:
    """A source of people; `broken`: how many of the next pages cannot be read."""

    phones: Sequence[str]
    opted_out: int = 0
    broken: int = 0
    pages: list[str | None] = field(default_factory=list)

    async def page(self, broadcast: Moving, *, after: str | None, limit: int) -> Sequence[Person]:
        self.pages.append(after)
        if self.broken:
            self.broken -= 1
            raise RuntimeError("this page cannot be read")
        start = 0 if after is None else int(after) + 1
        some = list(enumerate(self.phones))[start : start + limit]
        return [Person(str(place), phone, "vi", {"text": broadcast.message.text}) for place, phone in some]

    async def count_opted_out(self, broadcast: Moving) -> int:
        del broadcast
        return self.opted_out


def phones(count: int, series: int = 100) -> list[str]:
    """Phones of people of their own."""
    return [f"848{series}{number:05d}" for number in range(count)]


@dataclass
class Bench:
    """One database with the means to start broadcasts, to lead, and to play the delivery."""

    world: World

    async def start(self, *, canary_percent: float = 100, **facts: Any) -> int:
        values = {"purpose": "information", "urgent": False, "category": None, **facts}
        number = f"TB-{uuid.uuid4().hex[:8].upper()}"
        row = await self.world.database.fetch(_INSERT, {"number": number, "canary_percent": canary_percent, **values})
        return int(row[0]["id"])

    def leader(self, source: People, *, hours: Hours = ALWAYS, limit: Any = None, **config: Any) -> Broadcasts:
        quick = {"canary_seconds": 0.0, "progress_seconds": 0.0, "opt_outs_seconds": 0.0, "rest_seconds": 0.0, **config}
        return Broadcasts(
            self.world.database,
            self.world.cipher,
            source,
            hours=hours,
            limit=limit,
            config=BroadcastConfig(**quick),
        )

    async def see(self, broadcast_id: int) -> Moving:
        found = await broadcast_rows.find(self.world.database, broadcast_id)
        assert found is not None
        return found

    async def put(self, broadcast_id: int, state: str) -> None:
        """Stop it, let it go on, or cancel it as the service does: one statement on its row."""
        statement = {
            "paused": "SET state = 'paused', resumes_as = state",
            "resumed": "SET state = resumes_as, resumes_as = NULL, reason = NULL",
            "cancelled": "SET state = 'cancelled', resumes_as = NULL, ended_at = now()",
        }[state]
        await self.world.database.fetch(
            f"UPDATE broadcasts {statement} WHERE id = %(id)s RETURNING id", {"id": broadcast_id}
        )

    async def rows(self, broadcast_id: int) -> list[dict[str, Any]]:
        return [
            dict(row)
            for row in await self.world.database.fetch(
                "SELECT * FROM notices WHERE broadcast_id = %(id)s ORDER BY ordinal", {"id": broadcast_id}
            )
        ]

    async def states(self, broadcast_id: int) -> Counter[str]:
        return Counter(row["state"] for row in await self.rows(broadcast_id))

    async def deliver(self, limit: int = 100_000, *, state: str = "accepted", **facts: Any) -> list[int]:
        """Claim what is due and say how it ended; return the ordinals, as they were let go."""
        claimed = await notices.claim_due(
            self.world.database, self.world.cipher, lane="broadcast", limit=limit, lease_seconds=60
        )
        ended = {
            "outcome": "refused" if state == "failed" else state,
            "tries": 0,
            "channel": "zalo_template",
            "cost_vnd": 200,
            **facts,
        }
        outcomes = [Outcome(one.id, one.created_at, one.token, state, **ended) for one in claimed]
        await notices.record_outcomes(self.world.database, outcomes)
        ordinals = await self.world.database.fetch(
            "SELECT ordinal FROM notices WHERE id = ANY(%(ids)s) ORDER BY ordinal", {"ids": [one.id for one in claimed]}
        )
        return [row["ordinal"] for row in ordinals]


def quiet_now(moment_zone: ZoneInfo = ZONE, *, now: Any) -> Hours:
    """Hours in which it is night now, and for an hour more."""
    local = now.astimezone(moment_zone)
    start, end = (local - timedelta(hours=1)).time(), (local + timedelta(hours=1)).time()
    return Hours(QuietHours(_whole(start), _whole(end)), moment_zone, spread_seconds=0)


def where_it_is(hour: int) -> Hours:
    """Hours without a night of the city's own, where the clock shows this hour (0…23) at any time of a test."""
    return Hours(QuietHours(), zone_where_it_is(hour))


def _whole(clock: time) -> time:
    return clock.replace(second=0, microsecond=0)
