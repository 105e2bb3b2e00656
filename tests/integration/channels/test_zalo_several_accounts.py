"""Two Official Accounts of one app: one host, one keeper, one set of channels, and each message from the right one."""

from __future__ import annotations

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.base import Channel
from channels.content import Picture, Upload
from channels.errors import NeedsAuthorization
from channels.http import HttpClient
from channels.registry import ChannelParts, ZaloParts, build_channels
from channels.zalo.auth import AccountUnknown, RefreshClaim, StoredTokens, TokenKeeper, TokenPair, TokenState
from channels.zalo.config import ZaloConfig
from emulator.app import create_app
from emulator.config import EmulatorConfig
from tests.integration.channels.bench import OAUTH, PHONE, SEND, UPLOAD, template, text
from tests.integration.channels.conftest import Clock, EmulatorHandle
from tests.integration.channels.memory_store import MemoryStore

FIRST, SECOND = "1111111111111111111", "2222222222222222222"
PNG = Upload(name="a.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n" + bytes(10))


class SharedHost:
    """The platform's one host in front of two emulators, an account each: the token in a request says whose it is."""

    def __init__(self, session: aiohttp.ClientSession) -> None:
        self._session = session
        self.owner: dict[str, str] = {}

    async def forward(self, request: web.Request) -> web.Response:
        body = await request.read()
        form = await request.post() if request.path == OAUTH else {}
        token = str(form.get("refresh_token") or request.headers.get("access_token"))
        base = self.owner.get(token)
        if base is None:
            return web.json_response({"error": -216, "message": "Access token is invalid"})
        headers = {name: value for name, value in request.headers.items() if name.lower() != "host"}
        url = f"{base}{request.path_qs}"
        async with self._session.request(request.method, url, data=body, headers=headers) as answer:
            document = await answer.json()
            if request.path == OAUTH:
                self.learn(base, document)
            return web.json_response(document, status=answer.status)

    def learn(self, base: str, pair: dict[str, Any]) -> None:
        for name in ("access_token", "refresh_token"):
            if name in pair:
                self.owner[pair[name]] = base


class StoreOfTwo:
    """A `TokenStore` of two accounts."""

    def __init__(self, stores: dict[str, MemoryStore]) -> None:
        self.stores = stores

    def _of(self, account_id: str) -> MemoryStore:
        if account_id not in self.stores:
            raise AccountUnknown(account_id)
        return self.stores[account_id]

    async def read(self, account_id: str) -> StoredTokens:
        return await self._of(account_id).read(account_id)

    async def claim_refresh(self, account_id: str, *, version: int, lease_seconds: float) -> RefreshClaim | None:
        return await self._of(account_id).claim_refresh(account_id, version=version, lease_seconds=lease_seconds)

    async def record_answer(self, account_id: str, *, claim: uuid.UUID, raw: bytes) -> None:
        await self._of(account_id).record_answer(account_id, claim=claim, raw=raw)

    async def save_pair(self, account_id: str, *, claim: uuid.UUID, pair: TokenPair) -> bool:
        return await self._of(account_id).save_pair(account_id, claim=claim, pair=pair)

    async def mark_dead(self, account_id: str, *, claim: uuid.UUID, code: str) -> None:
        await self._of(account_id).mark_dead(account_id, claim=claim, code=code)

    async def release(self, account_id: str, *, claim: uuid.UUID, tries: int) -> None:
        await self._of(account_id).release(account_id, claim=claim, tries=tries)


class Two:
    """Two accounts, their emulators, and the channels that serve both; the first is the channels' own."""

    def __init__(self, emulators: dict[str, EmulatorHandle], store: StoreOfTwo, channels: dict[str, Channel]) -> None:
        self.emulators, self.store, self.channels = emulators, store, channels

    async def references(self, account_id: str) -> list[str]:
        return [message["tracking_id"] for message in await self.emulators[account_id].get("messages")]


@asynccontextmanager
async def serve(app: web.Application) -> AsyncIterator[str]:
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


