"""`hoso serve`: the web server. Events and webhooks in; health and documents for those who look."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog
from aiohttp import web
from redis.asyncio import Redis

from bot.bodies import read_body
from bot.calm import Calm
from bot.consent import ConsentRoutes, consent_document
from bot.doorbell import InboxBell
from bot.inbox import Inbox
from bot.openapi import bot_document
from bot.problems import problem
from bot.server import ServerConfig, create_app, create_runner
from bot.sms_callback import sms_document
from bot.spool import Spool
from bot.webhook import ZaloWebhook
from channels.zalo.routes import build_webhook_route
from hoso import parts
from hoso.backlog import keep_fresh
from hoso.broadcasts import broadcast_desk
from hoso.collector import spare_the_collector
from hoso.consent import ConsentDesk
from hoso.console import CONSOLE_PATH, console_door, open_console
from hoso.day_keeper import DayKeeper
from hoso.doors import announce_bot, bot_routes, sms_routes
from hoso.errors import NotReady
from hoso.metrics_exchange import MetricsExchange
from hoso.our_accounts import find_ours, keep_learning
from hoso.settings import split_address
from hoso.site import Site
from status_bridge.sources.broadcast_api import BroadcastApi
from status_bridge.sources.broadcast_document import broadcast_document
from status_bridge.sources.document import api_document
from status_bridge.sources.http import EventsApi
from storage import api_keys, inbox
from storage.database import Database
from workers.doorbell import Doorbell
from workers.queues import RECEIPTS

_CHAT_KINDS = {"message", "relationship"}
log = structlog.get_logger()


def _authenticate(site: Site, database: Database) -> Callable[[str], Awaitable[str | None]]:
    async def source_of(key: str) -> str | None:
        return site.settings.source_of_event_key(key) or await api_keys.find_source(database, key)

    return source_of


async def run(site: Site, stop: asyncio.Event) -> None:
    """Serve until `stop`; requests under way are finished."""
    settings, cipher = site.settings, site.cipher
    bell, inbox_bell = Doorbell(site.redis_url), InboxBell(site.redis_url)
    exchange = MetricsExchange(site.redis_url)
    redis = Redis.from_url(site.redis_url, socket_timeout=1, socket_connect_timeout=1)
    ringing: set[asyncio.Task[None]] = set()

    def on_new_work(kinds: set[str]) -> None:
        if "receipt" in kinds:
            bell.ring_soon(RECEIPTS)
        if kinds & _CHAT_KINDS:
            task = asyncio.create_task(inbox_bell.ring())
            ringing.add(task)
            task.add_done_callback(ringing.discard)

    calm = Calm(on_new_work)

    async def redis_answers() -> None:
        await redis.ping()

    async with site.database() as database:
        await parts.seed_account(settings, database, cipher)
        ours = await find_ours(settings, database)
        if settings.is_emulated and settings.public_url is not None:
            log.error("emulator_secrets_in_public", advice="webhooks signed by anybody are taken; set HOSO_ZALO_APP_ID")
        webhook = ZaloWebhook(
            route=build_webhook_route(parts.zalo_config(settings), account_ids=ours),
            inbox=Inbox(
                store=lambda entries: inbox.store(database, entries, cipher),
                spool=Spool(settings.data_dir / "spool", cipher),
                on_new_work=calm,
            ),
            is_our_account=ours.__contains__,
            mode=settings.zalo_webhook_mode,
        )
        events = EventsApi(
            parts.intake(site, database, cipher, on_work=bell.ring_soon),
            database,
            authenticate=_authenticate(site, database),
            read_body=read_body,
            problem=problem,
        )
        announcing_api = BroadcastApi(
            broadcast_desk(site, database, cipher, ring=bell.ring_soon),
            find_key=lambda key: api_keys.find(database, key),
            read_body=read_body,
            problem=problem,
        )
        doors = [*bot_routes(settings, webhook.inbox), *sms_routes(settings, webhook.inbox)]
        desk = ConsentDesk(settings, database, cipher)
        consent = ConsentRoutes(find=desk.find, finish=desk.finish)
        config = ServerConfig(public_url=settings.base_url)
        app = create_app(
            webhook=webhook,
            routes=[*events.routes(), *announcing_api.routes(), *consent.routes(), *doors, console_door()],
            api_documents=[api_document(), broadcast_document(), consent_document(), bot_document(), sms_document()],
            readiness={"postgresql": database.ping, "redis": redis_answers},
            config=config,
            metrics=exchange.gather,
        )
        app.add_subapp(CONSOLE_PATH, open_console(site, database, redis, ring=bell.ring_soon))
        runner = create_runner(app, config)
        await runner.setup()
        counting = asyncio.create_task(keep_fresh(database))
        announcing = asyncio.create_task(announce_bot(settings))
        learning = asyncio.create_task(keep_learning(database, ours))
        dating = asyncio.create_task(DayKeeper(database, settings.city_days).run())
        try:
            await _listen(runner, settings.listen)
            spare_the_collector()
            log.info("serving", address=settings.listen)
            await stop.wait()
        finally:
            counting.cancel()
            learning.cancel()
            dating.cancel()
            announcing.cancel()
            await runner.cleanup()
            calm.flush()
            await asyncio.gather(*ringing, return_exceptions=True)
            await bell.aclose()
            await inbox_bell.aclose()
            await exchange.aclose()
            await redis.aclose()


async def _listen(runner: web.AppRunner, address: str) -> None:
    host, port = split_address(address)
    try:
        await web.TCPSite(runner, host, port, backlog=1024, reuse_address=True).start()
    except OSError as error:
        raise NotReady(f"cannot listen on {address} ({error.strerror}); set HOSO_LISTEN to another") from error
