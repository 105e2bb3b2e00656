"""`hoso worker`: sends what is due and applies receipts; the sweeper of each process looks after what was forgotten."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import structlog

from channels.base import OutgoingMessage, SendReceipt
from channels.sms.report import PLATFORM
from hoso import parts
from hoso.logs import set_up_logging
from hoso.parent import end_with_supervisor
from hoso.parts import OpenChannels
from hoso.process import own_command
from hoso.settings import Settings
from hoso.site import Site, open_site
from hoso.supervisor import ChildSpec, Supervisor
from status_bridge.routing import NoRoute, Routed, route
from storage import accounts
from storage.database import Database
from storage.notices import ClaimedNotice, tracking_id
from workers.config import DeliveryConfig, SweeperConfig
from workers.delivery import Delivery
from workers.doorbell import Doorbell
from workers.process import run_worker
from workers.receipts import READERS, Reader, apply_receipts
from workers.runtime import WorkerServices
from workers.sms_receipts import sms_reader
from workers.staff import REPEAT_SECONDS, StaffBell
from workers.sweeper import Sweeper
from workers.token_care import TokenCare
from workers.told import Told

log = structlog.get_logger()


def run_workers(settings: Settings, processes: int) -> int:
    """Run one worker in this process, or several under a supervisor; return the exit code."""
    set_up_logging(level=settings.log_level, form=settings.log_format, process="worker")
    end_with_supervisor()
    with open_site(settings, watch_engines=processes == 1) as site:
        if processes == 1:
            run_worker(site.redis_url, lambda: open_services(site))
            return 0
        specs = [
            ChildSpec(f"worker-{number}", own_command("worker"), site.environment(), stop_order=0)
            for number in range(1, processes + 1)
        ]
        supervisor = Supervisor(specs, engines=site.engines, on_event=lambda event, facts: log.info(event, **facts))
        return asyncio.run(supervisor.run())


@asynccontextmanager
async def open_services(site: Site) -> AsyncIterator[WorkerServices]:
    """Open what lives on a worker's loop: pool, channels, delivery, receipts, sweeper."""
    settings, cipher = site.settings, site.cipher
    bell, told = Doorbell(site.redis_url), Told(site.redis_url, seconds=REPEAT_SECONDS)
    config = DeliveryConfig(
        in_flight=settings.sends_in_flight,
        lease_seconds=settings.lease_seconds,
        send_deadline_seconds=settings.send_deadline_seconds,
        in_doubt_wait_seconds=settings.doubt_seconds,
    )
    try:
        async with (
            site.database() as database,
            parts.open_channels(settings, database, cipher, in_flight=settings.sends_in_flight) as channels,
        ):
            staff = staff_bell(settings, channels, told)
            delivery = Delivery(
                database,
                cipher,
                channels.by_name,
                _router(settings),
                config=config,
                decent_delay=decent_delay(settings),
                call_others=bell.ring_soon,
                tell_staff=staff.tell,
            )
            readers = receipt_readers(channels)

            async def take_receipts() -> int:
                return await apply_receipts(database, cipher, readers)

            sweeper = Sweeper(
                database,
                bell.ring,
                delivery,
                take_receipts,
                config=SweeperConfig(
                    interval_seconds=settings.sweep_seconds, in_doubt_wait_seconds=settings.doubt_seconds
                ),
            )
            care = token_care(settings, database, channels, staff)
            chores = (staff.run, care.run)
            yield WorkerServices(delivery=delivery, apply_receipts=take_receipts, sweeper=sweeper, chores=chores)
    finally:
        await told.aclose()
        await bell.aclose()


def staff_bell(settings: Settings, channels: OpenChannels, told: Told) -> StaffBell:
    """Return the bell that staff hear; without a bot or chats nobody does, and the log has it all the same."""
    bot = channels.by_name.get("zalo_bot")
    if bot is None or not settings.zalo_bot_alert_chats:
        return StaffBell(_nobody, (), clock=time.monotonic)
    return StaffBell(bot.send, settings.zalo_bot_alert_chats, clock=time.monotonic, told=told)


async def _nobody(_message: OutgoingMessage) -> SendReceipt:
    return SendReceipt(message_id="-")


def receipt_readers(channels: OpenChannels) -> dict[str, Reader]:
    """Return who reads the receipts of which platform."""
    esms = channels.esms
    return {**READERS, **({} if esms is None else {PLATFORM: sms_reader(esms.status)})}


async def account_ids_of(database: Database, app_id: str) -> list[str]:
    """Return the accounts of this app; tokens of another, such as the emulator's before, are not ours to refresh."""
    return [account.id for account in await accounts.all_accounts(database) if account.app_id == app_id]


def token_care(settings: Settings, database: Database, channels: OpenChannels, staff: StaffBell) -> TokenCare:
    """Return the keeper of idle accounts."""
    account_ids = partial(account_ids_of, database, settings.app_id)
    return TokenCare(account_ids, channels.store.read, channels.keeper.access_token, staff.tell)


def _router(settings: Settings) -> Callable[[ClaimedNotice], Routed | NoRoute]:
    templates = settings.templates

    def choose(notice: ClaimedNotice) -> Routed | NoRoute:
        return route(
            kind=notice.kind,
            reference=tracking_id(notice.id),
            phone=notice.phone,
            content=notice.content,
            templates=templates,
        )

    return choose


def decent_delay(settings: Settings) -> Callable[[float, ClaimedNotice], float]:
    """A retry does not wake anybody either: its delay is stretched to the end of the quiet hours.

    What is urgent is not held by them, as at intake.
    """
    hours, zone = settings.hours, settings.zone

    def stretch(delay_seconds: float, notice: ClaimedNotice) -> float:
        now = datetime.now(UTC)
        due = now + timedelta(seconds=delay_seconds)
        if notice.urgent_until is not None and due < notice.urgent_until:
            return delay_seconds
        return max(delay_seconds, (hours.release_time(due, zone=zone) - now).total_seconds())

    return stretch
