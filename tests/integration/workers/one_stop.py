"""A one-stop system that is told of things: keeps what it got, answers as ordered, and checks signatures itself."""

import asyncio
import base64
import hashlib
import hmac
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


def is_signed(secret: str, headers: dict[str, str], body: bytes) -> bool:
    """As a receiver does it, with nothing of ours."""
    key = base64.b64decode(secret.split("_", 1)[1])
    signed = headers["webhook-id"].encode() + b"." + headers["webhook-timestamp"].encode() + b"." + body
    expected = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    given = [part.split(",", 1) for part in headers["webhook-signature"].split(" ")]
    return any(version == "v1" and hmac.compare_digest(value, expected) for version, value in given)


@dataclass
class Receiver:
    """A one-stop system."""

    url: str = ""
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)
    answers: list[web.Response | float] = field(default_factory=list)
    """What is answered next: a response, or silence for so many seconds; 204 when empty."""
    elsewhere: int = 0

    async def take(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.got.append((headers, body))
        answer = self.answers.pop(0) if self.answers else web.Response(status=204)
        if isinstance(answer, float):
            await asyncio.sleep(answer)
            return web.Response(status=204)
        return answer

    async def take_elsewhere(self, _request: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response(status=204)

    @property
    def events(self) -> list[dict[str, Any]]:
        return [json.loads(body) for _, body in self.got]


@asynccontextmanager
async def run_receiver() -> AsyncIterator[Receiver]:
    """A receiver on a free port of this machine."""
    one, app = Receiver(), web.Application()
    app.router.add_post("/hoso", one.take)
    app.router.add_post("/elsewhere", one.take_elsewhere)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        one.url = f"http://127.0.0.1:{runner.addresses[0][1]}/hoso"
        yield one
    finally:
        await runner.cleanup()
