"""Notices: one row per message to one person, and every change of its state as one statement.

A change names the states that it may come from (`queries/notices.sql`); zero rows changed means somebody was first.
"""

import hashlib
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, time
from typing import Any

from pydantic_core import to_json

from storage import audit
from storage.audit import Entry
from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.errors import UndecipherableValue
from storage.identity import derive_uuid
from storage.sql import queries
from storage.wire import Value, copy_line

_Q = queries("notices")
RECIPIENT_COLUMN = "notices.recipient"
CONTENT_COLUMN = "notices.content"
NOTICE_EMAIL_COLUMN = "notices.email"


def notice_id(event_key: uuid.UUID, recipient: str = "owner") -> uuid.UUID:
    """Return the id of the notice that an event leads to: deterministic, so a repeat cannot make a second one."""
    return derive_uuid(event_key, recipient)


def tracking_id(notice: uuid.UUID) -> str:
    """Return the platform reference of a notice, the same on every attempt (34 of the 48 characters Zalo allows)."""
    return f"n-{notice.hex}"


def notice_of_tracking_id(reference: str | None) -> uuid.UUID | None:
    """Return the notice behind a platform reference, or None when it is not one of ours."""
    if reference is None or not reference.startswith("n-"):
        return None
    try:
        return uuid.UUID(hex=reference[2:])
    except ValueError:
        return None


@dataclass(slots=True)
class NewNotice:
    """A notice to write; not to be changed (see `ClaimedNotice`).

    `content` is what is said: `{"text": …, "params": {…}}`; it is encrypted on the way in.
    """

    id: uuid.UUID
    dossier_id: int | None
    dossier_code: str | None
    ordinal: int | None
    event_key: uuid.UUID | None
    kind: str
    state: str
    reason: str | None
    demands_action: bool
    language: str
    phone: str | None
    content: Mapping[str, Any]
    due_at: datetime | None
    lane: str = "status"
    urgent_until: datetime | None = None
    role: str = "applicant"
    """Which of the dossier's people it is for; each has an order of their own."""
    email: str | None = None
    follows: str | None = None
    """The stage told before, and the fingerprint of its demands: what holds again should this one never be said."""
    follows_detail: bytes | None = None
    replaces: int = 0
    """How many earlier notices of the dossier it is sent instead of."""
    broadcast_id: int | None = None
    """The broadcast in which `ordinal` is its place."""

    def saying(self, content: Mapping[str, Any]) -> "NewNotice":
        """Return the same notice with these words; by hand, since `dataclasses.replace` costs ten times as much."""
        return NewNotice(
            self.id,
            self.dossier_id,
            self.dossier_code,
            self.ordinal,
            self.event_key,
            self.kind,
            self.state,
            self.reason,
            self.demands_action,
            self.language,
            self.phone,
            content,
            self.due_at,
            self.lane,
            self.urgent_until,
            self.role,
            self.email,
            self.follows,
            self.follows_detail,
            self.replaces,
            self.broadcast_id,
        )


@dataclass(frozen=True, slots=True)
class RecipientFacts:
    """What is known of a recipient at the moment of sending; the empty one knows nothing but the address."""

    user_id: str | None = None
    """Zalo's id of the person who proved control of the phone and has not left."""
    last_interaction_at: datetime | None = None
    """When that person last opened the window for consultation messages (docs: zalo 4.7)."""
    opted_out: bool = False
    """No more messages of ours on Zalo."""
    closed_channels: Mapping[str, str] = field(default_factory=dict)
    """Channel → `refused` or `unreachable`: what the platform said of this recipient not long ago."""
    quiet: tuple[time, time] | None = None
    """The recipient's own local hours without messages, from and to; over midnight the first is later."""
    muted: frozenset[int] = frozenset()
    """Dossiers about which the recipient wants nothing on Zalo."""


@dataclass(slots=True)
class ClaimedNotice:
    """A notice whose intent to send is committed; `token` must be carried by the outcome.

    Nobody changes one; to forbid it would cost each notice several times what making it does.
    """

    id: uuid.UUID
    created_at: datetime
    token: uuid.UUID
    dossier_code: str | None
    kind: str
    language: str
    demands_action: bool
    sends: int
    tries: int
    phone: str | None
    content: Mapping[str, Any]
    route: Sequence[Mapping[str, Any]]
    is_readable: bool = True
    """False when no configured key opens it, or it was erased: phone None, content empty; no neighbour is harmed."""
    due_at: datetime | None = None
    """When this attempt was due."""
    urgent_until: datetime | None = None
    """Until then no quiet hour holds it."""
    dossier_id: int | None = None
    lane: str = "status"
    role: str = "applicant"
    email: str | None = None
    recipient_hash: bytes | None = None
    replaces: int = 0
    crashes: int = 0
    known: RecipientFacts = RecipientFacts()


