"""What the process kinds are made of, put together from settings: the channels, the intake, the accounts."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass

from channels.base import Channel
from channels.http import HttpClient, HttpConfig
from channels.registry import ChannelParts, ZaloParts, build_channels
from channels.sms.esms import EsmsChannel
from channels.sms.shape import Shaper
from channels.zalo.auth import TokenKeeper
from channels.zalo.config import ZaloConfig
from channels.zalo.kit import ZaloKit
from dossiers.text import sms_parts, to_gsm7
from hoso.day_keeper import DayKeeper
from hoso.moments import utc_now
from hoso.settings import Settings
from hoso.site import Site
from hoso.text_keeper import TextKeeper
from status_bridge.composition import Composer, CompositionConfig
from status_bridge.dossier_batch import IntakeConfig
from status_bridge.intake import Intake
from status_bridge.notices import NoticePolicy
from storage.accounts import AccountStore
from storage.crypto import Cipher
from storage.database import Database

# docs: zalo 2.4: 25 hours. How much of it a pair from the settings has left is unknown, so it counts as nearly over.
SEEDED_TOKEN_SECONDS = 4 * 3600
# With the 25 s that a call may take, well inside the worker's deadline for one send.
TOKEN_WAIT_SECONDS = 10.0


sleep = asyncio.sleep
monotonic = time.monotonic


def zalo_config(settings: Settings) -> ZaloConfig:
    """Return what the Zalo adapters must be told."""
    return ZaloConfig(
        app_id=settings.app_id,
        app_secret=settings.app_secret,
        oa_secret_keys=settings.oa_secret_keys,
        oauth_base=settings.oauth_base,
        oa_base=settings.oa_base,
        template_base=settings.template_base,
        send_appsecret_proof=settings.zalo_appsecret_proof,
        check_templates=settings.zalo_check_templates,
        template_uid_tracking=settings.zalo_template_uid_tracking,
        token_wait_seconds=TOKEN_WAIT_SECONDS,
    )


def composer(settings: Settings) -> Composer:
    """Return the composer with the city's rules."""
    return Composer(CompositionConfig(settings.sensitive_procedures, settings.hotline, settings.zone))


def intake(site: Site, database: Database, cipher: Cipher, *, on_work: Callable[[str], None]) -> Intake:
    """Return the intake with the city's rules."""
    settings = site.settings
    words, rules = composer(settings), intake_config(settings)
    texts, days = TextKeeper(database, words), DayKeeper(database, settings.city_days)

    async def freshen() -> None:
        await asyncio.gather(texts.freshen(), days.freshen())  # who waits for a dead database waits once

    return Intake(database, cipher, words, rules, on_work=on_work, freshen=freshen)


def intake_config(settings: Settings) -> IntakeConfig:
    """Return the rules of the house for notices."""
    return IntakeConfig(
        policy=NoticePolicy(settings.extras, settings.max_event_age, settings.holds),
        quiet_hours=settings.hours,
        zone=settings.zone,
        language=settings.language,
        release_spread_seconds=settings.quiet_release_spread_seconds,
        calendar=settings.calendar,
        own_action_seconds=settings.decent_hours.own_action_seconds,
        daily_limit=settings.day_limit,
        notify=settings.roles,
        by_email=settings.email is not None,
        shared_phone_owners=settings.shared_phone_owners,
        shared_phone_days=settings.shared_phone_days,
    )


async def seed_account(settings: Settings, database: Database, cipher: Cipher) -> None:
    """Note the account of the settings at the first start; afterwards the rotated pair in the database rules."""
    if settings.first_tokens is not None:
        access, refresh = settings.first_tokens
        await AccountStore(database, cipher).seed(
            settings.oa_id,
            app_id=settings.app_id,
            access=access,
            refresh=refresh,
            expires_in_seconds=SEEDED_TOKEN_SECONDS,
        )


@dataclass(frozen=True, slots=True)
class OpenChannels:
    """The channels of one event loop, with what they are made of."""

    by_name: Mapping[str, Channel]
    keeper: TokenKeeper
    store: AccountStore
    zalo: ZaloKit | None = None
    """What the Zalo channels share: the account's questions and the catalogue of its templates."""

    def __getitem__(self, name: str) -> Channel:
        return self.by_name[name]

    @property
    def esms(self) -> EsmsChannel | None:
        """The gateway that can be asked what became of a message."""
        channel = self.by_name.get(EsmsChannel.name)
        return channel if isinstance(channel, EsmsChannel) else None


@asynccontextmanager
async def open_channels(
    settings: Settings, database: Database, cipher: Cipher, *, in_flight: int = 50
) -> AsyncIterator[OpenChannels]:
    """Open the channels of this event loop; `in_flight` messages may be on their way at once."""
    config = zalo_config(settings)
    await seed_account(settings, database, cipher)
    store = AccountStore(database, cipher)
    async with (
        HttpClient(HttpConfig(max_in_flight=in_flight)) as http,
        TokenKeeper(store, http, config, clock=utc_now, sleep=sleep) as keeper,
    ):
        parts = ChannelParts(
            http=http,
            zalo=ZaloParts(config, keeper, settings.oa_id),
            zalo_bot=settings.zalo_bot,
            esms=settings.esms,
            speedsms=settings.speedsms,
            sms_shaper=sms_shaper(settings),
            email=settings.email,
        )
        yield OpenChannels(build_channels(parts), keeper, store, parts.zalo_kit)


def sms_shaper(settings: Settings) -> Shaper:
    """Return how the city's texts become short messages."""
    return Shaper(
        to_plain=to_gsm7,
        count_parts=sms_parts,
        vnd_per_part=settings.sms_vnd_per_part,
        max_parts=settings.sms_max_parts,
        is_unicode=settings.sms_unicode,
    )
