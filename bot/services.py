"""What handlers may use: one value made by the process, and handed to every handler in its context."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field

from bot.downloads import Downloads
from bot.linking.config import LinkingConfig
from bot.seldom import Seldom
from bot.ticket_rules import TicketRules
from dossiers.calendar import WorkCalendar
from storage.crypto import Cipher
from storage.database import Database

GROUP_SECONDS = 3600.0


def _nobody_hears(_text: str) -> None:
    """Stand in for the staff's bell where there is none."""


class ChatConfig(BaseModel):
    """The city's rules for conversations; durations are `timedelta`, times local."""

    model_config = ConfigDict(frozen=True, arbitrary_types_allowed=True)

    zone: ZoneInfo = ZoneInfo("Asia/Ho_Chi_Minh")
    calendar: WorkCalendar = Field(default_factory=WorkCalendar, description="working days, holidays, office hours")
    retention: timedelta = Field(
        timedelta(days=90), description="how long the transcript is kept (6.x of the law's table)"
    )
    short_retention: timedelta = Field(
        timedelta(days=7), description="the same for people who did not agree to a longer memory (docs: 6.3)"
    )
    staff_silence: timedelta = Field(
        timedelta(minutes=30), description="how long the assistant is quiet after staff wrote by the platform's tool"
    )
    messages_per_minute: int = Field(0, description="of one person, before they are asked to wait; 0: no limit")
    official_domain: str = Field("dichvucong.gov.vn", description="the only domain that buttons may lead to")
    linking: LinkingConfig = Field(default_factory=LinkingConfig, description="limits of linking")
    tickets: TicketRules = Field(default_factory=TicketRules, description="promises, hand-overs, results by post")
    categories: tuple[str, ...] = Field((), description="of announcements that people may ask for")
    hotline: str = Field("1022", description="the number that people may call")
    sensitive_procedures: tuple[str, ...] = Field(
        (), description="base codes of procedures that are never named, beside those known by their words"
    )


@dataclass(frozen=True, slots=True)
class ChatServices:
    """The means of a process; one for all conversations."""

    database: Database
    cipher: Cipher
    config: ChatConfig
    ring: Callable[[str], None]
    """Tells the workers that there is something to send in a lane (`urgent`); never raises."""
    alarm: Callable[[str], None] = _nobody_hears
    """Calls a person by one line without personal data; never waits, never raises. The log has it all the same."""
    groups: Seldom = field(default_factory=lambda: Seldom(GROUP_SECONDS))
    """When a group was told last: an account hears everything that is said there."""
    downloads: Downloads = field(default_factory=Downloads)
    """Fetches the pictures that people send, guarded."""