@dataclass(slots=True)
class Outcome:
    """How one attempt ended; as `ClaimedNotice`, not to be changed.

    `state` is where the notice goes if it is still ours; `due_in_seconds` counts from the database's now (None: no
    further date); `not_sent` takes the send back; `outcome` and `code` go to the attempts; `step` to the route.
    """

    id: uuid.UUID
    created_at: datetime
    token: uuid.UUID
    state: str
    outcome: str
    tries: int
    reason: str | None = None
    due_in_seconds: float | None = None
    not_sent: bool = False
    channel: str | None = None
    code: str | None = None
    latency_ms: int | None = None
    message_id: str | None = None
    cost_vnd: int | None = None
    step: Mapping[str, Any] | None = None


_OUTCOME_COLUMNS = tuple(column.name for column in fields(Outcome))


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the platform reported of a notice: delivered, or read, perhaps with a rating of 1 to 5."""

    id: uuid.UUID
    read: bool = False
    rating: int | None = None
    platform: str | None = None
    """With what the names of its channels begin: a notice that went on to another one may still arrive on the first."""
    message_id: str | None = None
    """The platform's id of the message that arrived."""


@dataclass(frozen=True, slots=True)
class NoticeView:
    """A notice as operators and the one-stop system may see it: no personal data."""

    id: uuid.UUID
    created_at: datetime
    dossier_code: str | None
    ordinal: int | None
    kind: str
    lane: str
    state: str
    reason: str | None
    channel: str | None
    language: str
    sends: int
    tries: int
    possible_duplicate: bool
    due_at: datetime | None
    accepted_at: datetime | None
    delivered_at: datetime | None
    read_at: datetime | None
    updated_at: datetime
    event_key: uuid.UUID | None
    platform_message_id: str | None
    cost_vnd: int | None
    rating: int | None
    route: Sequence[Mapping[str, Any]]
    content_hash: bytes
    role: str


@dataclass(frozen=True, slots=True)
class Attempt:
    """One attempt, doubt or receipt of a notice."""

    at: datetime
    send: int
    channel: str | None
    outcome: str
    code: str | None
    latency_ms: int | None


_serialise = json.JSONEncoder(ensure_ascii=False, sort_keys=True).encode


async def insert(connection: Connection, notices: Iterable[NewNotice], cipher: Cipher) -> None:
    """Write new notices in the caller's transaction."""
    lines = [copy_line(_columns(notice, cipher)) for notice in notices]
    async with connection.cursor() as cursor, cursor.copy(_Q["insert"]) as copy:
        await copy.write("".join(lines))


def _columns(notice: NewNotice, cipher: Cipher) -> tuple[Value, ...]:
    """Return what `insert` writes, in its order."""
    content = _serialise(notice.content)
    return (
        notice.id,
        notice.dossier_id,
        notice.dossier_code,
        notice.ordinal,
        notice.event_key,
        notice.kind,
        notice.lane,
        notice.state,
        notice.reason,
        notice.demands_action,
        notice.language,
        cipher.encrypt_optional(notice.phone, RECIPIENT_COLUMN),
        cipher.lookup_hash(notice.phone) if notice.phone else None,
        cipher.encrypt(content, CONTENT_COLUMN),
        hashlib.sha256(content.encode()).digest(),
        notice.due_at,
        notice.urgent_until,
        notice.role,
        cipher.encrypt_optional(notice.email, NOTICE_EMAIL_COLUMN),
        notice.follows,
        notice.follows_detail,
        notice.replaces,
        notice.broadcast_id,
    )


def read_claimed(row: Mapping[str, Any], cipher: Cipher) -> ClaimedNotice:
    """Return a claimed row as what it says; `row` has the columns of `claim_due`."""
    values = dict(row)
    recipient, content, address = values.pop("recipient_enc"), values.pop("content_enc"), values.pop("email_enc")
    try:
        phone = cipher.decrypt_optional(recipient, RECIPIENT_COLUMN)
        email = cipher.decrypt_optional(address, NOTICE_EMAIL_COLUMN)
        said = json.loads(cipher.decrypt_optional(content, CONTENT_COLUMN) or "null")
    except UndecipherableValue:
        said = None
    if said is None:  # or it was erased
        # The claim is committed by now: raising would leave the whole batch to its leases, and so in doubt.
        return ClaimedNotice(**values, phone=None, content={}, is_readable=False)
    return ClaimedNotice(**values, phone=phone, email=email, content=said)


async def claim_due(
    database: Database, cipher: Cipher, *, lane: str, limit: int, lease_seconds: float, suspects: bool = False
) -> list[ClaimedNotice]:
    """Claim up to `limit` due notices of `lane`: the intent to send each is committed when this returns.

    Claim only as many as are sent at once: what is claimed when a worker dies becomes in doubt. `suspects` are those
    with which a worker died before; claim them one at a time and beside nothing else: it may have been their fault.
    """
    params = {"lane": lane, "limit": limit, "lease_seconds": lease_seconds, "suspects": suspects}
    rows = await database.fetch_by_keys(_Q["claim_due"], params)
    return [read_claimed(row, cipher) for row in rows]


