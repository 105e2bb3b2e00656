"""One dossier's events of one batch: what they come to, before anything is written. Pure but for encryption."""

import uuid
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from dossiers.calendar import QuietHours, WorkCalendar
from dossiers.status import Notice
from status_bridge.choices import DailyLimit, Role
from status_bridge.event import DossierEvent
from status_bridge.hours import Hours, Timing, phone_key
from status_bridge.notices import DEMANDS_ACTION, Decision, DossierStage, EventOutcome, NoticePolicy, Told, decide
from status_bridge.people import Addressee, People, id_for
from status_bridge.planned import PlannedNotice
from status_bridge.results import EventResult
from storage.crypto import Cipher
from storage.dossiers import DossierUpdate, LockedDossier
from storage.events import EventRecord
from storage.holds import HeldBack
from storage.notices import NewNotice

LANE = "status"
_DATA_FACTS = ("procedure_code", "procedure_name", "submitted_at", "received_at", "due_at", "finished_at")


@dataclass(frozen=True)
class IntakeConfig:
    """The rules of the house: which notices, how old, at which hours.

    `release_spread_seconds` spreads what was held for the night over the time after it.
    """

    policy: NoticePolicy
    quiet_hours: QuietHours
    zone: ZoneInfo
    language: str = "vi"
    release_spread_seconds: int = 900
    calendar: WorkCalendar | None = None
    """With it, holidays hold notices as nights do."""
    own_action_seconds: int = 600
    """`submitted` answers the citizen's own action so long after the submission, and is not held."""
    daily_limit: DailyLimit | None = None
    """How many messages a phone gets in a day; None: any number."""
    notify: Sequence[Role] = (Role.APPLICANT,)
    """Which of a dossier's people are told, in this order; each phone once."""
    by_email: bool = False
    """Whoever has no mobile number is told by e-mail: that channel is set up."""
    shared_phone_owners: int = 20
    """A phone of more owners than that gets as few words as possible (docs: public-services 4.1); 0: never."""
    shared_phone_days: float = 30
    """Within how many days they are counted."""

    @cached_property
    def hours(self) -> Hours:
        """When notices go out."""
        return Hours(self.quiet_hours, self.zone, self.calendar, self.release_spread_seconds, self.own_action_seconds)


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
    planned: list[PlannedNotice] = field(default_factory=list)
    taken_back: list[tuple[uuid.UUID, datetime]] = field(default_factory=list)
    """Rows that are held back and will never be sent."""
    moved: list[tuple[int, str]] = field(default_factory=list)
    """Dossiers whose applicant has another mobile number now."""
    left: list[int] = field(default_factory=list)
    """Known dossiers whose one-time codes go to another phone now: what was proved by the old one ends."""
    notices: list[NewNotice] = field(default_factory=list)


