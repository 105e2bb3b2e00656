"""An emulator on a free port, with a webhook receiver beside it."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from shutil import copy2
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from emulator import EmulatorConfig, create_app, credentials

DEADLINE_SECONDS = 5.0
GIVEN = credentials()
VALUES = {
    name: f"giá trị {name}"[:20] for template in GIVEN["templates"] for name in [p["name"] for p in template["params"]]
}


class Receiver:
    """A webhook address: keeps what comes as (headers, raw body, JSON), answers the next of `answers`, else 200."""

    def __init__(self) -> None:
        self.got: list[tuple[dict[str, str], bytes, dict[str, Any]]] = []
        self.answers: list[int] = []
        self.default = 200
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.got.append(({key.lower(): value for key, value in request.headers.items()}, raw, await request.json()))
        return web.Response(status=self.answers.pop(0) if self.answers else self.default)

    def events(self, name: str = "") -> list[dict[str, Any]]:
        return [event for _, _, event in self.got if name in {"", event["event_name"]}]

    async def wait(self, name: str, count: int = 1) -> list[dict[str, Any]]:
        await until(lambda: len(self.events(name)) >= count)
        return self.events(name)


class Lab:
    """One emulator as its clients see it."""

    def __init__(self, url: str, session: aiohttp.ClientSession, receiver: Receiver) -> None:
        self.url = url
        self.session = session
        self.receiver = receiver
        self.token = GIVEN["access_token"]

    async def ask(self, method: str, path: str, **how: Any) -> tuple[int, Any]:
        async with self.session.request(method, self.url + path, **how) as answer:
            return answer.status, await answer.json()

    async def control(self, path: str, body: Any, *, status: int = 200) -> Any:
        got, said = await self.ask("POST", "/_emulator/" + path, json=body)
        assert got == status, said
        return said

    async def see(self, path: str) -> Any:
        status, said = await self.ask("GET", "/_emulator/" + path)
        assert status == 200, said
        return said

    async def platform(self, method: str, path: str, **how: Any) -> Any:
        """The answer of a platform address, which is HTTP 200 whatever happened."""
        status, said = await self.ask(method, path, **{"headers": {"access_token": self.token}, **how})
        assert status == 200
        return said

    async def send(self, phone: str = "84905123456", template: str = "submitted", **changes: Any) -> Any:
        chosen = next(each for each in GIVEN["templates"] if each["name"] == template)
        data = {param["name"]: VALUES[param["name"]] for param in chosen["params"]}
        body = {
            "phone": phone,
            "template_id": chosen["template_id"],
            "template_data": data,
            "tracking_id": "n-1",
            **changes,
        }
        return await self.platform("POST", "/message/template", json=body)

    async def reply(self, user_id: str, text: str = "Xin chào") -> Any:
        body = {"recipient": {"user_id": user_id}, "message": {"text": text}}
        return await self.platform("POST", "/v3.0/oa/message/cs", json=body)

    async def oauth(self, form: dict[str, str], secret: str = GIVEN["app_secret"]) -> Any:
        status, said = await self.ask("POST", "/v4/oa/access_token", data=form, headers={"secret_key": secret})
        assert status == 200
        return said

    async def refresh(self, token: str = GIVEN["refresh_token"]) -> Any:
        form = {"app_id": GIVEN["app_id"], "grant_type": "refresh_token", "refresh_token": token}
        return await self.oauth(form)


async def until(claim: Callable[[], bool]) -> None:
    """Wait until a claim holds; fail after the deadline."""
    deadline = time.monotonic() + DEADLINE_SECONDS
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


@asynccontextmanager
async def served(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)  # paths of /_emulator hold numbers
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    receiver = Receiver()
    app = web.Application()
    app.router.add_post("/hook", receiver.take)
    async with served(app) as url:
        receiver.url = url + "/hook"
        yield receiver


LabMaker = Callable[..., Awaitable[Lab]]


@pytest.fixture
async def make_lab(receiver: Receiver) -> AsyncIterator[LabMaker]:
    """Makes emulators with settings; `webhook=False` for one without an address.

    The second one on a state file gets a copy of it, as it would find it after the first was killed.
    """
    used: set[Path] = set()
    async with AsyncExitStack() as stack:

        async def make(*, webhook: bool = True, **settings: Any) -> Lab:
            url = receiver.url if webhook else None
            if (state_file := settings.get("state_file")) in used:
                settings["state_file"] = copy2(state_file, state_file.with_suffix(f".{len(used)}"))
            used.update({settings["state_file"]} if state_file else ())
            config = EmulatorConfig(
                **{"webhook_url": url, "night_rule": False, "receipt_delay_seconds": 0.0, **settings}
            )
            base = await stack.enter_async_context(served(create_app(config)))
            session = await stack.enter_async_context(aiohttp.ClientSession())
            return Lab(base, session, receiver)

        yield make


@pytest.fixture
async def lab(make_lab: LabMaker) -> Lab:
    return await make_lab()
