"""Apologies for late dossiers: what is proposed to an officer, and what a confirmed one becomes.

One notice a person, of the kind `apology`, in the lane of the status notices and in the dossier's order. It demands
action as a supplement does, for what that means to delivery: the law wants it told and provable, and the new date says
when to come; so a short message or a letter may carry it, silence is followed up, and an opt-out on Zalo does not end
the duty. Nights hold it; it is never merged with others, nor put off by the day's limit: the date would be lost.
docs: public-services 6.1 (reason and new date, at the latest a day before the deadline; a new date at most once).
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from dossiers.calendar import WorkCalendar
from dossiers.contact import find_phones
from dossiers.masking import contains_personal_number
from dossiers.status import APOLOGY, Status
from dossiers.text import clean
from status_bridge.apology_words import ApologyWords
from status_bridge.backlog import implied_columns
from status_bridge.dossier_batch import LANE, IntakeConfig
from status_bridge.hours import Timing, phone_key
from status_bridge.people import Addressee, People, id_for
from storage import apologies, dossiers, notices, waiting
from storage.apologies import ApologyDraft, ApologyRefused, NewApology, is_after_duty
from storage.crypto import Cipher
from storage.database import Connection, fetch
from storage.dossiers import LockedDossier
from storage.identity import derive_uuid
from storage.notices import NewNotice

RUNNING: Final = frozenset({Status.ACCEPTED, Status.PROCESSING})
"""The office works on it. Waiting for papers or payment does not count (docs: public-services 7)."""
WAITING: Final = frozenset({Status.SUPPLEMENT_REQUIRED, Status.PAYMENT_REQUIRED})
MAX_DAYS_AHEAD: Final = 365
_NAMESPACE: Final = uuid.UUID("0f1d0e65-6d9e-5a5e-8a55-2b8f6ad1c0a7")


@dataclass(frozen=True, slots=True)
class ApologyRules:
    """`max_redatings`: how often a dossier may get a new date (docs: public-services 6.1, C: once); 0: any number.

    `working_days`: how far away the date lies that is proposed.
    """

    max_redatings: int = 1
    working_days: int = 3


class Apologies:
    """Prepares apologies, and hands confirmed ones to delivery."""

    def __init__(
        self,
        cipher: Cipher,
        config: IntakeConfig,
        words: ApologyWords,
        calendar: WorkCalendar,
        rules: ApologyRules = ApologyRules(),
    ) -> None:
        self._cipher = cipher
        self._config = config
        self._words = words
        self._calendar = calendar
        self._rules = rules

    @property
    def calendar(self) -> WorkCalendar:
        """The days on which offices work."""
        return self._calendar

    @property
    def max_redatings(self) -> int:
        """How often a dossier may get a new date; 0: any number."""
        return self._rules.max_redatings

    def propose_day(self, due_at: datetime, unit: str | None, now: datetime) -> date:
        """Return the day that is proposed: so many working days after the old date, or after today if that is over."""
        day = max(now, due_at).astimezone(self._config.zone).date()
        left = max(1, self._rules.working_days)
        for _ in range(MAX_DAYS_AHEAD):
            day += timedelta(days=1)
            left -= self._calendar.is_working_day(day, unit)
            if not left:
                return day
        raise ApologyRefused("too_far")

    def usual_reason(self) -> str:
        """Return the reason that is proposed."""
        return self._words.usual_reason(self._config.language)

    async def draft(
        self, connection: Connection, code: str, *, seen_due_at: datetime, new_day: date, reason: str
    ) -> ApologyDraft:
        """Return the apology as it would go out now; locks the dossier until the transaction ends.

        Args:
            connection: the transaction.
            code: the dossier's.
            seen_due_at: the date that is not kept, as the officer saw it.
            new_day: the new date; the time of day stays as it was.
            reason: the officer's words.

        Raises:
            ApologyRefused: not for this dossier, not to this day, or not with these words.
        """
        _known, _people, prepared = await self._prepare(connection, code, seen_due_at, new_day, reason)
        return prepared

    async def confirm(
        self, connection: Connection, code: str, *, seen_due_at: datetime, new_day: date, reason: str, officer: str
    ) -> tuple[ApologyDraft, str | None]:
        """Write the apology's notices and note it, all in the caller's transaction; raises as `draft`.

        Returns what was said, and the lane whose bell is to be rung after the commit.
        """
        known, people, prepared = await self._prepare(connection, code, seen_due_at, new_day, reason)
        now = await _now(connection)
        rows = [self._row(known, one, prepared, now) for one in people]
        assert known.due_at is not None  # noqa: S101 - what is prepared has a date
        noted = NewApology(known.id, known.due_at, prepared.new_due_at, clean(reason), officer, rows[0].id)
        if not await apologies.add(connection, noted):
            raise ApologyRefused("redated")
        await notices.insert(connection, rows, self._cipher)
        going = [row for row in rows if row.state == "pending"]
        await waiting.supersede_held(connection, going, implied=implied_columns())
        return prepared, LANE if going else None

    async def _prepare(
        self, connection: Connection, code: str, seen_due_at: datetime, new_day: date, reason: str
    ) -> tuple[LockedDossier, Sequence[Addressee], ApologyDraft]:
        now = await _now(connection)
        known = await self._lock(connection, code)
        due_at = self._check_dossier(known, seen_due_at)
        if self._rules.max_redatings and await apologies.count(connection, known.id) >= self._rules.max_redatings:
            raise ApologyRefused("redated")
        new_due_at = self._moment(due_at, new_day)
        self._check_day(new_due_at, due_at, known.agency_code, now)
        _check_reason(reason)
        people = People(known, self._cipher).addressees(self._config.notify, by_email=self._config.by_email)
        said = self._words.say(
            known,
            new_due_at=new_due_at,
            reason=clean(reason),
            is_late=due_at < now,
            language=self._config.language,
            is_minimal=await self._is_shared(connection, known, people),
        )
        reachable = [one for one in people if self._is_reachable(one)]
        held = [one for one in reachable if self._timing(one, now).state == "held"]
        draft = ApologyDraft(said, new_due_at, is_after_duty(due_at, now), bool(reachable), bool(held))
        return known, people, draft

    async def _lock(self, connection: Connection, code: str) -> LockedDossier:
        rows = await dossiers.lock_known(connection, [code])
        if code not in rows or rows[code].status is None:
            raise ApologyRefused("gone")
        return rows[code]

    def _check_dossier(self, known: LockedDossier, seen_due_at: datetime) -> datetime:
        status = Status(known.status or 0)
        if status in WAITING:
            raise ApologyRefused("waiting")
        if status not in RUNNING:
            raise ApologyRefused("finished")
        if known.due_at is None:
            raise ApologyRefused("no_due_date")
        if known.due_at != seen_due_at:
            raise ApologyRefused("changed")
        return known.due_at

    def _moment(self, due_at: datetime, new_day: date) -> datetime:
        clock = due_at.astimezone(self._config.zone).time()
        return datetime.combine(new_day, clock, self._config.zone)

    def _check_day(self, new_due_at: datetime, due_at: datetime, unit: str | None, now: datetime) -> None:
        if new_due_at <= now:
            raise ApologyRefused("past")
        if new_due_at <= due_at:
            raise ApologyRefused("not_later")
        if new_due_at > now + timedelta(days=MAX_DAYS_AHEAD):
            raise ApologyRefused("too_far")
        if not self._calendar.is_working_day(new_due_at.date(), unit):
            raise ApologyRefused("not_working_day")

    async def _is_shared(self, connection: Connection, known: LockedDossier, people: Sequence[Addressee]) -> bool:
        """Return whether one of the phones stands for many people (docs: public-services 4.1)."""
        most, phones = self._config.shared_phone_owners, [one.phone for one in people if one.phone]
        if not (most and phones):
            return False
        owners = await dossiers.owners_of_phones(
            connection, self._cipher, phones, days=self._config.shared_phone_days, others=len(self._config.notify) > 1
        )
        own = known.name_hash or dossiers.nameless_owner(known.id)
        return any(len(found | {own}) > most for found in owners.values())

    def _is_reachable(self, one: Addressee) -> bool:
        return one.phone is not None or (one.email is not None and self._config.by_email)

    def _timing(self, one: Addressee, now: datetime) -> Timing:
        return self._config.hours.decide(
            now, kind=APOLOGY, lane=LANE, deadline=None, acted_at=None, key=phone_key(one.phone)
        )

    def _row(self, known: LockedDossier, one: Addressee, draft: ApologyDraft, now: datetime) -> NewNotice:
        assert known.due_at is not None  # noqa: S101 - what is prepared has a date
        timing = self._timing(one, now) if self._is_reachable(one) else None
        return NewNotice(
            id=id_for(derive_uuid(_NAMESPACE, f"{known.id} {known.due_at.timestamp():.0f}"), one.role),
            dossier_id=known.id,
            dossier_code=known.code,
            ordinal=known.notices + 1,
            event_key=None,
            kind=APOLOGY,
            state=timing.state if timing else "no_mobile",
            reason=timing.reason if timing else "no_mobile",
            demands_action=True,
            language=self._config.language,
            phone=one.phone,
            content=draft.said.content,
            due_at=timing.due_at if timing else None,
            lane=LANE,
            urgent_until=timing.urgent_until if timing else None,
            role=one.role.value,
            email=one.email,
            follows=known.last_notice,
            follows_detail=known.last_detail,
        )


async def _now(connection: Connection) -> datetime:
    moment: datetime = (await fetch(connection, "SELECT now() AS now"))[0]["now"]
    return moment


def _check_reason(reason: str) -> None:
    if not clean(reason):
        raise ApologyRefused("no_reason")
    if contains_personal_number(reason) or find_phones(reason):
        raise ApologyRefused("personal")
