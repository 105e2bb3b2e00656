"""What these pages need of other rooms; `hoso/console.py` fills it in."""

from __future__ import annotations

from datetime import date, datetime
from typing import Protocol

from aiohttp import web

from dossiers.calendar import WorkCalendar
from storage.apologies import ApologyDraft
from storage.database import Connection


class Told(Protocol):
    """Why a notice is where it is, and what to do (empty: nothing)."""

    @property
    def why(self) -> str:
        """In a sentence."""
        ...

    @property
    def to_do(self) -> str:
        """In a sentence."""
        ...


class Explainer(Protocol):
    """Puts reasons and platforms' codes into words; `language` is vi or en."""

    def reason(self, state: str, reason: str | None, *, is_final_doubt: bool, language: str) -> Told | None:
        """Return why a notice is where it is; None: nothing is to be said."""
        ...

    def code(self, channel: str | None, code: str | None, language: str) -> str | None:
        """Return what a code means; None: nobody knows."""
        ...


class Apologiser(Protocol):
    """Prepares apologies for late dossiers and hands confirmed ones to delivery (`status_bridge/apologies.py`)."""

    @property
    def calendar(self) -> WorkCalendar:
        """The days on which offices work."""
        ...

    @property
    def max_redatings(self) -> int:
        """How often a dossier may get a new date; 0: any number."""
        ...

    def propose_day(self, due_at: datetime, unit: str | None, now: datetime) -> date:
        """Return the day that is proposed."""
        ...

    def usual_reason(self) -> str:
        """Return the reason that is proposed."""
        ...

    async def draft(
        self, connection: Connection, code: str, *, seen_due_at: datetime, new_day: date, reason: str
    ) -> ApologyDraft:
        """Return the apology as it would go out now; raises `ApologyRefused`."""
        ...

    async def confirm(
        self, connection: Connection, code: str, *, seen_due_at: datetime, new_day: date, reason: str, officer: str
    ) -> tuple[ApologyDraft, str | None]:
        """Write it in the caller's transaction; return it with the lane to ring. Raises `ApologyRefused`."""
        ...


EXPLAINER = web.AppKey("explainer", Explainer)
APOLOGISER = web.AppKey("apologiser", Apologiser)
