"""`hoso worker`: sends what is due and applies receipts; the sweeper of each process looks after what was forgotten."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import structlog

from hoso import parts
from hoso.logs import set_up_logging
from hoso.process import end_with_supervisor, own_command
from hoso.settings import Settings
from hoso.site import Site, open_site
from hoso.supervisor import ChildSpec, Supervisor
from status_bridge.routing import NoRoute, Routed, route
from storage.notices import ClaimedNotice, tracking_id
from workers.config import DeliveryConfig, SweeperConfig
from workers.delivery import Delivery
from workers.doorbell import Doorbell
from workers.process import run_worker
from workers.receipts import apply_receipts
from workers.runtime import WorkerServices
from workers.sweeper import Sweeper

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
    bell = Doorbell(site.redis_url)
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
            delivery = Delivery(
                database,
                cipher,
                channels,
                _router(settings),
                config=config,
                decent_delay=decent_delay(settings),
                call_others=bell.ring_soon,
            )

            async def take_receipts() -> int:
                return await apply_receipts(database, cipher)

            sweeper = Sweeper(
                database,
                bell.ring,
                delivery,
                take_receipts,
                config=SweeperConfig(
                    interval_seconds=settings.sweep_seconds, in_doubt_wait_seconds=settings.doubt_seconds
                ),
            )
            yield WorkerServices(delivery=delivery, apply_receipts=take_receipts, sweeper=sweeper)
    finally:
        await bell.aclose()


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
