"""`hoso worker`: sends what is due and applies receipts; the sweeper of each process looks after what was forgotten."""

import asyncio
import time
from collections.abc import AsyncIterator, Collection
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import structlog

from channels.base import OutgoingMessage, SendReceipt
from channels.sms.report import PLATFORM
from hoso import parts
from hoso.asking import askers, receipt_wait
from hoso.broadcast_sending import broadcast_chores
from hoso.collector import spare_the_collector
from hoso.day_keeper import DayKeeper
from hoso.erasing import erasing_duties, open_eraser
from hoso.guard import open_guard
from hoso.hours import collapse_at_start, decent_delay, hours_duties, merges_notices
from hoso.limits import open_limits, quota_chore
from hoso.logs import set_up_logging
from hoso.officer_chat import officer_chores, officer_duties
from hoso.outgoing import outgoing_chores, outgoing_duties
from hoso.parent import end_with_supervisor
from hoso.parts import OpenChannels
from hoso.process import own_command
from hoso.retention import retention_duty
from hoso.routing import delivery_config, open_router
from hoso.settings import Settings
from hoso.site import Site, open_site
from hoso.supervisor import ChildSpec, Supervisor
from storage import accounts
from storage.database import Database
from workers.config import SweeperConfig
from workers.delivery import Delivery
from workers.doorbell import Doorbell
from workers.lanes import LANES, OneAtATime, OwnLanes, queue_for
from workers.process import run_worker
from workers.receipts import READERS, Reader, apply_receipts
from workers.runtime import WorkerServices
from workers.silence import SilenceWatch
from workers.sms_receipts import sms_reader
from workers.staff import REPEAT_SECONDS, StaffBell
from workers.sweeper import Sweeper
from workers.token_care import TokenCare
from workers.told import Told

log = structlog.get_logger()


def run_workers(settings: Settings, processes: int, lanes: Collection[str] = LANES) -> int:
    """Run one worker for `lanes` in this process, or several under a supervisor; return the exit code."""
    name = "worker" if set(lanes) == set(LANES) else "-".join(("worker", *lanes))
    set_up_logging(level=settings.log_level, form=settings.log_format, process=name)
    end_with_supervisor()
    with open_site(settings, watch_engines=processes == 1) as site:
        if processes == 1:
            run_worker(site.redis_url, lambda: open_services(site, lanes), queue=queue_for(lanes))
            return 0
        command = own_command("worker", *(f"--lane={lane}" for lane in lanes))
        specs = [
            ChildSpec(f"{name}-{number}", command, site.environment(), stop_order=0)
            for number in range(1, processes + 1)
        ]
        supervisor = Supervisor(specs, engines=site.engines, on_event=lambda event, facts: log.info(event, **facts))
        return asyncio.run(supervisor.run())


@asynccontextmanager
async def open_services(site: Site, lanes: Collection[str] = LANES) -> AsyncIterator[WorkerServices]:
    """Open what lives on a worker's loop: pool, channels, delivery of `lanes`, receipts, sweeper."""
    settings, cipher = site.settings, site.cipher
    bell, told = Doorbell(site.redis_url), Told(site.redis_url, seconds=REPEAT_SECONDS)
    try:
        async with (
            site.database() as database,
            # Each lane has its own window, so one that is full takes no connection from another.
            parts.open_channels(
                settings, database, cipher, in_flight=settings.sends_in_flight * len(lanes)
            ) as channels,
            AsyncExitStack() as opened,
            open_limits(site) as limits,
            OneAtATime(partial(apply_receipts, database, cipher, receipt_readers(channels))) as take_receipts,
        ):
            staff = staff_bell(settings, channels, told)
            guard = await opened.enter_async_context(open_guard(site, database, staff.tell))
            await collapse_at_start(settings, database)
            days = DayKeeper(database, settings.city_days)
            await days.look()
            router = open_router(settings, channels)
            delivery = Delivery(
                database,
                cipher,
                channels.by_name,
                router,
                config=delivery_config(settings),
                decent_delay=decent_delay(settings),
                call_others=bell.ring_soon,
                tell_staff=staff.tell,
                gate=limits,
                on_outcome=guard.watch.note,
                receipt_wait=receipt_wait(settings, channels),
            )
            own = OwnLanes(lanes, delivery, bell.ring)
            eraser = await opened.enter_async_context(open_eraser(site, database))
            privacy_duties = (*erasing_duties(eraser), retention_duty(settings, database))
            ticket_duties = (*officer_duties(settings, database, cipher), *outgoing_duties(settings, database))
            sweeper = Sweeper(
                database,
                own.ring,
                own,
                take_receipts,
                config=SweeperConfig(
                    interval_seconds=settings.sweep_seconds,
                    in_doubt_wait_seconds=settings.doubt_seconds,
                    overtaken_after_seconds=settings.backlog_seconds,
                    merges_notices=merges_notices(settings),
                ),
                duties=(*guard.duties, *hours_duties(settings, database, cipher), *ticket_duties, *privacy_duties),
            )
            care = token_care(settings, database, channels, staff)
            silence = SilenceWatch(database, cipher, askers(channels), router, on_work=bell.ring_soon)
            quota = quota_chore(settings, database, cipher, limits)
            talks = (
                *officer_chores(database, cipher, channels.by_name, limits),
                *outgoing_chores(settings, database, cipher, staff.tell),
            )

            def wake(lane: str) -> None:
                own.wake(lane)
                bell.ring_soon(lane)

            sending = broadcast_chores(site, database, lanes, wake=wake, tell_staff=staff.tell)
            spare_the_collector()
            yield WorkerServices(
                delivery,
                take_receipts,
                sweeper,
                chores=(staff.run, care.run, silence.run, limits.run, days.run, quota, *guard.chores, *talks, *sending),
                lanes=lanes,
            )
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
