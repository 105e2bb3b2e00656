"""A small platform for the faults that the tests must time to the step: it speaks the template send only."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import web

Judge = Callable[[dict[str, Any]], int | str | None]


class Provider:
    """Takes template sends. `judge(body)` gives None to accept, a code to refuse, or 'cut' to take it and break off;
    while `gate` is closed nobody gets an answer.
    """

    def __init__(self) -> None:
        self.url = ""
        self.taken: list[str] = []  # tracking ids, in the order of arrival
        self.under_way = 0
        self.most_under_way = 0
        self.judge: Judge = lambda _body: None
        self.gate = asyncio.Event()
        self.gate.set()

    @property
    def counts(self) -> Counter[str]:
        """How often each tracking id came."""
        return Counter(self.taken)

    def message_id(self, tracking_id: str) -> str:
        """The id that this platform gives to a message of this reference."""
        return f"m{tracking_id}"

    async def send(self, request: web.Request) -> web.StreamResponse:
        body = await request.json()
        self.taken.append(body["tracking_id"])
        self.under_way += 1
        self.most_under_way = max(self.most_under_way, self.under_way)
        try:
            await self.gate.wait()
        finally:
            self.under_way -= 1
        verdict = self.judge(body)
        if verdict == "cut":
            assert request.transport is not None
            request.transport.close()
            return web.Response()
        if verdict is not None:
            return web.json_response({"error": verdict, "message": "no"})
        data = {"msg_id": self.message_id(body["tracking_id"]), "sent_time": "1767225600000"}
        return web.json_response({"error": 0, "message": "Success", "data": data})


@asynccontextmanager
async def run_provider() -> AsyncIterator[Provider]:
    """Serve on a free port."""
    provider = Provider()
    app = web.Application()
    app.router.add_post("/message/template", provider.send)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    provider.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield provider
    finally:
        provider.gate.set()
        await runner.cleanup()
