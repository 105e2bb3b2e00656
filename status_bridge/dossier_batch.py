"""One dossier's events of one batch: what they come to, before anything is written. Pure but for encryption."""

import json
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import structlog

from dossiers.calendar import QuietHours
from dossiers.contact import normalise_phone
from dossiers.status import Notice
from status_bridge.composition import Composer, CompositionError
from status_bridge.event import DossierEvent
from status_bridge.notices import DEMANDS_ACTION, Decision, DossierStage, EventOutcome, NoticePolicy, decide
from status_bridge.results import EventResult
from storage import dossiers
from storage.crypto import Cipher
from storage.dossiers import DossierUpdate, LockedDossier
from storage.events import EventRecord
from storage.notices import NewNotice, notice_id

LANE = "status"
_URGENT_DEADLINE = timedelta(hours=24)
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class IntakeConfig:
    """The rules of the house: which notices, how old, at which hours.

    `release_spread_seconds` spreads what was held for the night over the time after it.
    """

    policy: NoticePolicy
    quiet_hours: QuietHours
    zone: ZoneInfo
    language: str = "vi"
    release_spread_seconds: int = 900


@dataclass(frozen=True, slots=True)
class Offered:
    """A new event: its place in the batch, its identity, and itself."""

    index: int
    key: uuid.UUID
    event: DossierEvent


@dataclass(slots=True)
class Batch:
    """What one transaction is going to write, and what is answered."""

    results: list[EventResult | None]
    records: list[EventRecord] = field(default_factory=list)
    updates: list[DossierUpdate] = field(default_factory=list)
    notices: list[NewNotice] = field(default_factory=list)


