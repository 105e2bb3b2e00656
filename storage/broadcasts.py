"""Broadcasts: what is to be said to whom, who approved it, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final, Literal

from psycopg.types.json import Jsonb
from pydantic import BaseModel, ConfigDict, Field

from storage.audiences import Audience
from storage.database import Connection, Database, fetch
from storage.sql import queries

_Q = queries("broadcasts")

State = Literal[
    "draft",
    "submitted",
    "approved",
    "preparing",
    "canary",
    "sending",
    "paused",
    "halted",
    "done",
    "cancelled",
]
GOING: frozenset[State] = frozenset({"canary", "sending"})
"""States in which a recipient's row may be claimed."""
OPEN: Final[frozenset[State]] = frozenset({"draft", "submitted", "approved"})
"""States in which nothing was sent yet: it may still be changed."""


class BroadcastRefused(Exception):
    """The rules say no. `word` names the reason for people (`console/words/broadcasts.toml`, [refused])."""

    def __init__(self, word: str, **values: Any) -> None:
        super().__init__(word)
        self.word = word
        self.values = values


class Message(BaseModel):
    """What is said, for each channel. `{name}` is a placeholder: a column of the list, or a field of the dossier."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    template_id: str | None = Field(default=None, description="the platform's template; None: the setting's")
    params: Mapping[str, str] = Field(default_factory=dict, description="the template's parameters")
    text: str = Field(description="the whole text: chat and e-mail, at most 2,000 characters")
    sms: str | None = Field(default=None, description="with it, people out of Zalo's reach get an SMS; it costs more")
    link: str | None = Field(default=None, description="https, on an official domain")


class Draft(BaseModel):
    """What an author writes."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str = Field(min_length=1, max_length=120)
    unit: str
    purpose: Literal["information", "advertising"] = "information"
    urgent: bool = False
    category: str | None = None
    message: Message
    audience: Audience
    scheduled_at: datetime | None = None
    canary_percent: float | None = Field(default=None, gt=0, le=100, description="None: the setting's")


class Estimate(BaseModel):
    """What a broadcast would do, counted before it is approved."""

    model_config = ConfigDict(frozen=True)

    counted_at: datetime
    content_hash: str = Field(default="", description="of what was counted, in hex: another content needs another one")
    asked: int = Field(default=0, description="phones of the audience whose owners want messages, reached or not")
    people: int = Field(description="phones that would get a message")
    by_channel: Mapping[str, int] = Field(description="channel's name → people whose first way it is")
    opted_out: int
    no_way: int = Field(description="people whom no channel reaches")
    cost_vnd: int
    seconds: float = Field(description="at the present limits")
    quota_remaining: int | None
    quota_left_for_status: int | None = Field(description="of it, when all has been sent")
    week: Mapping[str, int] = Field(description="messages of the last 7 days → people: 0, 1-2, 3-5, 6+")
    previous: Mapping[str, Any] | None = Field(description="the unit's last one: number, people, cost_vnd, overlap")


@dataclass(frozen=True, slots=True)
class Approval:
    """A decision about exactly the content of this hash."""

    officer: str
    decision: str
    content_hash: bytes
    comment: str | None
    at: datetime


@dataclass(frozen=True, slots=True)
class Broadcast:
    """A broadcast as it stands."""

    id: int
    number: str
    title: str
    unit: str
    author: str
    authors: tuple[str, ...]
    purpose: str
    urgent: bool
    category: str | None
    message: Message
    audience: Audience
    list_id: int | None
    scheduled_at: datetime | None
    canary_percent: float
    state: State
    resumes_as: State | None
    reason: str | None
    content_hash: bytes | None
    estimate: Estimate | None
    progress: Mapping[str, Any]
    rows: int
    released: int
    canary_until: datetime | None
    start_at: datetime | None
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime

    @property
    def draft(self) -> Draft:
        """What its author wrote."""
        return Draft(
            title=self.title,
            unit=self.unit,
            purpose="advertising" if self.purpose == "advertising" else "information",
            urgent=self.urgent,
            category=self.category,
            message=self.message,
            audience=self.audience,
            scheduled_at=self.scheduled_at,
            canary_percent=self.canary_percent,
        )


@dataclass(frozen=True, slots=True)
class List:
    """What a broadcast must know of an uploaded list."""

    id: int
    unit: str
    state: str
    columns: tuple[str, ...]
    good: int
    digest: bytes | None
    expires_at: datetime


async def add(
    connection: Connection, draft: Draft, *, number: str, author: str, canary_percent: float
) -> Broadcast | None:
    """Write a new draft and return it; None: the number is taken."""
    params = _content(draft, canary_percent) | {"number": number, "author": author}
    rows = await fetch(connection, _Q["add"], params)
    return _read(rows[0]) if rows else None


async def find(database: Database, number: str, *, units: Sequence[str] | None = None) -> Broadcast | None:
    """Return a broadcast of one of the units (None: of any)."""
    rows = await database.fetch(_Q["find"], {"number": number, "units": _list(units)})
    return _read(rows[0]) if rows else None


async def lock(connection: Connection, number: str) -> Broadcast | None:
    """Return a broadcast that nobody else changes until the transaction ends."""
    rows = await fetch(connection, _Q["lock"], {"number": number})
    return _read(rows[0]) if rows else None


async def search(
    database: Database,
    *,
    units: Sequence[str] | None,
    state: str | None = None,
    before: int | None = None,
    limit: int = 50,
) -> list[Broadcast]:
    """Return broadcasts, newest first; `before` is the id below which they lie."""
    params = {"units": _list(units), "state": state, "before": before, "limit": limit}
    return [_read(row) for row in await database.fetch(_Q["search"], params)]


