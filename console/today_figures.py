"""The figures behind Today: asked of the tables now and then, kept for ten seconds by units, and shaped for charts."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from console.desk import Desk
from console.kept import Kept
from storage import accounts, brake, figures
from storage.accounts import Account
from storage.brake import BrakeStatus
from storage.figures import Days, Group, QueueAge, Sent, Units
from storage.officers import covers

FRESH_SECONDS: Final = 10.0
STALE_SECONDS: Final = 120.0
"""Given at once, however old up to here, while newer ones are made."""
MONTH_FRESH_SECONDS: Final = 1800.0
"""What the days before today cost changes little; reading a month's rows takes a second or two."""
MONTH_STALE_SECONDS: Final = 86_400.0
MONTH_PATIENCE_SECONDS: Final = 0.15
"""So long a page waits for it; then it says that nobody knows yet, and its live part tells later."""
DEAD_END_DAYS: Final = 30
TOKEN_WARNING_DAYS: Final = 14
"""An account's refresh token lives three months (docs: zalo 2); a person must consent again before its end."""
DEAD_LETTERS: Final = "hoso:events:dead"
"""The stream of events that could not be taken (`docs/events.md`)."""
HOURS: Final = 24

STATES: Final[Mapping[str, tuple[str, ...]]] = {
    "read": ("read",),
    "delivered": ("delivered",),
    "accepted": ("accepted",),
    "waiting": ("pending", "sending"),
    "held": ("held",),
    "in_doubt": ("in_doubt",),
    "failed": ("failed", "no_mobile"),
    "dropped": ("superseded", "expired", "suppressed", "cancelled"),
}
"""How the states of notices are told: word → states."""
TONES: Final[Mapping[str, str]] = {
    "read": "good", "delivered": "good", "accepted": "1", "waiting": "6", "held": "6", "in_doubt": "warn",
    "failed": "bad", "dropped": "neutral",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class City:
    """What belongs to no unit; for those whose role holds everywhere."""

    brake: BrakeStatus
    accounts: tuple[Account, ...]
    queues: tuple[QueueAge, ...]
    refused_events: int
    dead_letters: int


@dataclass(frozen=True, slots=True)
class Today:
    """A day as it stands at `made_at`. `today` and `month` are their beginnings, in the city's time."""

    made_at: datetime
    today: datetime
    month: datetime
    days: Days
    sent: tuple[Sent, ...]
    """This month's broadcasts."""
    spent_before_vnd: int | None
    """For all else, this month before today; None: still being counted."""
    dead_ends: Mapping[str, int]
    waiting_talks: int
    overdue_tickets: int
    city: City | None

    @property
    def notices(self) -> list[Group]:
        """Today's notices about dossiers."""
        return [g for g in self.days.groups if g.hour >= self.today]

    @property
    def yesterday(self) -> list[Group]:
        """Yesterday's."""
        return [g for g in self.days.groups if g.hour < self.today]

    @property
    def broadcast_states(self) -> Counter[str]:
        """The messages of the broadcasts that began today, by state."""
        counts: Counter[str] = Counter()
        for one in self.sent:
            if one.started_at >= self.today:
                counts.update(one.counts)
        return counts

    @property
    def spent_today_vnd(self) -> int:
        """What today's notices cost, and the broadcasts that began today."""
        return sum(g.cost_vnd for g in self.notices) + sum(b.cost_vnd for b in self.sent if b.started_at >= self.today)

    @property
    def spent_vnd(self) -> int | None:
        """What this month's messages cost; None: still being counted."""
        if self.spent_before_vnd is None:
            return None
        notices = sum(g.cost_vnd for g in self.notices)
        return self.spent_before_vnd + notices + sum(b.cost_vnd for b in self.sent)

    @property
    def forecast_vnd(self) -> float | None:
        """What the whole month will cost if it goes on as so far; None: too early to tell."""
        return None if self.spent_vnd is None else forecast(self.spent_vnd, self.month, self.made_at)


class TodayFigures:
    """Makes and keeps the figures of a process."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._days: Kept[Today] = Kept(fresh_seconds=FRESH_SECONDS, stale_seconds=STALE_SECONDS)
        self._months: Kept[Mapping[str | None, int]] = Kept(
            fresh_seconds=MONTH_FRESH_SECONDS, stale_seconds=MONTH_STALE_SECONDS
        )

    async def get(self, units: Units) -> Today:
        """Return the figures of units (None: of the whole city)."""
        now = self._desk.now().astimezone(self._desk.config.zone)
        key = None if units is None else tuple(units)
        # A new day has figures of its own: those of the day before say nothing of it. First of all the day: the month's
        # rows are counted when nothing that the page waits for is in their way.
        made = await self._days.get((key, now.date()), lambda: self._make(units))
        spent = await self._spent_by_unit(now)
        return replace(made, spent_before_vnd=None if spent is None else sum_of_units(spent, units))

    async def _spent_by_unit(self, now: datetime) -> Mapping[str | None, int] | None:
        """Return what the month before today cost, counted once for all officers; None: not yet."""
        today = _midnight(now)
        return await self._months.get_soon(
            today,
            lambda: figures.spent(self._desk.database, since=today.replace(day=1), until=today),
            patience_seconds=MONTH_PATIENCE_SECONDS,
        )

    async def aclose(self) -> None:
        """Stop what is being made."""
        await self._days.aclose()
        await self._months.aclose()

    async def _make(self, units: Units) -> Today:
        database, zone = self._desk.database, self._desk.config.zone
        now = self._desk.now().astimezone(zone)
        today = _midnight(now)
        month = today.replace(day=1)
        yesterday = (today - timedelta(hours=12)).replace(hour=0)
        days, sent, ends, (waiting, overdue), city = await asyncio.gather(
            figures.days(database, since=yesterday, today=today, until=now, units=units),
            figures.sent(database, since=month, units=units),
            figures.dead_ends(database, since=now - timedelta(days=DEAD_END_DAYS), units=units),
            figures.talks(database, units=units),
            self._city(today) if units is None else _nothing(),
        )
        return Today(now, today, month, days, tuple(sent), None, ends, waiting, overdue, city)

    async def _city(self, today: datetime) -> City | None:
        database = self._desk.database
        return City(
            brake=await brake.status(database),
            accounts=tuple(await accounts.all_accounts(database)),
            queues=tuple(await figures.queues(database)),
            refused_events=await figures.refused_events(database, since=today),
            dead_letters=await self._desk.redis.xlen(DEAD_LETTERS),
        )


async def _nothing() -> City | None:
    return None


def _midnight(now: datetime) -> datetime:
    return now.replace(hour=0, minute=0, second=0, microsecond=0)


def sum_of_units(amounts: Mapping[str | None, int], units: Units) -> int:
    """Return the sum of what units have, with those below them; None: of all, with what belongs to no unit."""
    return sum(amount for unit, amount in amounts.items() if units is None or any(covers(one, unit) for one in units))


def hourly(groups: Iterable[Group], day: datetime, *, until: datetime | None = None) -> list[int | None]:
    """Return notices by hour of the day that begins at `day`; None for hours after `until`."""
    counts: Counter[int] = Counter()
    for group in groups:
        counts[group.hour.astimezone(day.tzinfo).hour] += group.notices
    return [None if until is not None and day + timedelta(hours=h) > until else counts[h] for h in range(HOURS)]


def states_of(groups: Iterable[Group]) -> Counter[str]:
    """Return notices by state."""
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group.state] += group.notices
    return counts


def told_states(counts: Mapping[str, int]) -> list[tuple[str, int, str]]:
    """Return `(word, notices, tone)` for each kind of state that there is, the best first."""
    told = [(word, sum(counts.get(state, 0) for state in states), TONES[word]) for word, states in STATES.items()]
    return [one for one in told if one[1]]


def by_channel(groups: Iterable[Group]) -> list[tuple[str, int]]:
    """Return `(channel, notices)`, the most used first; what has had no channel yet is left out."""
    counts: Counter[str] = Counter()
    for group in groups:
        if group.channel is not None:
            counts[group.channel] += group.notices
    return counts.most_common()


def forecast(spent_vnd: int, month: datetime, now: datetime) -> float | None:
    """Return what a month will cost at the rate so far; None on its first day."""
    following = (month + timedelta(days=32)).replace(day=1)
    passed = (now - month) / (following - month)
    return None if now - month < timedelta(days=1) else spent_vnd / passed


def ending_soon(found: Iterable[Account], now: datetime) -> list[Account]:
    """Return the accounts that a person must give new tokens: dead ones, and those near the end of theirs."""
    limit = now + timedelta(days=TOKEN_WARNING_DAYS)
    return [
        one
        for one in found
        if one.state != "active" or (one.refresh_expires_at is not None and one.refresh_expires_at < limit)
    ]