class DossierBatch:
    """One dossier's events of one batch, applied in the source's order.

    `redated`: due dates that count no more, because an apology named another one. Events go on carrying them.
    """

    def __init__(
        self,
        cipher: Cipher,
        config: IntakeConfig,
        known: LockedDossier,
        now: datetime,
        held: HeldBack | None = None,
        *,
        redated: Collection[datetime] = (),
    ) -> None:
        self._config = config
        self._redated = redated
        self._known = known
        self._now = now
        self._people = People(known, cipher)
        self._ordinal = known.notices
        self._held: HeldBack | PlannedNotice | None = held
        self._stage = DossierStage(
            position=(known.status_time, known.status) if known.status_time and known.status else None,
            last_notice=Notice(known.last_notice) if known.last_notice else None,
            last_detail=known.last_detail,
            before=Told(Notice(held.follows) if held.follows else None, held.follows_detail) if held else None,
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
        self._source: str | None = None

    def apply(self, offered: Iterable[Offered], batch: Batch) -> None:
        """Decide each event, oldest first, and note what is to be written."""
        for one in sorted(offered, key=lambda one: one.event.position):
            key, event = one.key, one.event
            decision = decide(self._stage, event, policy=self._config.policy, now=self._now)
            self._stage = decision.stage
            if decision.takes_back:
                self._take_back(batch)
            if decision.outcome is EventOutcome.ACCEPTED:
                self._learn(event)
            if decision.notice is not None:
                batch.planned.append(self._plan(key, event, decision, decision.notice))
            batch.results[one.index] = EventResult(event.id, decision.outcome, event.subject, decision.notice)
            batch.records.append(self._record(key, event, decision))
        if self._source is not None:
            update = self._update(self._source)
            batch.updates.append(update)
            # Rare: nothing is decrypted for it otherwise.
            is_other_phone = update.people.phone_given or (
                update.people.people_enc is not None and self._known.phone_hash is None
            )
            if is_other_phone and self._people.has_left_phone():
                batch.left.append(self._known.id)
            if (phone := self._people.moved_to()) is not None:
                batch.moved.append((self._known.id, phone))

    def _take_back(self, batch: Batch) -> None:
        if isinstance(self._held, PlannedNotice):
            self._held.take_back()
        elif self._held is not None:
            batch.taken_back.extend(self._held.rows)
        self._held = None

    def _learn(self, event: DossierEvent) -> None:
        """Take over what the event says; what it leaves out stays as it was."""
        data, agency = event.data, event.data.agency
        for name in _DATA_FACTS:
            value = getattr(data, name)
            if value is not None and not (name == "due_at" and value in self._redated):
                self._facts[name] = value
        if agency is not None:
            self._facts["agency_code"] = agency.code or self._facts["agency_code"]
            self._facts["agency_name"] = agency.name or self._facts["agency_name"]
        self._source = event.source
        self._people.learn(data)

    def _plan(self, key: uuid.UUID, event: DossierEvent, decision: Decision, notice: Notice) -> PlannedNotice:
        """Return the notice's rows, one for each person that it is for, with the moment at which each goes out."""
        self._ordinal += 1
        hold_seconds = self._config.policy.hold_seconds.get(notice, 0)
        earliest = self._now + timedelta(seconds=hold_seconds)
        people = self._people.addressees(self._config.notify, by_email=self._config.by_email)
        rows = [self._make_row(key, event, decision, notice, person, earliest) for person in people]
        planned = PlannedNotice(rows, event, notice, decision.follows, dict(self._facts), self._people.owner())
        if hold_seconds and planned.hold_back(until=earliest):
            self._stage, self._held = replace(self._stage, before=decision.told), planned
        return planned

    def _make_row(
        self,
        key: uuid.UUID,
        event: DossierEvent,
        decision: Decision,
        notice: Notice,
        person: Addressee,
        earliest: datetime,
    ) -> NewNotice:
        is_reachable = person.phone is not None or (person.email is not None and self._config.by_email)
        timing = self._at_a_decent_hour(event, notice, person.phone, earliest) if is_reachable else None
        return NewNotice(
            id=id_for(key, person.role),
            dossier_id=self._known.id,
            dossier_code=event.subject,
            ordinal=self._ordinal,
            event_key=key,
            kind=notice.value,
            state=timing.state if timing else "no_mobile",
            reason=timing.reason if timing else "no_mobile",
            demands_action=notice in DEMANDS_ACTION,
            language=self._config.language,
            phone=person.phone,
            content={},
            due_at=timing.due_at if timing else None,
            lane=LANE,
            urgent_until=timing.urgent_until if timing else None,
            role=person.role.value,
            email=person.email,
            follows=decision.told.notice,
            follows_detail=decision.told.detail,
        )

    def _at_a_decent_hour(self, event: DossierEvent, notice: Notice, phone: str | None, earliest: datetime) -> Timing:
        # Other events may still carry what was asked for once: it hurries nobody any more.
        wanted = event.data.supplement if notice is Notice.SUPPLEMENT else None
        return self._config.hours.decide(
            earliest,
            kind=notice,
            lane=LANE,
            deadline=wanted.deadline if wanted else None,
            acted_at=event.data.submitted_at,
            key=phone_key(phone),
        )

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
            payload=event.model_dump_json(exclude_none=True),
        )

    def _update(self, source: str) -> DossierUpdate:
        assert self._stage.position is not None  # noqa: S101 - an accepted event always sets it
        time, status = self._stage.position
        return DossierUpdate(
            id=self._known.id,
            status=status,
            status_time=time,
            last_notice=self._stage.last_notice.value if self._stage.last_notice else None,
            last_detail=self._stage.last_detail,
            notices=self._ordinal,
            source=source,
            people=self._people.sealed(),
            **self._facts,
        )
