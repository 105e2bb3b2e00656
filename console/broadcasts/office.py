"""What the pages about broadcasts need of other rooms: the desk with its rules, and a few facts that forms show.

The desk is `status_bridge.broadcasts.desk.BroadcastDesk`; it is put in where the console is put together.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, Protocol

from aiohttp import web

from storage.audit import Row
from storage.broadcast_report import Hour
from storage.broadcasts import Approval, Broadcast, Draft
from storage.officers import Officer


class Preview(Protocol):
    """A message as one person would get it; nobody is named in full."""

    @property
    def phone(self) -> str:
        """Masked."""

    @property
    def channel(self) -> str | None:
        """Which way it goes first, or went; None: none."""

    @property
    def reason(self) -> str:
        """Why, in a word."""

    @property
    def text(self) -> str:
        """The whole text."""

    @property
    def params(self) -> Mapping[str, str]:
        """The template's parameters, filled."""

    @property
    def sms(self) -> str | None:
        """What a gateway would send."""

    @property
    def link(self) -> str | None:
        """The one link."""

    @property
    def cost_vnd(self) -> int:
        """Without VAT."""


class Progress(Protocol):
    """How far a broadcast has come, as it was counted a second ago."""

    @property
    def state(self) -> str:
        """Where it stands."""

    @property
    def reason(self) -> str | None:
        """Why, in a word."""

    @property
    def rows(self) -> int:
        """People altogether, as far as they are known."""

    @property
    def released(self) -> int:
        """The last one that was let go."""

    @property
    def left(self) -> int:
        """How many have not gone out."""

    @property
    def counts(self) -> Mapping[str, int]:
        """Rows by state."""

    @property
    def channels(self) -> Mapping[str, int]:
        """Rows by channel."""

    @property
    def failures(self) -> Mapping[str, int]:
        """Rows by reason."""

    @property
    def cost_vnd(self) -> int:
        """Without VAT."""

    @property
    def rate_per_second(self) -> float | None:
        """Lately."""

    @property
    def remaining_seconds(self) -> float | None:
        """At that rate."""

    @property
    def waits(self) -> Mapping[str, Any] | None:
        """What all wait for, and until when."""

    @property
    def canary_until(self) -> datetime | None:
        """The end of the watch over the first share."""

    @property
    def at(self) -> datetime | None:
        """When it was counted."""


class Report(Protocol):
    """What became of a broadcast."""

    @property
    def people(self) -> int:
        """Its rows."""

    @property
    def arrived(self) -> int:
        """Taken by a platform, or more."""

    @property
    def failed(self) -> int:
        """Reached by no channel."""

    @property
    def by_state(self) -> Mapping[str, int]:
        """People by state."""

    @property
    def by_channel(self) -> Mapping[str, int]:
        """Arrived ones by channel."""

    @property
    def by_reason(self) -> Mapping[str, int]:
        """Others by reason."""

    @property
    def cost_vnd(self) -> int:
        """Without VAT."""

    @property
    def possible_duplicates(self) -> int:
        """People who may have got it twice."""

    @property
    def opt_outs(self) -> int:
        """People who wanted no more within a week."""

    @property
    def hours(self) -> Sequence[Hour]:
        """What went out by the hour."""


class Outcome(Protocol):
    """What became of one recipient; the phone is masked."""

    @property
    def ordinal(self) -> int:
        """The place in the broadcast."""

    @property
    def phone(self) -> str:
        """Masked."""

    @property
    def state(self) -> str:
        """Where it stands."""

    @property
    def reason(self) -> str | None:
        """Why, in a word."""

    @property
    def channel(self) -> str | None:
        """Which way it goes first, or went; None: none."""

    @property
    def cost_vnd(self) -> int | None:
        """Without VAT."""

    @property
    def possible_duplicate(self) -> bool:
        """It may have arrived twice."""

    @property
    def accepted_at(self) -> datetime | None:
        """A platform took it."""

    @property
    def delivered_at(self) -> datetime | None:
        """It reached the phone."""

    @property
    def read_at(self) -> datetime | None:
        """It was read."""


