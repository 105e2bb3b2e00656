"""An office for console tests: the real console on a real port, with officers who are signed in.

    async with open_office(postgres_url, redis_url, data_dir) as office:
        lan = await office.sign_in("lan", ("H17.33.2", "author"))
        answer = await lan.get("/console/dossiers")
        assert answer.status == 200

`lan.post(path, data)` puts the form's token in. For Chromium: `office.cookie_of(lan)` goes into
`context.add_cookies`.
"""

import json
import secrets
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer
from redis.asyncio import Redis

from bot.middlewares import request_context
from console import sessions, traces
from hoso.console import open_console
from hoso.settings import Settings, load_settings
from hoso.site import Site
from storage import officers
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.officers import Grant, Officer, Role
from tests.engines import register_name, register_secret


@dataclass(frozen=True, slots=True)
class Answer:
    """A page as it came, after redirects; `where` is the path that it was found at."""

    status: int
    text: str
    headers: Mapping[str, str]
    where: str


@dataclass
class Desktop:
    """An officer's browser without a screen."""

    office: "Office"
    officer: Officer
    key: str
    csrf: str
    client: aiohttp.ClientSession

    async def get(self, path: str, **params: Any) -> Answer:
        """Open a page."""
        async with self.client.get(self.office.url(path), params=params) as response:
            return await _read(response)

    async def post(self, path: str, data: Mapping[str, Any] | None = None, *, token: str | None = None) -> Answer:
        """Send a form, with this session's token unless another is given; redirects are followed."""
        fields = {"csrf": self.csrf if token is None else token, **(data or {})}
        async with self.client.post(self.office.url(path), data=fields) as response:
            return await _read(response)


@dataclass
class Office:
    """The console, its database and its Valkey. `rung` are the lanes whose bell was rung."""

    settings: Settings
    site: Site
    database: Database
    redis: Redis
    server: TestServer
    rung: list[str]
    console: web.Application
    clients: list[aiohttp.ClientSession] = field(default_factory=list)

    @property
    def cipher(self) -> Cipher:
        return self.site.cipher

    def url(self, path: str) -> str:
        return str(self.server.make_url("/")).rstrip("/") + path

    async def hire(self, login: str, *grants: tuple[str, str], name: str | None = None) -> Officer:
        """Add an officer with roles, such as `("H17.33.2", "author")`; everywhere is `*`. Without a password."""
        async with self.database.transaction() as connection:
            await officers.add(
                connection,
                login=login,
                name=name or login.title(),
                grants=[Grant(unit, Role(role)) for unit, role in grants],
                password_hash=None,
                created_by="test",
                must_set_up=False,
            )
        found = await officers.find(self.database, login=login)
        assert found is not None
        return found

    async def sign_in(self, login: str, *grants: tuple[str, str], name: str | None = None) -> Desktop:
        """Return the browser of an officer with a session in force; with grants the officer is hired first."""
        officer = (
            await self.hire(login, *grants, name=name) if grants else await officers.find(self.database, login=login)
        )
        assert officer is not None
        key, sid, csrf, now = sessions.new_key(), secrets.token_hex(8), secrets.token_urlsafe(32), time.time()
        content = {
            "officer": officer.id,
            "version": officer.credentials_version,
            "stage": "full",
            "sid": sid,
            "csrf": csrf,
            "opened": now,
            "seen": now,
            "address": "127.0.0.1",
            "agent": "test",
        }
        place = sessions.storage_key(key)
        await self.redis.set(place, json.dumps(content), ex=3600)
        await self.redis.hset(sessions.list_key(officer.id), sid, place)  # type: ignore[misc]
        await traces.leave(self.redis, content, session_seconds=3600)
        jar = aiohttp.CookieJar(unsafe=True)
        jar.update_cookies({sessions.COOKIE: key}, self.server.make_url("/"))
        client = aiohttp.ClientSession(cookie_jar=jar)
        self.clients.append(client)
        return Desktop(self, officer, key, csrf, client)

    async def stranger(self) -> aiohttp.ClientSession:
        """Return a client without any cookie."""
        client = aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True))
        self.clients.append(client)
        return client

    def cookie_of(self, desktop: Desktop) -> Any:
        """The officer's cookie, for Chromium."""
        return {"name": sessions.COOKIE, "value": desktop.key, "url": self.url("/")}


async def _read(response: aiohttp.ClientResponse) -> Answer:
    return Answer(response.status, await response.text(), dict(response.headers), response.url.path_qs)


@asynccontextmanager
async def open_office(postgres_url: str, redis_url: str, data_dir: Path, **overrides: Any) -> AsyncIterator[Office]:
    """Open the console on a port of its own; `overrides` are settings by their names."""
    key = generate_key()
    register_secret(key)
    register_name("Nguyễn Thị Minh Châu")
    settings = load_settings(data_dir=data_dir, encryption_keys=key, **overrides)
    site = Site(settings, postgres_url, redis_url, (key,), None)
    rung: list[str] = []
    async with Database(postgres_url, max_size=5) as database:
        redis = Redis.from_url(redis_url)
        app = web.Application(middlewares=[request_context])
        console = open_console(site, database, redis, ring=rung.append)
        app.add_subapp("/console", console)
        server = TestServer(app)
        await server.start_server()
        office = Office(settings, site, database, redis, server, rung, console)
        try:
            yield office
        finally:
            for client in office.clients:
                await client.close()
            await server.close()
            await redis.aclose()