class DossierBatch:
    """One dossier's events of one batch, applied in the source's order."""

    def __init__(
        self, composer: Composer, cipher: Cipher, config: IntakeConfig, known: LockedDossier, now: datetime
    ) -> None:
        self._composer = composer
        self._cipher = cipher
        self._config = config
        self._known = known
        self._now = now
        self._phone = dossiers.decrypt_phone(known, cipher)
        self._ordinal = known.notices
        self._stage = DossierStage(
            position=(known.status_time, known.status) if known.status_time and known.status else None,
            last_notice=Notice(known.last_notice) if known.last_notice else None,
            last_detail=known.last_detail,
        )
        self._facts: dict[str, Any] = {
            "procedure_code": known.procedure_code,
            "procedure_name": known.procedure_name,
            "agency_code": known.agency_code,
            "agency_name": known.agency_name,
            "submitted_at": known.submitted_at,
            "received_at": known.received_at,
            "due_at": known.due_at,
            "finished_at": known.finished_at,
        }
        self._contact: dict[str, str | None] = {"name": None, "email": None}
        self._phone_given = False
        self._source: str | None = None

    def apply(self, offered: Iterable[Offered], batch: Batch) -> None:
        """Decide each event, oldest first, and note what is to be written."""
        for one in sorted(offered, key=lambda one: one.event.position):
            key, event = one.key, one.event
            decision = decide(self._stage, event, policy=self._config.policy, now=self._now)
            self._stage = decision.stage
            if decision.outcome is EventOutcome.ACCEPTED:
                self._learn(event)
            if decision.notice is not None:
                batch.notices.append(self._make_notice(key, event, decision, decision.notice))
            batch.results[one.index] = EventResult(event.id, decision.outcome, event.subject, decision.notice)
            batch.records.append(self._record(key, event, decision))
        if self._source is not None:
            batch.updates.append(self._update(self._source))

    def _learn(self, event: DossierEvent) -> None:
        """Take over what the event says; what it leaves out stays as it was."""
        data, agency, applicant = event.data, event.data.agency, event.data.applicant
        said = {
            "procedure_code": data.procedure_code,
            "procedure_name": data.procedure_name,
            "agency_code": agency.code if agency else None,
            "agency_name": agency.name if agency else None,
            "submitted_at": data.submitted_at,
            "received_at": data.received_at,
            "due_at": data.due_at,
            "finished_at": data.finished_at,
        }
        self._facts.update({name: value for name, value in said.items() if value is not None})
        self._source = event.source
        if applicant is None:
            return
        self._contact["name"] = applicant.name or self._contact["name"]
        self._contact["email"] = applicant.email or self._contact["email"]
        if applicant.phone is not None:
            self._phone, self._phone_given = normalise_phone(applicant.phone), True

    def _make_notice(self, key: uuid.UUID, event: DossierEvent, decision: Decision, notice: Notice) -> NewNotice:
        self._ordinal += 1
        made = NewNotice(
            id=notice_id(key),
            dossier_id=self._known.id,
            dossier_code=event.subject,
            ordinal=self._ordinal,
            event_key=key,
            kind=notice.value,
            state="pending",
            reason=None,
            demands_action=notice in DEMANDS_ACTION,
            language=self._config.language,
            phone=self._phone,
            content={},
            due_at=self._now,
            lane=LANE,
        )
        try:
            content = self._composer.compose(
                notice, event, follows=decision.follows, language=self._config.language, known=self._facts
            ).as_content()
        except CompositionError as error:
            # Never lost and never sent wrong: it goes to the officers' list, and somebody mends the template.
            log.error("composition_failed", notice=str(made.id), kind=notice.value, problem=str(error))
            return replace(made, state="failed", reason="composition", content={"text": "", "params": {}}, due_at=None)
        made = replace(made, content=content)
        if self._phone is None:
            return replace(made, state="no_mobile", reason="no_mobile", due_at=None)
        return self._at_a_decent_hour(made, event)

    def _at_a_decent_hour(self, made: NewNotice, event: DossierEvent) -> NewNotice:
        deadline = self._near_deadline(event)
        if deadline is not None:
            return replace(made, urgent_until=deadline)
        released = self._config.quiet_hours.release_time(self._now, zone=self._config.zone)
        if released <= self._now:
            return made
        spread = made.id.int % (self._config.release_spread_seconds + 1)
        return replace(made, state="held", reason="quiet_hours", due_at=released + timedelta(seconds=spread))

    def _near_deadline(self, event: DossierEvent) -> datetime | None:
        """Return the end of a demand that ends within a day: the night does not hold it (docs: public-services 6.4)."""
        deadline = event.data.supplement.deadline if event.data.supplement else None
        if deadline is None:
            return None
        if not isinstance(deadline, datetime):
            deadline = datetime.combine(deadline + timedelta(days=1), time(), self._config.zone)
            is_near = deadline - timedelta(days=1) <= self._now + _URGENT_DEADLINE
        else:
            is_near = deadline <= self._now + _URGENT_DEADLINE
        return deadline if is_near and deadline > self._now else None

    def _record(self, key: uuid.UUID, event: DossierEvent, decision: Decision) -> EventRecord:
        return EventRecord(
            source=event.source,
            event_id=event.id,
            outcome=decision.outcome,
            key=key,
            dossier_id=self._known.id,
            dossier_code=event.subject,
            status=event.data.status,
            event_time=event.time,
            notice=decision.notice.value if decision.notice else None,
            anomaly=decision.anomaly,
            payload=json.dumps(event.model_dump(mode="json", exclude_none=True), ensure_ascii=False),
        )

    def _update(self, source: str) -> DossierUpdate:
        assert self._stage.position is not None  # noqa: S101 - an accepted event always sets it
        time, status = self._stage.position
        seal = self._cipher.encrypt_optional
        phone = self._phone if self._phone_given else None
        return DossierUpdate(
            id=self._known.id,
            status=status,
            status_time=time,
            last_notice=self._stage.last_notice.value if self._stage.last_notice else None,
            last_detail=self._stage.last_detail,
            notices=self._ordinal,
            source=source,
            phone_given=self._phone_given,
            phone_enc=seal(phone, dossiers.PHONE_COLUMN),
            phone_hash=self._cipher.lookup_hash(phone) if phone else None,
            name_enc=seal(self._contact["name"], dossiers.NAME_COLUMN),
            email_enc=seal(self._contact["email"], dossiers.EMAIL_COLUMN),
            **self._facts,
        )