class Desk(Protocol):
    """The rules: every method says no by `BroadcastRefused` and writes the audit log itself."""

    def at(self, address: str) -> Desk:
        """Return the same desk for a request from a network address, for the audit log."""

    async def create(self, draft: Draft, actor: Officer) -> Broadcast:
        """Write a new draft."""

    async def change(self, number: str, draft: Draft, actor: Officer) -> Broadcast:
        """Give it another content."""

    async def estimate(self, number: str, actor: Officer, *, tell: Callable[[int], None] = ...) -> Broadcast:
        """Count it; up to a minute for a million people."""

    async def preview(self, number: str, actor: Officer, *, limit: int = ...) -> Sequence[Preview]:
        """Return messages with real people's values."""

    async def test_send(self, number: str, phone: str, actor: Officer) -> uuid.UUID:
        """Send it to one phone, for a look."""

    async def submit(self, number: str, actor: Officer) -> Broadcast:
        """Ask for approval."""

    async def decide(
        self,
        number: str,
        actor: Officer,
        decision: Literal["approved", "sent_back"],
        content_hash: bytes | str,
        comment: str | None = ...,
    ) -> Broadcast:
        """Approve what was looked at, or send it back."""

    async def decisions(self, broadcast: Broadcast) -> Sequence[Approval]:
        """Return every decision about it."""

    async def start(self, number: str, actor: Officer, at: datetime | None = ...) -> Broadcast:
        """Let it begin."""

    async def pause(self, number: str, actor: Officer) -> Broadcast:
        """Stop for the time being."""

    async def resume(self, number: str, actor: Officer) -> Broadcast:
        """Go on where it was."""

    async def cancel(self, number: str, actor: Officer) -> Broadcast:
        """Stop for good."""

    async def find(self, number: str, *, units: Sequence[str] | None = ...) -> Broadcast | None:
        """Return a broadcast of one of the units."""

    async def search(
        self, units: Sequence[str] | None, state: str | None = ..., before: int | None = ..., limit: int = ...
    ) -> Sequence[Broadcast]:
        """Return broadcasts, newest first."""

    async def history(self, broadcast: Broadcast, *, limit: int = ...) -> Sequence[Row]:
        """Return what was done with it, newest first."""

    async def status(self, number: str, *, units: Sequence[str] | None = ...) -> Progress:
        """Return how far it has come."""

    async def report(self, number: str, *, units: Sequence[str] | None = ...) -> Report:
        """Count what became of it."""

    async def outcomes(
        self, number: str, after_ordinal: int = ..., limit: int = ..., *, units: Sequence[str] | None = ...
    ) -> Sequence[Outcome]:
        """Return recipients with what became of them."""

    async def outcomes_of_phone(self, number: str, phone: str, actor: Officer) -> Sequence[Outcome]:
        """Return what became of one phone's rows; the look is in the audit log."""


class SmsFigure(NamedTuple):
    """A short message as it will be sent, with values as long as they can be: its most parts, and their price."""

    text: str
    parts: int
    cost_vnd: int


@dataclass(frozen=True, slots=True)
class Facts:
    """What forms tell about limits and money; the rules themselves are the desk's.

    Attributes:
        params: the template's parameters with their most characters.
        placeholders: what a message to people with dossiers may ask for.
        text_chars: characters of the whole text.
        domains: official ones, for the link.
        canary_percent: the share that goes first unless an author says otherwise.
        approval_people: from so many people on somebody else must approve.
        approval_cost_vnd: from this cost on as well.
        sms_parts: parts of a short message at most.
        sms_vnd: price of a part.
        sms_unicode: short messages keep their diacritics.
    """

    params: Mapping[str, int]
    placeholders: Sequence[str]
    text_chars: int
    domains: Sequence[str]
    canary_percent: float
    approval_people: int
    approval_cost_vnd: int
    sms_parts: int
    sms_vnd: int
    sms_unicode: bool


@dataclass(frozen=True, slots=True)
class Office:
    """The desk and what pages ask beside it.

    `needed(broadcast)`: how many people must approve; None: it was not counted. `sms_of(broadcast)`: its short message
    at its longest. `explain(reason, language)`: why a row did not arrive, in words.
    """

    desk: Desk
    facts: Facts
    needed: Callable[[Broadcast], int | None]
    sms_of: Callable[[Broadcast], SmsFigure | None]
    explain: Callable[[str, str], str]


OFFICE = web.AppKey("broadcast_office", Office)
