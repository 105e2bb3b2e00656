"""What must hold after any fault: one function over the answers, the tables and what the platform saw.

    assert find_violations(read_evidence(site.postgres_url, answers=…, messages=…)) == []

A fault test adds faults, never rules of its own: what is promised (docs: design 3 and 6; rq-httpx-redis-pitfalls B3)
is promised through every fault alike. The rules look at three independent witnesses: what the client was answered,
what is in PostgreSQL (with every change of a notice's state, kept by a trigger of `watch_states`), and what arrived.
"""

import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import psycopg
from psycopg.rows import class_row

from storage.events import event_key
from storage.notices import tracking_id

TAKEN = frozenset({"accepted", "duplicate", "stale"})
FINAL = frozenset(
    {"accepted", "delivered", "read", "failed", "no_mobile", "superseded", "expired", "suppressed", "cancelled"}
)
"""Where a notice may rest. `in_doubt` is one more, once it is decided (`due_at` is null then)."""
BY_RECEIPT = frozenset({"delivered", "read"})
MAX_COPIES = 2  # docs: rq-httpx-redis-pitfalls B3.3: one resend, never a third send

# docs: design 6. A receipt may be faster than our own record, or come after everything else.
STEPS: Mapping[str, frozenset[str]] = {
    "held": frozenset({"pending", "superseded", "expired", "suppressed", "cancelled"}),
    "pending": frozenset({"sending", "held", "superseded", "expired", "suppressed", "cancelled"}) | BY_RECEIPT,
    "sending": frozenset({"accepted", "pending", "held", "in_doubt", "failed", "no_mobile", "expired", "suppressed"})
    | BY_RECEIPT,
    "in_doubt": frozenset({"pending", "accepted"}) | BY_RECEIPT,
    "accepted": frozenset({"pending", "failed"}) | BY_RECEIPT,
    "delivered": frozenset({"read"}),
    "failed": BY_RECEIPT,
    "superseded": BY_RECEIPT,
}
# An answer that was on its way when the doubt was decided is as good as a receipt. What is accepted goes to another
# channel, or to the officers' list, only while the platform was still to be asked for its receipt.
ONCE_DECIDED: Mapping[str, frozenset[str]] = {"in_doubt": frozenset({"accepted"}) | BY_RECEIPT, "accepted": BY_RECEIPT}


@dataclass(frozen=True)
class EventRow:
    """One row of `dossier_events`."""

    key: uuid.UUID | None
    dossier_code: str
    outcome: str
    notice: str | None
    event_time: datetime | None


@dataclass(frozen=True)
class NoticeRow:
    """One row of `notices`."""

    id: uuid.UUID
    dossier_code: str | None
    ordinal: int | None
    event_key: uuid.UUID | None
    """None, as the two before: a broadcast's, which follows from no event."""
    kind: str
    state: str
    is_decided: bool
    """No moment is set at which something more will be done."""
    sends: int
    demands_action: bool = True


@dataclass(frozen=True)
class Step:
    """One change of a notice's state; `was_decided` tells a doubt for good from one that still waits."""

    notice_id: uuid.UUID
    before: str
    after: str
    was_decided: bool
    at: datetime


@dataclass(frozen=True)
class Doubt:
    """A recorded "nobody knows whether it went out"."""

    notice_id: uuid.UUID
    at: datetime


@dataclass(frozen=True)
class Evidence:
    """Everything there is to know after a fault.

    `answers` maps the id of an event to the outcomes it was answered with, 2xx only; `streamed` are ids whose XADD
    succeeded; `expected` maps a dossier's code to the notices that its events must lead to, in order; `broadcast` are
    the rows that were written without events. `messages` are those of `/_emulator/messages`; `may_forget` says that
    the emulator was killed and lost its last second.
    """

    source: str
    answers: Mapping[str, Sequence[str]]
    streamed: Collection[str] = ()
    expected: Mapping[str, Sequence[str]] = field(default_factory=dict)
    broadcast: Collection[uuid.UUID] = ()
    events: Sequence[EventRow] = ()
    notices: Sequence[NoticeRow] = ()
    steps: Sequence[Step] = ()
    doubts: Sequence[Doubt] = ()
    messages: Sequence[Mapping[str, Any]] = ()
    known_messages: Collection[str] = ()
    """Tracking ids of all notices of the site, those of earlier tests included."""
    may_forget: bool = False


def find_violations(evidence: Evidence) -> list[str]:
    """Return every broken promise in a line of its own; empty is what must come."""
    return [
        *_events_are_accounted_for(evidence),
        *_notices_follow_from_events(evidence),
        *_broadcasts_are_whole(evidence),
        *_everything_is_settled(evidence),
        *_nothing_is_sent_twice(evidence),
        *_order_is_kept(evidence),
        *_states_change_as_drawn(evidence),
        *_nothing_comes_from_nowhere(evidence),
    ]