async def record_outcomes(database: Database, outcomes: Sequence[Outcome]) -> set[uuid.UUID]:
    """Record how attempts ended and return the notices that were still ours; the others keep their state."""
    if not outcomes:
        return set()
    params = {"outcomes": _as_rows(outcomes)}
    ours: set[uuid.UUID] = {row["id"] for row in await database.fetch_by_keys(_Q["record_outcomes"], params)}
    unsent = [one for one in outcomes if one.id not in ours and one.not_sent and one.state == "pending"]
    return ours | await _put_back_unsent(database, unsent) if unsent else ours


async def _put_back_unsent(database: Database, unsent: Sequence[Outcome]) -> set[uuid.UUID]:
    """End doubts by the late word that nothing left; return those that nothing newer has overtaken."""
    async with database.transaction() as connection:
        await lock_to_bring_back(connection, [one.id for one in unsent])
        rows = await fetch(connection, _Q["put_back_unsent"], {"outcomes": _as_rows(unsent)})
    return {row["id"] for row in rows}


def _as_rows(outcomes: Sequence[Outcome]) -> str:
    """Return one JSON text: an array a column would cost this process several times as much."""
    rows = [{name: getattr(outcome, name) for name in _OUTCOME_COLUMNS} for outcome in outcomes]
    return to_json(rows, fallback=str).decode()


async def lock_to_bring_back(connection: Connection, wanted: Sequence[uuid.UUID]) -> None:
    """Lock notices that may come back to pending, before the statement that asks for newer ones of their dossiers.

    A claim that overtakes one of them is over by then and can be seen, or leaves the newer one alone.
    """
    if wanted:
        await execute(connection, _Q["lock_to_bring_back"], {"ids": list(wanted)})


async def expire_leases(database: Database, *, wait_seconds: float) -> int:
    """Put notices whose lease ran out in doubt for `wait_seconds`; return how many."""
    return len(await database.fetch(_Q["expire_leases"], {"wait_seconds": wait_seconds}))


async def settle_doubts(database: Database, *, max_sends: int = 2) -> list[tuple[str, bool]]:
    """Decide doubts whose wait is over; return for each its lane and whether it is sent once more."""
    rows = await database.fetch(_Q["settle_doubts"], {"max_sends": max_sends})
    return [(row["lane"], row["again"]) for row in rows]


async def due_lanes(database: Database) -> dict[str, tuple[int, float]]:
    """Return the lanes with due notices: how many, and how many seconds the oldest has waited."""
    return {row["lane"]: (row["notices"], row["oldest_seconds"]) for row in await database.fetch(_Q["due_lanes"])}


async def apply_receipts(database: Database, receipts: Sequence[Receipt]) -> set[uuid.UUID]:
    """Move notices on by receipts, in any order and any number; return those that moved.

    A channel on which something arrived counts as open again.
    """
    if not receipts:
        return set()
    params = {column.name: [getattr(receipt, column.name) for receipt in receipts] for column in fields(Receipt)}
    return {row["notice_id"] for row in await database.fetch(_Q["apply_receipts"], params)}


async def ids_of_messages(database: Database, message_ids: Sequence[str]) -> dict[str, uuid.UUID]:
    """Return the notices behind the platform's message ids, also of messages that were given up for another channel."""
    rows = await database.fetch(_Q["ids_of_messages"], {"message_ids": list(message_ids)})
    return {row["platform_message_id"]: row["id"] for row in rows}


async def of_dossier(database: Database, dossier_id: int) -> list[NoticeView]:
    """Return what was sent about a dossier, oldest first."""
    return [NoticeView(**row) for row in await database.fetch(_Q["of_dossier"], {"dossier_id": dossier_id})]


async def search(
    database: Database, *, state: str | None = None, code: str | None = None, limit: int = 100
) -> list[NoticeView]:
    """Return notices by state and dossier code, newest first."""
    return [
        NoticeView(**row) for row in await database.fetch(_Q["search"], {"state": state, "code": code, "limit": limit})
    ]


async def get(database: Database, notice: uuid.UUID) -> NoticeView | None:
    """Return one notice."""
    rows = await database.fetch(_Q["get"], {"id": notice})
    return NoticeView(**rows[0]) if rows else None


async def attempts_of(database: Database, notice: uuid.UUID) -> list[Attempt]:
    """Return every attempt, doubt and receipt of a notice, oldest first."""
    return [Attempt(**row) for row in await database.fetch(_Q["attempts_of"], {"id": notice})]


async def retry(database: Database, notice: uuid.UUID, *, entry: Entry | None = None) -> str | None:
    """Hand a failed or finally doubtful notice to delivery again; return its lane, or None when it is neither.

    `entry` goes to the audit log with it, if it is.
    """
    async with database.transaction() as connection:
        await lock_to_bring_back(connection, [notice])
        rows = await fetch(connection, _Q["retry"], {"id": notice})
        if rows and entry is not None:
            await audit.write(connection, entry)
    return rows[0]["lane"] if rows else None


async def count_states(database: Database) -> dict[str, int]:
    """Return how many notices are not at rest, by state."""
    return {row["state"]: row["notices"] for row in await database.fetch(_Q["count_states"])}
