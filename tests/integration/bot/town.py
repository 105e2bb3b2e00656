"""A small town for conversation tests: the real webhook server, inbox, bot and delivery of one site in this process,
with the emulator over HTTP on the other side. What a phone shows is what is asserted.

    async with open_town(postgres_url, redis_url, data_dir) as town:
        an = await town.person("0905123456", name="An")
        assert await an.says("hồ sơ của tôi tới đâu rồi?") == ["…"]

Workers run without RQ here: they look for work twenty times a second.
"""

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

import aiohttp

from emulator import EmulatorConfig
from emulator.app import run as run_emulator
from hoso.processes import bot as bot_process
from hoso.processes import serve as serve_process
from hoso.processes.worker import open_services
from hoso.settings import Settings, load_settings
from hoso.site import Site
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.errors import DatabaseUnavailable
from tests.engines import register_name, register_secret
from tests.log_leaks import MIN_NEEDLE_CHARS
from tests.site import free_ports

DEADLINE_SECONDS = 45.0
SOURCE = "motcua.test"
_BATCH = "application/cloudevents-batch+json"


@dataclass
class Phone:
    """A citizen with a phone, as seen in the emulator."""

    town: "Town"
    number: str
    user_id: str
    seen: int = 0
    """The last message of the chat that a test has looked at."""

    async def says(self, text: str, *, answers: int = 1) -> list[str]:
        """Write a message and return the texts of the answers."""
        return [message["text"] for message in await self.sends({"text": text}, answers=answers)]

    async def presses(self, title: str, *, answers: int = 1) -> list[str]:
        """Press the button with this title in the last answer that had one; return the texts of the answers."""
        return [message["text"] for message in await self.sends({"button": title}, answers=answers)]

    async def sends(self, content: Mapping[str, Any], *, answers: int = 1) -> list[Mapping[str, Any]]:
        """Send anything (`image_base64`, `location`, `button` …: docs contract 5) and return the answers' messages."""
        self.seen = max([message["seq"] for message in await self.messages()], default=self.seen)
        await self.town.control(f"phones/{self.number}/send", dict(content))
        return await self.hears(answers)

    async def hears(self, count: int = 1) -> list[Mapping[str, Any]]:
        """Wait for so many new messages in the chat, and for silence after them; return them."""
        await self.town.until(lambda: self._news(count), f"{count} answers")
        await self.town.settle()
        news = await self._news(0)
        assert isinstance(news, list)
        assert len(news) == count, [message["text"] for message in news]
        self.seen = max([message["seq"] for message in news], default=self.seen)
        return news

    async def hears_nothing(self) -> None:
        """Wait until all that was sent is worked on, and see that nothing came."""
        await self.town.settle()
        news = await self._news(0)
        assert news == [], news

    async def messages(self, channel: str = "oa") -> list[Mapping[str, Any]]:
        """Everything that arrived at this phone."""
        key = {"user_id": self.user_id} if channel == "oa" else {"phone": self.number}
        return await self.town.look("messages", {"channel": channel, **key})

    async def _news(self, count: int) -> list[Mapping[str, Any]] | None:
        news = [message for message in await self.messages() if message["seq"] > self.seen]
        return news if len(news) >= count else None


@dataclass
class Town:
    """A running site."""

    settings: Settings
    site: Site
    database: Database
    cipher: Cipher
    key: str
    http: aiohttp.ClientSession
    events: int = 0
    phones: dict[str, Phone] = field(default_factory=dict)

    async def person(self, phone: str, *, name: str = "Kiểm Thử", follows: bool = True, language: str = "vi") -> Phone:
        """A citizen with Zalo on this phone (any written form)."""
        made = await self.control("phones", {"phone": phone, "zalo": True, "name": name, "follows": follows})
        if len(name) >= MIN_NEEDLE_CHARS:
            register_name(name)
        one = Phone(self, made["phone"], made["user_id"])
        self.phones[one.number] = one
        if follows:
            await self.until(one.messages, "the welcome")
        await self.settle()
        one.seen = max([message["seq"] for message in await one.messages()], default=0)
        if language != "vi":
            row = await self.citizen(one)
            await self.database.fetch(
                "UPDATE citizens SET language = %(language)s, language_chosen_at = now() WHERE id = %(id)s"
                " RETURNING id",
                {"language": language, "id": row},
            )
        return one

    async def citizen(self, phone: Phone) -> int:
        """Our id of a citizen."""
        from storage import citizens

        return (await citizens.meet(self.database, self.cipher, platform="zalo", user_id=phone.user_id)).id

    async def event(
        self, code: str, status: int, *, phone: str = "0905123456", at: datetime | None = None, **data: Any
    ) -> None:
        """Post a dossier event through the contract's door."""
        self.events += 1
        when = at or datetime.now(UTC) - timedelta(minutes=10) + timedelta(seconds=self.events)
        document = {
            "specversion": "1.0",
            "id": f"e-{self.events}-{secrets.token_hex(3)}",
            "source": SOURCE,
            "type": "hoso.dossier.status",
            "time": when.isoformat(),
            "subject": code,
            "data": {
                "status": status,
                "procedure_code": "1.001193",
                "procedure_name": "Đăng ký khai sinh",
                "agency": {"code": "H17.33.2", "name": "UBND phường Hải Châu"},
                "applicant": {"name": "Trần Thị Kiểm Thử", "phone": phone},
                "submitted_at": when.isoformat(),
                **data,
            },
        }
        headers = {"Authorization": f"Bearer {self.key}", "Content-Type": _BATCH}
        async with self.http.post(f"http://{self.settings.listen}/v1/events", json=[document], headers=headers) as got:
            assert got.status == 200, await got.text()
            (result,) = (await got.json(content_type=None))["results"]
            assert result["outcome"] == "accepted", result

    async def control(self, path: str, body: Any) -> Any:
        """Ask the emulator's control address."""
        async with self.http.post(f"{self.settings.emulator_url}/_emulator/{path}", json=body) as got:
            assert got.status == 200, await got.text()
            return await got.json()

    async def look(self, path: str, query: Mapping[str, str] | None = None) -> Any:
        """Look at one of the emulator's control addresses."""
        async with self.http.get(f"{self.settings.emulator_url}/_emulator/{path}", params=query) as got:
            assert got.status == 200, await got.text()
            return await got.json()

    async def settle(self) -> None:
        """Wait until every chat message that came is worked on."""
        await self.until(self._is_quiet, "an empty inbox")

    async def until(self, claim: Callable[[], Awaitable[Any]], what: str, seconds: float = DEADLINE_SECONDS) -> Any:
        """Ask until the answer is true, or fail."""
        deadline = time.monotonic() + seconds
        while not (answer := await claim()):
            assert time.monotonic() < deadline, f"it did not happen in time: {what}"
            await asyncio.sleep(0.01)
        return answer

    async def _is_quiet(self) -> bool:
        waiting = await self.look("webhook")
        rows = await self.database.fetch(
            "SELECT 1 FROM inbox WHERE state IN ('pending', 'working') AND kind IN ('message', 'relationship') LIMIT 1"
        )
        return not rows and not waiting["waiting"] and not waiting["under_way"]