def _events_are_accounted_for(evidence: Evidence) -> Iterator[str]:
    """Every event that was answered 2xx or is in the stream is in exactly one final state."""
    by_key: dict[uuid.UUID | None, Counter[str]] = defaultdict(Counter)
    for row in evidence.events:
        by_key[row.key][row.outcome] += 1
    for event_id in {*evidence.answers, *evidence.streamed}:
        kept = by_key[event_key(evidence.source, event_id)]
        if kept["accepted"] + kept["stale"] != 1:
            yield f"event {event_id} was taken, but is in the tables as {dict(kept)}"
    for event_id, outcomes in evidence.answers.items():
        if unknown := set(outcomes) - TAKEN:
            yield f"event {event_id} was answered {sorted(unknown)}"
        if outcomes.count("accepted") + outcomes.count("stale") > 1:
            yield f"event {event_id} was answered as new more than once: {list(outcomes)}"


def _notices_follow_from_events(evidence: Evidence) -> Iterator[str]:
    """An event that announces something has exactly one notice, and a dossier exactly the expected ones, in order."""
    made = Counter((notice.event_key, notice.kind) for notice in evidence.notices if notice.event_key is not None)
    announced = Counter((row.key, row.notice) for row in evidence.events if row.notice is not None)
    for what, count in (announced - made).items():
        yield f"event {what[0]} announces '{what[1]}' {count} time(s) more than there are rows"
    for what, count in (made - announced).items():
        yield f"notice '{what[1]}' of event {what[0]} exists {count} time(s) more than it was announced"
    kinds: dict[str, list[str]] = defaultdict(list)
    for notice in sorted(evidence.notices, key=lambda notice: notice.ordinal or 0):
        if notice.dossier_code is not None:
            kinds[notice.dossier_code].append(notice.kind)
    for code, expected in evidence.expected.items():
        if kinds[code] != list(expected):
            yield f"dossier {code} has the notices {kinds[code]}, expected {list(expected)}"


def _broadcasts_are_whole(evidence: Evidence) -> Iterator[str]:
    """Each row that was written is there, once, and no other row without an event is."""
    written = Counter(evidence.broadcast)
    found = Counter(notice.id for notice in evidence.notices if notice.event_key is None)
    for notice in written - found:
        yield f"row {notice} of a broadcast is gone"
    for notice in found - written:
        yield f"row {notice} follows from no event and was not written as a broadcast's"


def _everything_is_settled(evidence: Evidence) -> Iterator[str]:
    """Each notice rests in a final state; who is told has a message, who is not told has a reason to be seen."""
    arrived = {message["tracking_id"] for message in evidence.messages}
    for notice in evidence.notices:
        if notice.state not in FINAL and not (notice.state == "in_doubt" and notice.is_decided):
            yield f"{_name(notice)} is still {notice.state}"
        is_told = notice.state in ("accepted", "delivered", "read")
        if is_told and tracking_id(notice.id) not in arrived and not evidence.may_forget:
            yield f"{_name(notice)} is {notice.state}, but no message arrived"


def _nothing_is_sent_twice(evidence: Evidence) -> Iterator[str]:
    """One message per notice; two only where it demands action and a doubt was recorded before the second arrived."""
    arrivals: dict[str, list[datetime]] = defaultdict(list)
    for message in evidence.messages:
        arrivals[message["tracking_id"]].append(_arrived_at(message))
    doubts: dict[uuid.UUID, list[datetime]] = defaultdict(list)
    for doubt in evidence.doubts:
        doubts[doubt.notice_id].append(doubt.at)
    for notice in evidence.notices:
        at = sorted(arrivals[tracking_id(notice.id)])
        if len(at) > MAX_COPIES:
            yield f"{_name(notice)} arrived {len(at)} times"
        if len(at) > 1 and not notice.demands_action:
            yield f"{_name(notice)} arrived {len(at)} times, and nobody has to act on it"
        if len(at) > 1 and not any(doubt < at[1] for doubt in doubts[notice.id]):
            yield f"{_name(notice)} arrived a second time at {at[1]:%H:%M:%S.%f}; doubts: {doubts[notice.id]}"
        if notice.sends > MAX_COPIES:
            yield f"{_name(notice)} counts {notice.sends} sends"


def _order_is_kept(evidence: Evidence) -> Iterator[str]:
    """A dossier's messages arrive in the order of the source's time, repeats included.

    One in doubt is overtaken on purpose: its only send may still be on its way when the next one leaves.
    """
    times = {row.key: row.event_time for row in evidence.events if row.outcome != "duplicate"}
    notices = {tracking_id(notice.id): notice for notice in evidence.notices}
    first_doubts: dict[uuid.UUID, datetime] = {}
    for doubt in evidence.doubts:
        first_doubts[doubt.notice_id] = min(doubt.at, first_doubts.get(doubt.notice_id, doubt.at))
    latest: dict[str, tuple[datetime, NoticeRow, datetime]] = {}
    has_arrived: set[uuid.UUID] = set()
    for message in sorted(evidence.messages, key=lambda message: (_arrived_at(message), message["seq"])):
        notice = notices.get(message["tracking_id"])
        time = times.get(notice.event_key) if notice else None
        if notice is None or time is None or notice.dossier_code is None:
            continue  # another rule's finding, or a broadcast
        is_first = notice.id not in has_arrived
        has_arrived.add(notice.id)
        before = latest.get(notice.dossier_code)
        if before is None or time >= before[0]:
            latest[notice.dossier_code] = time, notice, _arrived_at(message)
        elif not (is_first and notice.id in first_doubts and first_doubts[notice.id] < before[2]):
            yield f"{_name(notice)} arrived after {_name(before[1])}, which is newer, at {message['at']}"


