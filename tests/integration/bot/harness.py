"""A webhook server on a free port, a relay through which the database can fail, events as the platform sends them."""

import asyncio
import hashlib
import json
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import aiohttp
from pydantic import SecretStr

from bot.inbox import Inbox, InboxConfig
from bot.server import ServerConfig, create_app, create_runner
from bot.spool import Spool
from bot.webhook import ZaloWebhook
from channels.base import WebhookRoute
from channels.zalo.config import ZaloConfig
from channels.zalo.routes import build_webhook_route
from storage import inbox as inbox_rows
from storage.crypto import Cipher, generate_key
from storage.database import Database

APP_ID = "1234567890123456789"
OA_ID = "388613280878808645"
OA_SECRET = "oa-secret-for-tests"
APP_SECRET = "app-secret-for-tests"
SENDER = "246845883529197922"
TIMESTAMP = "1767225600000"


def zalo_route() -> WebhookRoute:
    config = ZaloConfig(
        app_id=APP_ID, app_secret=SecretStr(APP_SECRET), oa_secret_keys=(SecretStr("older"), SecretStr(OA_SECRET))
    )
    return build_webhook_route(config, account_ids={OA_ID})


def text_event(msg_id: str, text: str = "Xin chào", *, sender: str = SENDER, oa_id: str = OA_ID) -> bytes:
    document = {
        "app_id": APP_ID,
        "user_id_by_app": "552177279717587730",
        "event_name": "user_send_text",
        "timestamp": TIMESTAMP,
        "sender": {"id": sender},
        "recipient": {"id": oa_id},
        "message": {"msg_id": msg_id, "text": text},
    }
    return json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()


def signed(body: bytes, *, secret: str = OA_SECRET) -> dict[str, str]:
    mac = hashlib.sha256(APP_ID.encode() + body + TIMESTAMP.encode() + secret.encode()).hexdigest()
    return {"X-ZEvent-Signature": f"mac={mac}", "Content-Type": "application/json"}


async def poll(check: Callable[[], Awaitable[Any]], *, seconds: float = 10) -> Any:
    """Ask until the answer is true, or fail."""
    end = asyncio.get_running_loop().time() + seconds
    while not (answer := await check()):
        assert asyncio.get_running_loop().time() < end, "it did not happen in time"
        await asyncio.sleep(0.02)
    return answer


@dataclass
class RunningBot:
    """A server under test."""

    url: str
    session: aiohttp.ClientSession
    database: Database
    cipher: Cipher
    inbox: Inbox
    rung: list[set[str]] = field(default_factory=list)

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> aiohttp.ClientResponse:
        headers = signed(body) if headers is None else headers
        response = await self.session.post(f"{self.url}/webhooks/zalo", data=body, headers=headers)
        await response.read()
        return response

    async def rows(self) -> list[dict[str, Any]]:
        return await self.database.fetch("SELECT * FROM inbox ORDER BY id")


@asynccontextmanager
async def running_bot(
    postgres_url: str,
    spool_dir: Path,
    *,
    direct_url: str | None = None,
    min_free_bytes: int = 0,
    drain_seconds: float = 0.1,
    cipher: Cipher | None = None,
    routes: Any = (),
    api_documents: Any = (),
    readiness: Any = None,
    **webhook_options: Any,
) -> AsyncIterator[RunningBot]:
    """`direct_url` is the way round the relay, for the test's own look at the tables."""
    cipher = cipher or Cipher([generate_key()])
    rung: list[set[str]] = []
    async with (
        Database(postgres_url, timeout_seconds=5) as database,
        Database(direct_url or postgres_url) as direct,
        aiohttp.ClientSession() as session,
    ):
        inbox = Inbox(
            store=partial(inbox_rows.store, database, cipher=cipher),
            spool=Spool(spool_dir, cipher, min_free_bytes=min_free_bytes),
            on_new_work=rung.append,
            config=InboxConfig(drain_seconds=drain_seconds),
        )
        webhook = ZaloWebhook(route=zalo_route(), inbox=inbox, is_our_account=OA_ID.__eq__, **webhook_options)
        config = ServerConfig(lingering_seconds=0.1, shutdown_seconds=1)
        app = create_app(
            webhook=webhook,
            routes=routes(inbox) if callable(routes) else routes,
            api_documents=api_documents,
            readiness={"database": database.ping} if readiness is None else readiness,
            config=config,
        )
        runner = create_runner(app, config)
        await runner.setup()
        with socket.create_server(("127.0.0.1", 0)) as listener:
            await aiohttp.web.SockSite(runner, listener).start()
            url = f"http://127.0.0.1:{listener.getsockname()[1]}"
            yield RunningBot(url, session, direct, cipher, inbox, rung)
            await runner.cleanup()


class Relay:
    """A Unix socket in front of PostgreSQL's: open, cut (as when it is stopped), or hung (as under SIGSTOP)."""

    def __init__(self, postgres_url: str, directory: Path) -> None:
        query = parse_qs(urlsplit(postgres_url).query)
        port = query.get("port", ["5432"])[0]
        self._upstream = f"{query['host'][0]}/.s.PGSQL.{port}"
        self._path = directory / f".s.PGSQL.{port}"
        self.url = postgres_url.replace(query["host"][0], str(directory))
        self._flows = asyncio.Event()
        self._flows.set()
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self) -> None:
        self._path.unlink(missing_ok=True)
        self._flows.set()
        self._server = await asyncio.start_unix_server(self._accept, self._path)

    async def cut(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._path.unlink(missing_ok=True)

    def hang(self) -> None:
        self._flows.clear()

    def flow(self) -> None:
        self._flows.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            upstream_reader, upstream_writer = await asyncio.open_unix_connection(self._upstream)
            self._writers |= {writer, upstream_writer}
            async with asyncio.TaskGroup() as group:
                group.create_task(self._pump(reader, upstream_writer))
                group.create_task(self._pump(upstream_reader, writer))
        except* (OSError, asyncio.CancelledError):
            pass
        finally:
            self._tasks.discard(task)
            for each in (writer, upstream_writer):
                self._writers.discard(each)
                each.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            await self._flows.wait()
            writer.write(data)
            await writer.drain()
        writer.close()


async def send_raw(url: str, data: bytes, *, close: bool = False, seconds: float = 5) -> bytes:
    """Write bytes as they are to the server and return what it answers until it closes."""
    parts = urlsplit(url)
    reader, writer = await asyncio.open_connection(parts.hostname, parts.port)
    writer.write(data)
    if close:
        sock = writer.get_extra_info("socket")
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return b""
    try:
        return await asyncio.wait_for(reader.read(), seconds)
    finally:
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
