"""When a notice may go out: quiet hours, holidays, and what is too urgent to wait. Pure.

Everything here defers and nothing drops. Deadlines within a day and answers to what the citizen has just done go at
once; the rest waits for the next decent moment, spread a little so that a night's notices do not leave in one second
(docs: public-services 6.4 and 7).
"""

import zlib
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from dossiers.calendar import QuietHours, WorkCalendar
from dossiers.status import Notice

QUIET_HOURS = "quiet_hours"
URGENT_LANE = "urgent"
URGENT_DEADLINE = timedelta(hours=24)  # docs: public-services 6.4
_DAY = timedelta(days=1)


def phone_key(phone: str | None) -> int:
    """Return a number that is the same for one phone in every process: its place in the spread after the night."""
    return zlib.crc32(phone.encode()) if phone else 0


@dataclass(frozen=True, slots=True)
class Timing:
    """When a new notice goes out: `pending` at `due_at`, or `held` until then because of `reason`.

    `urgent_until`: until then no quiet hour holds it, at later attempts neither.
    """

    state: str
    reason: str | None
    due_at: datetime
    urgent_until: datetime | None = None


@dataclass(frozen=True)
class Hours:
    """The hours of one city. Moments are aware datetimes; whole days are those of `zone`."""

    quiet: QuietHours
    zone: ZoneInfo
    calendar: WorkCalendar | None = None
    """With it, holidays are quiet as a whole (weekends are not); None: holidays are days like others."""
    spread_seconds: int = 900
    """What waited goes out spread over so long after it, each phone at a moment of its own."""
    own_action_seconds: int = 600
    """`submitted` is an answer to the citizen so long after the submission."""

    def release(self, moment: datetime, *, key: int = 0) -> datetime:
        """Return `moment` when it is decent, or else the next one that is, moved on by the share of `key`."""
        opening = self.quiet.release_time(moment, zone=self.zone, calendar=self.calendar)
        if opening <= moment:
            return moment
        spread = opening + timedelta(seconds=key % (self.spread_seconds + 1))
        # A decent time shorter than the spread: better all at once than in the next night.
        return spread if self.quiet.release_time(spread, zone=self.zone, calendar=self.calendar) == spread else opening

    def decide(
        self,
        now: datetime,
        *,
        kind: str,
        lane: str,
        deadline: datetime | date | None,
        acted_at: datetime | None,
        key: int,
    ) -> Timing:
        """Say when a new notice goes out.

        Args:
            now: the earliest moment: the present, or the end of a hold.
            kind: the notice's name.
            lane: everything of the lane `urgent` goes at once.
            deadline: until when the citizen must act; a date means the end of that day.
            acted_at: when the citizen submitted the dossier.
            key: a number that is the same for all of one phone's notices, so that they keep their order.
        """
        if lane == URGENT_LANE:
            return Timing("pending", None, now)
        urgent_until = self._near(deadline, now) or self._fresh(kind, acted_at, now)
        if urgent_until is not None:
            return Timing("pending", None, now, urgent_until)
        released = self.release(now, key=key)
        return Timing("pending", None, now) if released <= now else Timing("held", QUIET_HOURS, released)

    def stretch(
        self, delay_seconds: float, now: datetime, urgent_until: datetime | None, lane: str, *, key: int = 0
    ) -> float:
        """Return a delay of the same length or longer that does not end while nobody may be disturbed."""
        due = now + timedelta(seconds=delay_seconds)
        if lane == URGENT_LANE or (urgent_until is not None and due < urgent_until):
            return delay_seconds
        released = self.release(due, key=key)
        return delay_seconds if released <= due else (released - now).total_seconds()

    def day_of(self, moment: datetime) -> date:
        """Return the city's day of a moment."""
        return moment.astimezone(self.zone).date()

    def start_of(self, day: date) -> datetime:
        """Return the moment in which a day of the city begins, in UTC."""
        return datetime.combine(day, time(), self.zone).astimezone(UTC)

    def _near(self, deadline: datetime | date | None, now: datetime) -> datetime | None:
        """Return the end of a demand that ends within a day; a date ends with its day, and counts from its start."""
        if deadline is None:
            return None
        if isinstance(deadline, datetime):
            end = latest = deadline
        else:
            end, latest = self.start_of(deadline + _DAY), self.start_of(deadline)
        return end if now < end and latest <= now + URGENT_DEADLINE else None

    def _fresh(self, kind: str, acted_at: datetime | None, now: datetime) -> datetime | None:
        """Return until when "we have it" is the answer that a person who has just submitted waits for."""
        patience = timedelta(seconds=self.own_action_seconds)
        if kind != Notice.SUBMITTED or acted_at is None or not patience or abs(now - acted_at) > patience:
            return None
        return now + patience