async def rewrite(
    connection: Connection, broadcast_id: int, draft: Draft, *, editor: str, canary_percent: float
) -> Broadcast | None:
    """Give it another content, from `draft`, `submitted` or `approved`; it is a draft again, and counts as unseen."""
    params = _content(draft, canary_percent) | {"id": broadcast_id, "editor": editor}
    rows = await fetch(connection, _Q["rewrite"], params)
    return _read(rows[0]) if rows else None


async def note_estimate(connection: Connection, broadcast_id: int, estimate: Estimate) -> Broadcast | None:
    """Keep what was counted of a draft; None: it is none any more."""
    params = {"id": broadcast_id, "estimate": Jsonb(estimate.model_dump(mode="json"))}
    return await _move(connection, "note_estimate", params)


async def submit(connection: Connection, broadcast_id: int, content_hash: bytes, *, approves: bool) -> Broadcast | None:
    """`draft` → `submitted`, or → `approved` at once where nobody else must look at it."""
    params = {"id": broadcast_id, "content_hash": content_hash, "approves": approves}
    return await _move(connection, "submit", params)


async def approve(connection: Connection, broadcast_id: int, content_hash: bytes) -> Broadcast | None:
    """`submitted` → `approved`, of exactly this content."""
    return await _move(connection, "approve", {"id": broadcast_id, "content_hash": content_hash})


async def send_back(connection: Connection, broadcast_id: int, reason: str) -> Broadcast | None:
    """`submitted` or `approved` → `draft`; `reason` is a word."""
    return await _move(connection, "send_back", {"id": broadcast_id, "reason": reason})


async def schedule(connection: Connection, broadcast_id: int, start_at: datetime) -> Broadcast | None:
    """Let an approved one begin by itself at a moment."""
    return await _move(connection, "schedule", {"id": broadcast_id, "start_at": start_at})


async def begin(connection: Connection, broadcast_id: int, content_hash: bytes) -> Broadcast | None:
    """`approved` → `preparing`, of exactly this content."""
    return await _move(connection, "begin", {"id": broadcast_id, "content_hash": content_hash})


async def pause(connection: Connection, broadcast_id: int) -> Broadcast | None:
    """`preparing`, `canary` or `sending` → `paused`."""
    return await _move(connection, "pause", {"id": broadcast_id})


async def resume(connection: Connection, broadcast_id: int) -> Broadcast | None:
    """`paused` or `halted` → where it was."""
    return await _move(connection, "resume", {"id": broadcast_id})


async def cancel(connection: Connection, broadcast_id: int) -> Broadcast | None:
    """Any state but `done` and `cancelled` → `cancelled`."""
    return await _move(connection, "cancel", {"id": broadcast_id})


async def due_to_start(database: Database, *, limit: int = 20) -> list[str]:
    """Return the numbers of those whose moment to begin has come."""
    return [str(row["number"]) for row in await database.fetch(_Q["due_to_start"], {"limit": limit})]


async def previous_of_unit(database: Database, unit: str, *, before: int) -> Broadcast | None:
    """Return the last one of a unit that was started, among those with a lower id."""
    rows = await database.fetch(_Q["previous_of_unit"], {"unit": unit, "before": before})
    return _read(rows[0]) if rows else None


async def find_list(connection: Connection, list_id: int) -> List | None:
    """Return an uploaded list, which stays as it is until the transaction ends."""
    rows = await fetch(connection, _Q["find_list"], {"id": list_id})
    if not rows:
        return None
    row = rows[0]
    digest = None if row["digest"] is None else bytes(row["digest"])
    return List(**row | {"columns": tuple(row["columns"]), "digest": digest})


async def quota_of(database: Database, account_id: str) -> tuple[int | None, int | None]:
    """Return what an account has left of the day's messages, and how many there are; None: the platform did not say."""
    rows = await database.fetch(_Q["quota_of"], {"id": account_id})
    return (rows[0]["quota_remaining"], rows[0]["quota_total"]) if rows else (None, None)


async def _move(connection: Connection, query: str, params: dict[str, Any]) -> Broadcast | None:
    rows = await fetch(connection, _Q[query], params)
    return _read(rows[0]) if rows else None


def _content(draft: Draft, canary_percent: float) -> dict[str, Any]:
    return {
        "title": draft.title,
        "unit": draft.unit,
        "purpose": draft.purpose,
        "urgent": draft.urgent,
        "category": draft.category,
        "message": Jsonb(draft.message.model_dump(mode="json")),
        "audience": Jsonb(draft.audience.model_dump(mode="json")),
        "list_id": draft.audience.list_id,
        "scheduled_at": draft.scheduled_at,
        "canary_percent": draft.canary_percent if draft.canary_percent is not None else canary_percent,
    }


def _list(units: Sequence[str] | None) -> list[str] | None:
    return None if units is None else list(units)


def _read(row: Mapping[str, Any]) -> Broadcast:
    values = {one.name: row[one.name] for one in fields(Broadcast)}
    return Broadcast(
        **values
        | {
            "authors": tuple(row["authors"]),
            "message": Message.model_validate(row["message"]),
            "audience": Audience.model_validate(row["audience"]),
            "content_hash": None if row["content_hash"] is None else bytes(row["content_hash"]),
            "estimate": None if row["estimate"] is None else Estimate.model_validate(row["estimate"]),
        }
    )
