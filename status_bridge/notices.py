"""From event to notice: the table and its rules, pure (docs: public-services 2.2; design, section 3.3)."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from dossiers.status import Notice, Status, Transition, notice_for, transition
from status_bridge.event import DossierEvent

# A second send after a doubt is only for what the citizen must act on (docs: rq-httpx-redis-pitfalls B3).
DEMANDS_ACTION = frozenset({Notice.REFUSED, Notice.SUPPLEMENT, Notice.FINISHED, Notice.PAYMENT, Notice.STOPPED})


class EventOutcome(StrEnum):
    """What became of an offered event (contract, section 4)."""

    ACCEPTED = "accepted"
    DUPLICATE = "duplicate"
    STALE = "stale"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class NoticePolicy:
    """Which optional notices are on, how old an event may be to be announced, and what is held back for how long.

    `hold_seconds` names the notices that wait a while before they go out, so that a mistake corrected meanwhile is
    never sent.
    """

    extras: Collection[Notice]
    max_event_age: timedelta
    hold_seconds: Mapping[Notice, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Told:
    """A stage that the citizen was told, with the fingerprint of what was said of it."""

    notice: Notice | None = None
    detail: bytes | None = None


@dataclass(frozen=True, slots=True)
class DossierStage:
    """What decides about the next notice of a dossier.

    `last_notice` is the last stage the citizen was told, or would have been if its event had not been too old: after a
    re-synchronisation the next step says only what is new. `last_detail` is the fingerprint of a supplement's demands,
    and of the words of a notice that is held back. `before` is set while the last notice is still held back and can be
    taken back: what was told before it.
    """

    position: tuple[datetime, int] | None = None
    last_notice: Notice | None = None
    last_detail: bytes | None = None
    before: Told | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What an event means: its outcome, the notice to send, what it follows on, and the dossier's next stage.

    `takes_back`: the notice that is held back is not sent any more.
    """

    outcome: EventOutcome
    stage: DossierStage
    notice: Notice | None = None
    told: Told = Told()
    anomaly: str | None = None
    takes_back: bool = False

    @property
    def follows(self) -> Notice | None:
        """The notice told before this one."""
        return self.told.notice


def supplement_fingerprint(event: DossierEvent) -> bytes | None:
    """Return a fingerprint of what a supplement's notice asks for, so that a changed demand is told anew.

    None when the event names nothing: such a repeat takes nothing back and says nothing new.
    """
    if event.status is not Status.SUPPLEMENT_REQUIRED:
        return None
    wanted = event.data.supplement
    items = wanted.items if wanted else []
    deadline = wanted.deadline.isoformat() if wanted and wanted.deadline else None
    reason = None if items else event.data.reason  # what the notice shows when there are no items
    if not (items or reason or deadline):
        return None
    return hashlib.sha256(json.dumps([items, reason, deadline], ensure_ascii=False).encode()).digest()[:16]


def _said_fingerprint(event: DossierEvent) -> bytes | None:
    """Return a fingerprint of what a notice other than a supplement's says; None when that is nothing special."""
    data = event.data
    if data.reason is None and data.result is None and data.due_at is None:
        return None
    said = data.model_dump_json(include={"reason", "result", "due_at"})
    return hashlib.sha256(said.encode()).digest()[:16]


def decide(stage: DossierStage, event: DossierEvent, *, policy: NoticePolicy, now: datetime) -> Decision:
    """Decide what an event means for a dossier at `stage`.

    An event older than what is known is stale. A notice is sent when it differs from the last one, or when a
    supplement's demands changed; never for an event older than `policy.max_event_age`. While the last notice is held
    back, an event that announces something else takes it back, and is judged by what was told before it.
    """
    position, status = event.position, event.status
    if stage.position is not None and position < stage.position:
        return Decision(EventOutcome.STALE, stage)
    previous = Status(stage.position[1]) if stage.position else None
    step = transition(previous, status)
    anomaly = f"{previous or 0:d}>{status:d}" if step is Transition.ANOMALY else None
    has_reason = event.data.reason is not None
    notice = notice_for(status, extras=policy.extras, has_refusal_reason=has_reason)
    last, before = Told(stage.last_notice, stage.last_detail), stage.before
    if notice is None:
        moved = DossierStage(position, last.notice, last.detail, before)
        return Decision(EventOutcome.ACCEPTED, moved, anomaly=anomaly)
    demand = supplement_fingerprint(event)
    detail = demand
    if notice in policy.hold_seconds and status is not Status.SUPPLEMENT_REQUIRED:
        detail = _said_fingerprint(event)
    takes_back = before is not None and (notice != last.notice or (detail is not None and detail != last.detail))
    if takes_back and before is not None:
        last, before = before, None
    is_news = notice != last.notice or (demand is not None and demand != last.detail)
    if not is_news:
        moved = DossierStage(position, last.notice, last.detail, before)
        return Decision(EventOutcome.ACCEPTED, moved, anomaly=anomaly, takes_back=takes_back)
    is_too_old = event.time < now - policy.max_event_age
    return Decision(
        EventOutcome.ACCEPTED,
        DossierStage(position, notice, detail),
        notice=None if is_too_old else notice,
        told=last,
        anomaly=anomaly,
        takes_back=takes_back,
    )