async def first_pair(emulator: EmulatorHandle, host: SharedHost, session: aiohttp.ClientSession) -> dict[str, Any]:
    """A pair of the emulator's own making: all emulators begin with the same fixed one."""
    form = {
        "app_id": emulator.credentials["app_id"],
        "grant_type": "refresh_token",
        "refresh_token": emulator.credentials["refresh_token"],
    }
    headers = {"secret_key": emulator.credentials["app_secret"]}
    async with session.post(emulator.base + OAUTH, data=form, headers=headers) as answer:
        pair: dict[str, Any] = await answer.json()
    host.learn(emulator.base, pair)
    return pair


@pytest.fixture
async def two(http: HttpClient, zalo: ZaloConfig, clock: Clock, emulator: EmulatorHandle) -> AsyncIterator[Two]:
    config = EmulatorConfig(night_rule=False, receipts=False)
    async with aiohttp.ClientSession() as session, serve(create_app(config)) as other:
        second = EmulatorHandle(other, session)
        second.credentials = await second.get("credentials")
        host = SharedHost(session)
        front = web.Application(client_max_size=8 << 20)
        front.router.add_route("*", "/{path:.*}", host.forward)
        emulators = {FIRST: emulator, SECOND: second}
        stores = {}
        for account_id, handle in emulators.items():
            made = await first_pair(handle, host, session)
            pair = TokenPair(
                access_token=SecretStr(made["access_token"]),
                refresh_token=SecretStr(made["refresh_token"]),
                access_expires_at=clock() + timedelta(hours=25),
                refresh_expires_at=clock() + timedelta(days=90),
            )
            stores[account_id] = MemoryStore(account_id, pair, clock)
        async with serve(front) as base:
            hosts = {"oauth_base": base, "oa_base": base, "template_base": base}
            shared = zalo.model_copy(update=hosts)
            store = StoreOfTwo(stores)
            async with TokenKeeper(store, http, shared, clock=clock) as keeper:
                yield Two(emulators, store, build_channels(ChannelParts(http, ZaloParts(shared, keeper, FIRST))))


async def test_each_message_goes_out_in_the_name_that_it_asks_for(two: Two) -> None:
    channel = two.channels["zalo_template"]
    await channel.send(template("of-nobody"))
    await channel.send(template("of-first").model_copy(update={"account_id": FIRST}))
    await channel.send(template("of-second").model_copy(update={"account_id": SECOND}))
    assert await two.references(FIRST) == ["of-nobody", "of-first"]
    assert await two.references(SECOND) == ["of-second"]
    for emulator in two.emulators.values():
        assert await emulator.get("violations") == []


async def test_a_token_refused_for_one_account_is_refreshed_for_that_one(two: Two) -> None:
    await two.emulators[SECOND].order(SEND, "expire_token")
    channel = two.channels["zalo_template"]
    await channel.send(template("n-1").model_copy(update={"account_id": SECOND}))
    await channel.send(template("n-2"))
    assert {account: store.version for account, store in two.store.stores.items()} == {FIRST: 1, SECOND: 2}


async def test_a_dead_account_does_not_hold_the_other_up(two: Two) -> None:
    two.store.stores[SECOND].state = TokenState.NEEDS_AUTHORIZATION
    await two.emulators[SECOND].order(SEND, "expire_token")
    channel = two.channels["zalo_template"]
    with pytest.raises(NeedsAuthorization):
        await channel.send(template("n-1").model_copy(update={"account_id": SECOND}))
    await channel.send(template("n-2"))
    assert await two.references(FIRST) == ["n-2"]
    assert await two.references(SECOND) == []


async def test_an_account_that_nobody_stored_is_told(two: Two) -> None:
    with pytest.raises(AccountUnknown):
        await two.channels["zalo_template"].send(template().model_copy(update={"account_id": "3"}))


async def test_uploads_belong_to_their_account(two: Two) -> None:
    for account_id, emulator in two.emulators.items():
        user_id = await emulator.add_phone(PHONE, follows=True)
        said = text(None, user_id=user_id, attachment=Picture(source=PNG), account_id=account_id)
        await two.channels["zalo_oa"].send(said)
        paths = [row["path"] for row in (await emulator.get("requests"))["requests"]]
        assert paths.count(f"{UPLOAD}/image") == 1
        assert await emulator.get("violations") == []
