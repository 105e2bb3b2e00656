"""The real parts put together as the worker process does: storage, Zalo's template channel, delivery."""

import asyncio
import functools
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from pydantic import SecretStr

from channels.base import Channel
from channels.http import HttpClient, HttpConfig
from channels.zalo.auth import TokenKeeper
from channels.zalo.client import ZaloClient
from channels.zalo.config import ZaloConfig
from channels.zalo.template import ZaloTemplateChannel
from status_bridge.routing import TEMPLATE_BY_PHONE, NoRoute, Policy, Question, Routed, route
from storage import notices
from storage.accounts import AccountStore
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import ClaimedNotice, NewNotice, NoticeView
from workers.config import DeliveryConfig
from workers.delivery import Delivery

KEY = "a test's own secret of more than 32 characters"
OA_ID = "2000000000000000002"
# Unknown answers come fast here: the deadline of the exchange is what a broken platform costs a test.
HTTP = HttpConfig(connect_seconds=1, read_seconds=2, pool_seconds=2, total_seconds=3)
PARAMS = {
    "ma_ho_so": "H17.33.2-260302-0001",
    "thu_tuc": "Đăng ký khai sinh",
    "don_vi": "UBND phường",
    "ngay_hen": "05/03/2026",
    "viec_tiep_theo": "Không cần làm gì thêm.",
}


@dataclass
class World:
    """One database with the means to fill it, to deliver from it and to look into it."""

    database: Database
    cipher: Cipher
    channel: Channel
    deliveries: list[Delivery] = field(default_factory=list)

    def delivery(
        self,
        *,
        channels: Mapping[str, Channel] | None = None,
        route_by: Callable[[ClaimedNotice], Routed | NoRoute] | None = None,
        database: Database | None = None,
        decent_delay: Callable[[float, ClaimedNotice], float] = lambda seconds, _notice: seconds,
        call_others: Callable[[str], None] = lambda _lane: None,
        seams: Mapping[str, Any] | None = None,
        **config: Any,
    ) -> Delivery:
        delivery = Delivery(
            database or self.database,
            self.cipher,
            {TEMPLATE_BY_PHONE: self.channel} if channels is None else channels,
            route_by or route_notice,
            config=DeliveryConfig(**{"drain_seconds": 2, "record_patience_seconds": 2, **config}),
            decent_delay=decent_delay,
            call_others=call_others,
            random=lambda: 0.0,
            **(seams or {}),
        )
        self.deliveries.append(delivery)
        return delivery

    async def write(self, count: int, *, dossiers: bool = True, **facts: Any) -> list[uuid.UUID]:
        """Write due notices: each of a dossier of its own, or all of one dossier in order."""
        written = []
        first = int(uuid.uuid4().int % 10**9) * 10_000
        for number in range(count):
            values: dict[str, Any] = {
                "id": uuid.uuid4(),
                "dossier_id": first + (number if dossiers else 0),
                "dossier_code": "H17.33.2-260302-0001",
                "ordinal": number + 1,
                "event_key": uuid.uuid4(),
                "kind": "accepted",
                "state": "pending",
                "reason": None,
                "demands_action": False,
                "language": "vi",
                "phone": f"8490{number:07d}",
                "content": {"text": "…", "params": PARAMS},
                "due_at": datetime(2026, 1, 1, tzinfo=UTC),
            }
            written.append(NewNotice(**{**values, **facts}))
        async with self.database.transaction() as connection:
            await notices.insert(connection, written, self.cipher)
        return [notice.id for notice in written]

    async def see(self, notice: uuid.UUID) -> NoticeView:
        view = await notices.get(self.database, notice)
        assert view is not None
        return view

    async def states(self) -> dict[str, int]:
        rows = await self.database.fetch("SELECT state, count(*) AS n FROM notices GROUP BY state")
        return {row["state"]: row["n"] for row in rows}

    async def outcomes(self, notice: uuid.UUID) -> list[str]:
        return [attempt.outcome for attempt in await notices.attempts_of(self.database, notice)]

    async def let_pass(self, column: str = "due_at") -> None:
        """Let the time come that a column waits for, by the database's clock."""
        await self.database.fetch(
            f"UPDATE notices SET {column} = now() - interval '1 second' WHERE {column} IS NOT NULL RETURNING id"
        )


POLICY = Policy(channels={TEMPLATE_BY_PHONE}, templates={"accepted": "400102", "supplement": "400104"})


def route_by(policy: Policy) -> Callable[[ClaimedNotice], Routed | NoRoute]:
    """The router of a worker process for this policy."""
    return lambda notice: route(Question(notice), policy, datetime.now(UTC))


def route_notice(notice: ClaimedNotice) -> Routed | NoRoute:
    return route_by(POLICY)(notice)


@asynccontextmanager
async def open_world(
    postgres_url: str, platform_url: str, *, access_token: str = "a-test-access-token"
) -> AsyncIterator[World]:
    cipher = Cipher([KEY])
    config = ZaloConfig(
        app_id="1000000000000000001",
        app_secret=SecretStr("a-test-app-secret"),
        oauth_base=platform_url,
        oa_base=platform_url,
        template_base=platform_url,
    )
    async with Database(postgres_url) as database, HttpClient(HTTP) as http:
        store = AccountStore(database, cipher)
        await store.seed(
            OA_ID,
            app_id=config.app_id,
            access=SecretStr(access_token),
            refresh=SecretStr("a-test-refresh-token"),
            expires_in_seconds=90_000,
        )
        clock = functools.partial(datetime.now, UTC)
        async with TokenKeeper(store, http, config, clock=clock, sleep=asyncio.sleep) as keeper:
            channel = ZaloTemplateChannel(ZaloClient(http, keeper, config, account_id=OA_ID), config)
            world = World(database, cipher, channel)
            try:
                yield world
            finally:
                for delivery in world.deliveries:
                    await delivery.close()


async def eventually(claim: Callable[[], Any], *, seconds: float = 8.0) -> None:
    """Wait until `claim()` (or what it awaits) is true; fail at the deadline."""
    end = time.monotonic() + seconds
    while True:
        result = claim()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return
        assert time.monotonic() < end, "it did not happen in time"
        await asyncio.sleep(0.01)
