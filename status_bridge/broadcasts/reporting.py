"""How far a broadcast has come, and what became of it: as counts, by the hour, and for each recipient."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dossiers.contact import normalise_phone
from dossiers.masking import mask_phone
from status_bridge.broadcasts.actors import LOOKS, Actor
from status_bridge.broadcasts.refusals import refuse
from status_bridge.broadcasts.rooms import Room
from storage import broadcast_report
from storage.broadcast_report import Group, Hour, RecipientOutcome
from storage.broadcasts import Broadcast
from storage.crypto import Cipher
from storage.database import Database

ARRIVED = frozenset({"accepted", "delivered", "read"})
FAILED = frozenset({"failed", "no_mobile"})
MAX_OUTCOMES = 5000


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it has come, as the one who releases rows wrote it a second ago at most; `at`: when.

    `counts`: rows by state; `failures`: rows by reason; `waiting`: rows that wait for hours of their own, by reason;
    `waits`: what all wait for and until when.
    """

    number: str
    state: str
    reason: str | None
    rows: int
    released: int
    left: int
    counts: Mapping[str, int]
    channels: Mapping[str, int]
    failures: Mapping[str, int]
    waiting: Mapping[str, int]
    cost_vnd: int
    rate_per_second: float | None
    remaining_seconds: float | None
    waits: Mapping[str, Any] | None
    canary_until: datetime | None
    at: datetime | None

    @property
    def share_done(self) -> float:
        """How much of it is behind us, 0 to 1."""
        return (self.rows - self.left) / self.rows if self.rows else 0.0


def progress_of(broadcast: Broadcast) -> Progress:
    """Return how far a broadcast has come. Pure."""
    said = broadcast.progress
    is_moving = broadcast.state in ("canary", "sending")
    return Progress(
        number=broadcast.number,
        state=broadcast.state,
        reason=broadcast.reason,
        rows=broadcast.rows,
        released=broadcast.released,
        left=said.get("left", broadcast.rows),
        counts=said.get("counts", {}),
        channels=said.get("channels", {}),
        failures=said.get("failures", {}),
        waiting=said.get("waiting", {}),
        cost_vnd=said.get("cost_vnd", 0),
        rate_per_second=said.get("rate_per_second") if is_moving else None,
        remaining_seconds=said.get("remaining_seconds") if is_moving else None,
        waits=said.get("waits"),
        canary_until=broadcast.canary_until,
        at=datetime.fromisoformat(said["at"]) if "at" in said else None,
    )


@dataclass(frozen=True, slots=True)
class Report:
    """What became of a broadcast. `people` are its rows; `opt_outs` those who wanted no more within a week after it."""

    number: str
    people: int
    arrived: int
    failed: int
    by_state: Mapping[str, int]
    by_channel: Mapping[str, int]
    by_reason: Mapping[str, int] = field(default_factory=dict)
    """Of those that did not arrive, by the word that says why."""
    cost_vnd: int = 0
    possible_duplicates: int = 0
    opt_outs: int = 0
    hours: Sequence[Hour] = ()


async def report(database: Database, broadcast: Broadcast) -> Report:
    """Count what became of a broadcast, now."""
    groups = await broadcast_report.groups(database, broadcast)
    return Report(
        number=broadcast.number,
        people=sum(one.people for one in groups),
        arrived=sum(one.people for one in groups if one.state in ARRIVED),
        failed=sum(one.people for one in groups if one.state in FAILED),
        by_state=_sum_by(groups, "state"),
        by_channel=_sum_by([one for one in groups if one.state in ARRIVED and one.channel], "channel"),
        by_reason=_sum_by([one for one in groups if one.state not in ARRIVED and one.reason], "reason"),
        cost_vnd=sum(one.cost_vnd for one in groups),
        possible_duplicates=sum(one.possible_duplicates for one in groups),
        opt_outs=await broadcast_report.opt_outs(database, broadcast),
        hours=await broadcast_report.hours(database, broadcast),
    )


def _sum_by(groups: Sequence[Group], name: str) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in groups:
        total[getattr(one, name)] += one.people
    return dict(total.most_common())


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recipient; the phone is masked."""

    ordinal: int
    phone: str
    state: str
    reason: str | None
    channel: str | None
    cost_vnd: int | None
    possible_duplicate: bool
    accepted_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None


async def outcomes(
    database: Database, cipher: Cipher, broadcast: Broadcast, *, after_ordinal: int, limit: int
) -> list[Outcome]:
    """Return recipients in their order, those after an ordinal; `limit` 5,000 at most."""
    found = await broadcast_report.rows_after(
        database, cipher, broadcast, after=after_ordinal, limit=min(limit, MAX_OUTCOMES)
    )
    return [_shown(one) for one in found]


async def outcomes_of_phone(room: Room, number: str, phone: str, actor: Actor) -> list[Outcome]:
    """Return what became of one phone; the audit log knows who asked about which broadcast, and no phone.

    Raises:
        BroadcastRefused: unknown, no_mobile.
    """
    mobile = normalise_phone(phone)
    if mobile is None:
        refuse("no_mobile")
    async with room.hold(number, actor, LOOKS) as held:
        await room.note(held, "look_up")
    found = await broadcast_report.rows_of_phone(room.database, room.cipher, held.broadcast, mobile)
    return [_shown(one) for one in found]


def _shown(one: RecipientOutcome) -> Outcome:
    return Outcome(
        ordinal=one.ordinal,
        phone=mask_phone(one.phone),
        state=one.state,
        reason=one.reason,
        channel=one.channel,
        cost_vnd=one.cost_vnd,
        possible_duplicate=one.possible_duplicate,
        accepted_at=one.accepted_at,
        delivered_at=one.delivered_at,
        read_at=one.read_at,
    )
