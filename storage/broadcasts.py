"""Broadcasts: what is to be said to whom, who approved it, and how far it has come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from storage.audiences import Audience

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
    created_at: datetime
    submitted_at: datetime | None
    approved_at: datetime | None
    started_at: datetime | None
    ended_at: datetime | None
    updated_at: datetime
