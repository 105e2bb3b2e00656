"""What the conversation is made of: its services, and the way an update goes."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

from bot import handlers
from bot.chat_middlewares import MIDDLEWARES
from bot.desk import Talk
from bot.dispatcher import Dispatcher
from bot.downloads import Downloads
from bot.fsm import States
from bot.handlers import staff as staff_handlers
from bot.services import ChatConfig, ChatServices
from bot.understanding.model import load as load_model
from channels.base import WebhookRoute
from channels.zalo.routes import build_webhook_route
from channels.zalo_bot.webhook import build_bot_route
from hoso import parts
from hoso.chat_alarm import open_alarm
from hoso.officer_chat import ticket_rules
from hoso.parts import OpenChannels
from hoso.settings import Settings
from hoso.site import Site
from storage.database import Database
from workers.doorbell import Doorbell
from workers.limited_channel import LimitedChannel
from workers.limits import Limits


@dataclass(frozen=True, slots=True)
class OpenChat:
    """A process's conversation."""

    services: ChatServices
    states: States
    talks: Mapping[str, Talk]


def chat_config(settings: Settings) -> ChatConfig:
    """Return the city's rules for conversations."""
    return ChatConfig(
        zone=settings.zone,
        calendar=settings.work_calendar,
        retention=timedelta(days=settings.chat_retention_days),
        short_retention=timedelta(days=settings.chat_short_retention_days),
        staff_silence=timedelta(minutes=settings.chat_staff_silence_minutes),
        messages_per_minute=settings.flood_limit,
        official_domain=settings.official_domain,
        hotline=settings.hotline,
        sensitive_procedures=tuple(settings.sensitive_procedures),
        categories=tuple(settings.broadcast_categories),
        tickets=ticket_rules(settings),
        linking=settings.linking,
    )


@asynccontextmanager
async def open_chat(
    site: Site, database: Database, channels: OpenChannels, limits: Limits, *, account_ids: set[str]
) -> AsyncIterator[OpenChat]:
    """Open what the conversation needs on this loop."""
    settings, cipher = site.settings, site.cipher
    load_model()  # before anybody writes: a file that does not fit this code ends the process here, and loudly
    bell = Doorbell(site.redis_url)
    try:
        lock_seconds = settings.chat_lease_seconds  # a dead process's lock ends with its lease
        async with (
            States(site.redis_url, cipher, clock=parts.monotonic, lock_seconds=lock_seconds) as states,
            open_alarm(site, channels) as alarm,
            Downloads(settings.downloads) as downloads,
        ):
            services = ChatServices(
                database=database,
                cipher=cipher,
                config=chat_config(settings),
                ring=bell.ring_soon,
                alarm=alarm,
                downloads=downloads,
            )
            yield OpenChat(services, states, _talks(settings, channels, limits, account_ids))
    finally:
        await bell.aclose()


def _talks(settings: Settings, channels: OpenChannels, limits: Limits, account_ids: set[str]) -> dict[str, Talk]:
    citizens = Dispatcher(handlers.router, middlewares=MIDDLEWARES)

    def talk(route: WebhookRoute, channel: str, dispatcher: Dispatcher) -> Talk:
        return Talk(route, dispatcher, LimitedChannel(channels[channel], limits).send, channels[channel].features)

    talks = [talk(build_webhook_route(parts.zalo_config(settings), account_ids=account_ids), "zalo_oa", citizens)]
    if settings.zalo_bot is not None and settings.zalo_bot.webhook_secret is not None:
        serves = citizens if settings.zalo_bot_serves == "citizens" else Dispatcher(staff_handlers.router)
        talks.append(talk(build_bot_route(settings.zalo_bot), "zalo_bot", serves))
    return {one.door.platform: one for one in talks}
