"""An emulator with a webhook receiver, and short ways to make things happen on its phones."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import aiohttp
from aiohttp import web
from playwright.async_api import Page

from emulator import EmulatorConfig, create_app, credentials

GIVEN = credentials()
DEADLINE_SECONDS = 10.0
HOA = "0905123456"


class Street:
    """An emulator and everything its webhook heard."""

    def __init__(self, url: str, session: aiohttp.ClientSession, heard: list[dict[str, Any]]) -> None:
        self.url = url
        self.session = session
        self.heard = heard

    async def post(self, path: str, body: Any) -> Any:
        """The answer to a request that must be answered with 200."""
        headers = {"access_token": GIVEN["access_token"]}
        async with self.session.post(self.url + path, json=body, headers=headers) as answer:
            assert answer.status == 200, await answer.text()
            return await answer.json(content_type=None)

    async def get(self, path: str) -> Any:
        """What stands at an address."""
        async with self.session.get(self.url + path) as answer:
            assert answer.status == 200, path
            return await answer.json()

    async def add_phone(self, phone: str = HOA, **facts: Any) -> str:
        """A phone; the user id."""
        return str((await self.post("/_emulator/phones", {"phone": phone, **facts}))["user_id"])

    async def notify(self, name: str, phone: str = "84905123456") -> None:
        """A template message with `[param]` in every place."""
        template = next(each for each in GIVEN["templates"] if each["name"] == name)
        body = {
            "phone": phone,
            "template_id": template["template_id"],
            "template_data": {param["name"]: f"[{param['name']}]" for param in template["params"]},
            "tracking_id": f"n-{name}",
        }
        assert (await self.post("/message/template", body))["error"] == 0

    async def say(self, user_id: str, message: Any) -> str:
        """A message of the account; its id."""
        said = await self.post("/v3.0/oa/message/cs", {"recipient": {"user_id": user_id}, "message": message})
        assert said["error"] == 0, said
        return str(said["data"]["message_id"])

    async def act(self, phone: str, body: Any) -> Any:
        """Something the citizen does."""
        return await self.post(f"/_emulator/phones/{phone}/send", body)

    async def hear(self, page: Page, name: str) -> dict[str, Any]:
        """The first event of this name, when it has come."""
        ends = time.monotonic() + DEADLINE_SECONDS
        while time.monotonic() < ends:
            found = [event for event in self.heard if event["event_name"] == name]
            if found:
                return found[0]
            await page.wait_for_timeout(10)
        raise AssertionError(f"no {name} came, but {[event['event_name'] for event in self.heard]}")


async def serve(app: web.Application, port: int = 0) -> tuple[web.AppRunner, str]:
    """A running application and its address."""
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    return runner, f"http://127.0.0.1:{runner.addresses[0][1]}"


@asynccontextmanager
async def open_street() -> AsyncIterator[Street]:
    """A street for as long as the context lasts."""
    heard: list[dict[str, Any]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(await request.json())
        return web.Response()

    receiver = web.Application()
    receiver.router.add_post("/hook", hear)
    receiving, hook = await serve(receiver)
    config = EmulatorConfig(webhook_url=f"{hook}/hook", night_rule=False)
    serving, url = await serve(create_app(config))
    async with aiohttp.ClientSession() as session:
        yield Street(url, session, heard)
    await serving.cleanup()
    await receiving.cleanup()