@asynccontextmanager
async def open_town(
    postgres_url: str, redis_url: str, data_dir: Path, *, workers: bool = True, **settings: Any
) -> AsyncIterator[Town]:
    """Open a site with these settings beside the usual ones; `workers` deliver notices and one-time codes too."""
    port, emulator_port = free_ports(2)
    keys = generate_key()
    key = register_secret(secrets.token_urlsafe(24))
    given = load_settings(
        **{
            "data_dir": data_dir,
            "database_url": postgres_url,
            "redis_url": redis_url,
            "listen": f"127.0.0.1:{port}",
            "emulator_listen": f"127.0.0.1:{emulator_port}",
            "event_keys": f"{SOURCE}:{key}",
            "encryption_keys": keys,
            "sweep_seconds": 0.2,
        }
        | settings
    )
    site = Site(given, postgres_url, redis_url, (keys,), None)
    stop = asyncio.Event()
    async with AsyncExitStack() as opened:
        database = await opened.enter_async_context(Database(postgres_url))
        http = await opened.enter_async_context(aiohttp.ClientSession())
        services = await opened.enter_async_context(open_services(site)) if workers else None
        tasks = await opened.enter_async_context(_running(stop))
        config = EmulatorConfig(webhook_url=f"http://{given.listen}/webhooks/zalo", night_rule=False)
        ready = asyncio.Event()
        tasks(run_emulator(config, host="127.0.0.1", port=emulator_port, ready=lambda _url: ready.set()))
        await asyncio.wait_for(ready.wait(), DEADLINE_SECONDS)
        tasks(serve_process.run(site, stop), ends=True)
        tasks(bot_process.run(site, stop), ends=True)
        if services is not None:
            assert services.sweeper is not None
            tasks(services.sweeper.run())
            for chore in services.chores:
                tasks(chore())
            tasks(_wake(services.delivery.wake))
            tasks(_apply(services.apply_receipts))
        town = Town(given, site, database, site.cipher, key, http)
        await town.until(lambda: _answers(http, f"http://{given.listen}/livez"), "the server")
        yield town
        if services is not None:
            await services.delivery.close()


async def _apply(apply_receipts: Callable[[], Awaitable[int]]) -> None:
    while True:
        with suppress(DatabaseUnavailable):  # the town is closing
            await apply_receipts()
        await asyncio.sleep(0.1)


async def _wake(wake: Callable[[str], None]) -> None:
    while True:
        for lane in ("urgent", "status"):
            wake(lane)
        await asyncio.sleep(0.05)


async def _answers(http: aiohttp.ClientSession, url: str) -> bool:
    try:
        async with http.get(url) as got:
            return got.status == 200
    except aiohttp.ClientError:
        return False


class Runs(Protocol):
    def __call__(self, work: Coroutine[Any, Any, Any], *, ends: bool = False) -> None: ...


@asynccontextmanager
async def _running(stop: asyncio.Event) -> AsyncIterator[Runs]:
    """Run coroutines beside the block; one that fails fails the test. Who `ends` does so on `stop`, not by a cancel."""
    ending: list[asyncio.Task[Any]] = []
    endless: list[asyncio.Task[Any]] = []

    def run(work: Coroutine[Any, Any, Any], *, ends: bool = False) -> None:
        (ending if ends else endless).append(asyncio.create_task(work))

    yield run
    stop.set()
    if ending:
        await asyncio.wait(ending, timeout=5)
    for task in endless:
        task.cancel()
    for outcome in await asyncio.gather(*ending, *endless, return_exceptions=True):
        if isinstance(outcome, Exception):
            raise outcome
