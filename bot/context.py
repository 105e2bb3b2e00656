"""What handlers are given: one event, who it is from, and the means to answer."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import datetime

from bot.texts import Words
from channels.base import IncomingEvent
from storage.citizens import Citizen
from storage.database import Database

ReplyText = Callable[[str], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Context:
    """One event on its way to a handler. A handler may be run again after a crash: its effects must bear that."""

    event: IncomingEvent
    """What the person sent, or did"""
    citizen: Citizen
    """The person, as stored"""
    database: Database
    """For reading and writing; no transaction may be open while `reply` runs"""
    reply: ReplyText = field(repr=False)
    """Sends text of any length to the person; raises `ChannelError`, which handlers let pass"""
    words: Words = field(repr=False)
    """The texts in the person's language"""
    now: datetime
    """The time to compare dates with"""
