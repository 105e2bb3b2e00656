"""From event to notice: the table and its rules, pure (docs: public-services 2.2; design, section 3.3)."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass, replace
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
    """Which optional notices are on, and how old an event may be to be announced."""

    extras: Collection[Notice]
    max_event_age: timedelta


@dataclass(frozen=True, slots=True)
class DossierStage:
    """What decides about the next notice of a dossier.

    `last_notice` is the last stage the citizen was told, or would have been if its event had not been too old: after a
    re-synchronisation the next step says only what is new. `last_detail` is the fingerprint of a supplement's demands.
    """

    position: tuple[datetime, int] | None = None
    last_notice: Notice | None = None
    last_detail: bytes | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """What an event means: its outcome, the notice to send, what it follows on, and the dossier's next stage."""

    outcome: EventOutcome
    stage: DossierStage
    notice: Notice | None = None
    follows: Notice | None = None
    anomaly: str | None = None


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


def decide(stage: DossierStage, event: DossierEvent, *, policy: NoticePolicy, now: datetime) -> Decision:
    """Decide what an event means for a dossier at `stage`.

    An event older than what is known is stale. A notice is sent when it differs from the last one, or when a
    supplement's demands changed; never for an event older than `policy.max_event_age`.
    """
    if stage.position is not None and event.position < stage.position:
        return Decision(EventOutcome.STALE, stage)
    previous = Status(stage.position[1]) if stage.position else None
    step = transition(previous, event.status)
    anomaly = f"{previous or 0:d}>{event.status:d}" if step is Transition.ANOMALY else None
    has_reason = event.data.reason is not None
    notice = notice_for(event.status, extras=policy.extras, has_refusal_reason=has_reason)
    moved = replace(stage, position=event.position)
    detail = supplement_fingerprint(event)
    is_news = notice is not None and (
        notice != stage.last_notice or (detail is not None and detail != stage.last_detail)
    )
    if not is_news:
        return Decision(EventOutcome.ACCEPTED, moved, anomaly=anomaly)
    moved = replace(moved, last_notice=notice, last_detail=detail)
    is_too_old = event.time < now - policy.max_event_age
    return Decision(
        EventOutcome.ACCEPTED,
        moved,
        notice=None if is_too_old else notice,
        follows=stage.last_notice,
        anomaly=anomaly,
    )
