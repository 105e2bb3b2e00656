"""The whole way against the emulator: claimed, sent, doubted, confirmed by signed webhooks, and nothing said twice."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from channels.base import EventKind
from channels.zalo.webhook import parse_updates
from emulator import EmulatorConfig, create_app, credentials
from storage import inbox, notices
from storage.inbox import NewEntry
from tests.integration.workers.composition import PARAMS, World, eventually, open_world
from workers.receipts import apply_receipts

GIVEN = credentials()
Take = Callable[[web.Request], Awaitable[web.Response]]


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


def receiver(world: World) -> web.Application:
    """A webhook as the bot has it: verified, stored, answered."""

    async def take(request: web.Request) -> web.Response:
        raw = await request.read()
        secrets = [SecretStr(GIVEN["oa_secret_key"])]
        entries = [
            NewEntry(
                platform=event.platform,
                platform_id=event.dedup_key,
                event_name=event.event_name,
                kind=event.kind,
                raw=raw.decode(),
                to_do=event.kind is EventKind.RECEIPT,
            )
            for event in parse_updates(request.headers, raw, app_id=GIVEN["app_id"], secrets=secrets)
        ]
        await inbox.store(world.database, entries, world.cipher)
        return web.Response()

    app = web.Application()
    app.router.add_post("/", take)
    return app


async def test_lost_answers_become_delivered_by_their_receipts_and_nobody_is_told_twice(
    emptied_postgres_url: str,
) -> None:
    quick = EmulatorConfig(night_rule=False, receipt_delay_seconds=0.01)
    async with (
        serve(create_app(quick)) as emulator,
        open_world(emptied_postgres_url, emulator, access_token=GIVEN["access_token"]) as world,
        serve(receiver(world)) as webhook,
        aiohttp.ClientSession(emulator) as control,
    ):
        await control.post("/_emulator/webhook", json={"url": webhook})
        fault = {"path": "/message/template", "mode": "no_answer_after_send", "times": 5}
        assert (await control.post("/_emulator/faults", json=fault)).status == 200
        written = await world.write(40, content={"text": "…", "params": PARAMS})
        report = await world.delivery(send_deadline_seconds=5).deliver_due("status")
        assert (report.claimed, report.accepted, report.in_doubt) == (40, 35, 5)

        async def all_delivered() -> bool:
            await apply_receipts(world.database, world.cipher)
            return await world.states() == {"delivered": 40}

        await eventually(all_delivered)
        arrived = await (await control.get("/_emulator/messages")).json()
        messages = arrived["messages"] if isinstance(arrived, dict) else arrived
        assert sorted(message["tracking_id"] for message in messages) == sorted(map(notices.tracking_id, written))
        violations = await (await control.get("/_emulator/violations")).json()
        assert not (violations["violations"] if isinstance(violations, dict) else violations)
