"""Hand-overs and tickets in the worker: officers' words go out, chats that fell asleep end, old tickets are dropped."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from bot.texts.person import in_all_languages
from bot.ticket_rules import TicketRules
from channels.base import Channel
from hoso.settings import Settings
from storage import handovers, tickets
from storage.chat_window import WINDOW, WindowRules
from storage.crypto import Cipher
from storage.database import Database
from storage.handovers import Ending
from workers.gate import Gate
from workers.limited_channel import LimitedChannel
from workers.officer_chat import OfficerChat, Send
from workers.sweeper import Duty

CHANNELS = {"zalo": "zalo_oa", "zalo_bot": "zalo_bot"}
"""By the citizens' platform, the channel that reaches them in their chat."""
IDLE_LOOK_SECONDS = 15.0
RETENTION_SECONDS = 3600.0


def window_rules(settings: Settings) -> WindowRules:
    """Return what officers may say when."""
    return WindowRules(quota=settings.officer_answers, pays=settings.officer_paid_answers)


def ticket_rules(settings: Settings) -> TicketRules:
    """Return what citizens are promised."""
    return TicketRules(
        max_photos=settings.feedback_photos,
        officer_calendar=settings.officer_calendar,
        minutes_a_chat=settings.officer_minutes,
        officers=settings.officers_at_once,
        window=window_rules(settings),
        asks_address=settings.postal_asks_address,
    )


def officer_chores(
    database: Database, cipher: Cipher, channels: Mapping[str, Channel], gate: Gate
) -> list[Callable[[], Coroutine[Any, Any, None]]]:
    """Return the chore that sends officers' words."""
    sends: dict[str, Send] = {
        platform: LimitedChannel(channels[name], gate).send for platform, name in CHANNELS.items() if name in channels
    }
    return [OfficerChat(database, cipher, sends).run]


def officer_duties(settings: Settings, database: Database, cipher: Cipher) -> list[Duty]:
    """Return what ends by itself."""

    async def end_idle() -> None:
        await end_idle_handovers(settings, database, cipher)

    async def forget() -> None:
        await tickets.drop_forgotten_photos(database)
        await tickets.forget_closed(database, days=settings.ticket_retention_days)

    look = min(IDLE_LOOK_SECONDS, settings.officer_idle_minutes * 60 / 4)
    return [Duty("idle_handovers", look, end_idle), Duty("ticket_retention", RETENTION_SECONDS, forget)]


async def end_idle_handovers(settings: Settings, database: Database, cipher: Cipher) -> int:
    """End the hand-overs in which nobody has said anything for too long, and say so; return how many."""
    found = await handovers.idle(
        database, idle_seconds=settings.officer_idle_minutes * 60, waiting_seconds=WINDOW.total_seconds()
    )
    for ticket_id, was_claimed in found:
        # Who waited for a week cannot be written to any more.
        words = in_all_languages("idle") if was_claimed else None
        await handovers.close(database, cipher, ticket_id, ending=Ending.IDLE, announcement=words)
    return len(found)
