"""The city's rules for tickets and hand-overs: what is promised, when officers are there, what may be sent along."""

from __future__ import annotations

from datetime import datetime
from math import ceil

from pydantic import BaseModel, ConfigDict, Field

from dossiers.calendar import WorkCalendar
from storage.chat_window import WindowRules

HOURS_A_DAY = 8
"""Of a working day. docs: public-services 7."""
ROUND_MINUTES = 5
"""A promise to the minute would be a guess."""


class TicketRules(BaseModel):
    """What citizens are promised; days are working days (docs: public-services 6.2)."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    refuse_days: int = Field(2, description="feedback that is not ours is refused within so many")
    supplement_days: int = Field(5, description="more about it is asked for within so many")
    resolve_days: int = Field(15, description="it is resolved within so many")
    max_photos: int = Field(5, description="pictures with one ticket")
    max_photo_bytes: int = Field(2 << 20, description="of one picture")
    officer_calendar: WorkCalendar = Field(default_factory=WorkCalendar, description="when officers chat")
    minutes_a_chat: float = Field(10, gt=0, description="until enough hand-overs were measured")
    officers: int = Field(1, ge=1, description="who chat at the same time")
    window: WindowRules = WindowRules()
    asks_address: bool = Field(False, description="a wish for the result by post needs the address")

    def due_after(self, start: datetime, days: int) -> datetime:
        """Return when so many working days are over, counted from a local moment."""
        return self.officer_calendar.add_working_hours(start, days * HOURS_A_DAY)

    def opens_at(self, now: datetime) -> datetime:
        """Return when officers are there: the local moment itself in office hours, else when these begin."""
        return self.officer_calendar.add_working_hours(now, 0)

    def minutes_until(self, place: int, measured: float | None) -> int:
        """Return how many minutes of office hours somebody at this place of the queue will wait, rounded up."""
        minutes = place * (measured or self.minutes_a_chat) / self.officers
        return max(ROUND_MINUTES, ceil(minutes / ROUND_MINUTES) * ROUND_MINUTES)

    def promise(self, now: datetime, place: int, measured: float | None) -> datetime:
        """Return the local moment by which an officer answers somebody at this place of the queue."""
        return self.officer_calendar.add_working_hours(now, self.minutes_until(place, measured) / 60)