def _states_change_as_drawn(evidence: Evidence) -> Iterator[str]:
    """Every change is one of the drawn ones; what is final moves by a receipt alone."""
    for step in evidence.steps:
        allowed = STEPS.get(step.before, frozenset())
        if step.was_decided:
            allowed = ONCE_DECIDED.get(step.before, allowed)
        if step.after not in allowed:
            decided = " (decided)" if step.was_decided and step.before in ONCE_DECIDED else ""
            yield f"notice {step.notice_id} went from {step.before}{decided} to {step.after} at {step.at:%H:%M:%S.%f}"


def _nothing_comes_from_nowhere(evidence: Evidence) -> Iterator[str]:
    """Nothing reached a phone that has no row."""
    for message in evidence.messages:
        if message["tracking_id"] not in evidence.known_messages:
            yield f"message {message['seq']} with tracking id {message['tracking_id']} belongs to no notice"


def _name(notice: NoticeRow) -> str:
    return f"notice {notice.id} ('{notice.kind}' of {notice.dossier_code}, {notice.state}, {notice.sends} sends)"


def _arrived_at(message: Mapping[str, Any]) -> datetime:
    return datetime.fromisoformat(message["at"])


# -- out of the database

_WATCH = """
CREATE TABLE fault_steps (
    notice_id uuid NOT NULL, before text NOT NULL, after text NOT NULL, was_decided boolean NOT NULL,
    at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION keep_step() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO fault_steps (notice_id, before, after, was_decided)
    VALUES (OLD.id, OLD.state, NEW.state, OLD.due_at IS NULL);
    RETURN NULL;
END $$;
CREATE TRIGGER keep_step AFTER UPDATE ON notices FOR EACH ROW
    WHEN (OLD.state IS DISTINCT FROM NEW.state) EXECUTE FUNCTION keep_step();
"""


def watch_states(postgres_url: str) -> None:
    """Keep every change of a notice's state from now on, in the transaction that makes it."""
    with psycopg.connect(postgres_url) as connection:
        connection.execute(_WATCH)


def read_evidence(
    postgres_url: str,
    *,
    source: str,
    answers: Mapping[str, Sequence[str]],
    streamed: Collection[str],
    expected: Mapping[str, Sequence[str]],
    messages: Sequence[Mapping[str, Any]],
    may_forget: bool,
    broadcast: Collection[uuid.UUID] = (),
) -> Evidence:
    """Put the evidence about some dossiers and a broadcast together; read the messages before calling this.

    `messages` are all of the site's; those of other dossiers are only looked at for whether they have a row.
    """
    codes = {"codes": list(expected), "rows": list(broadcast)}
    with psycopg.connect(postgres_url) as connection:
        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ  # one moment for all that is read
        notices = _rows(
            connection,
            NoticeRow,
            """SELECT id, dossier_code, ordinal, event_key, kind, state, due_at IS NULL AS is_decided, sends,
                      demands_action
               FROM notices WHERE dossier_code = ANY(%(codes)s) OR id = ANY(%(rows)s)""",
            codes,
        )
        ids = {"ids": [notice.id for notice in notices]}
        ours = {tracking_id(notice.id) for notice in notices}
        known = {tracking_id(row[0]) for row in connection.execute("SELECT id FROM notices")}
        return Evidence(
            source=source,
            answers=answers,
            streamed=streamed,
            expected=expected,
            broadcast=broadcast,
            events=_rows(
                connection,
                EventRow,
                """SELECT key, dossier_code, outcome, notice, event_time FROM dossier_events
                   WHERE dossier_code = ANY(%(codes)s)""",
                codes,
            ),
            notices=notices,
            steps=_rows(connection, Step, "SELECT * FROM fault_steps WHERE notice_id = ANY(%(ids)s)", ids),
            doubts=_rows(
                connection,
                Doubt,
                "SELECT notice_id, at FROM attempts WHERE notice_id = ANY(%(ids)s) AND outcome = 'in_doubt'",
                ids,
            ),
            messages=[m for m in messages if m["tracking_id"] in ours or m["tracking_id"] not in known],
            known_messages=known,
            may_forget=may_forget,
        )


def _rows(connection: psycopg.Connection[Any], kind: type[Any], statement: str, values: Mapping[str, Any]) -> list[Any]:
    with connection.cursor(row_factory=class_row(kind)) as cursor:
        return cursor.execute(statement.encode(), values).fetchall()
