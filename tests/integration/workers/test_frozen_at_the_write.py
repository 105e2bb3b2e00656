"""A worker that was frozen after it looked at its lease: on thaw nothing of the message may leave any more.

The platform is a bare socket that keeps every byte of every message; the freeze is a clock that jumps.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels.deadline import Deadline, unbounded
from channels.errors import NotSent
from channels.http import HttpClient, HttpConfig, PlatformRequest
from channels.zalo.auth import TokenKeeper, TokenPair
from channels.zalo.config import ZaloConfig
from channels.zalo.kit import ZaloKit, ZaloParts
from status_bridge.outgoing import TEMPLATE_BY_PHONE
from status_bridge.routing import NoRoute, Routed
from storage.notices import ClaimedNotice, Outcome
from tests.integration.channels.memory_store import MemoryStore
from tests.unit.status_bridge.routing_case import NOW, PARAMS, claimed, routed
from workers.attempt import Attempts
from workers.config import DeliveryConfig

LEASE = DeliveryConfig(lease_seconds=60, send_deadline_seconds=45)
FROZEN_SECONDS = 50.0
QUICK = HttpConfig(connect_seconds=1, read_seconds=2, pool_seconds=3, total_seconds=5, max_in_flight=1)
TAKEN = json.dumps({"error": 0, "message": "Success", "data": {"msg_id": "m-1", "sent_time": "1767225600000"}})
LIST = [{"name": name, "require": True, "type": "STRING", "maxLength": 400, "minLength": 0} for name in PARAMS]
DESCRIPTION = {"templateId": "400104", "templateName": "supplement", "status": "ENABLE", "listParams": LIST}
DESCRIBED = json.dumps({"error": 0, "message": "Success", "data": DESCRIPTION})


class Platform:
    """Takes whole requests; keeps what the sends among them were, and the bytes of whatever came of a send."""

    def __init__(self) -> None:
        self.base = ""
        self.bytes_of_sends = b""
        self.sends = 0
        self.on_question: Callable[[], None] = lambda: None
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self.holds = asyncio.Event()
        """Set while a request waits for its answer."""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while line := await reader.readline():
                await self._take(line, reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()

    async def _take(self, line: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        is_send = line.startswith(b"POST")
        self.bytes_of_sends += line if is_send else b""
        head = await reader.readuntil(b"\r\n\r\n")
        lengths = [int(each[15:]) for each in head.split(b"\r\n") if each.lower().startswith(b"content-length:")]
        body = await reader.readexactly(sum(lengths))
        if is_send:
            self.bytes_of_sends += head + body
            self.sends += 1
        else:
            self.on_question()
        self.holds.set()
        await self.may_answer.wait()
        answer = TAKEN if is_send else DESCRIBED
        head_of_answer = f"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: {len(answer)}\r\n\r\n"
        writer.write((head_of_answer + answer).encode())


@asynccontextmanager
async def running() -> AsyncIterator[Platform]:
    platform = Platform()
    server = await asyncio.start_server(platform.serve, "127.0.0.1", 0)
    platform.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    async with server:
        yield platform
        platform.may_answer.set()


class Clock:
    """Monotonic seconds that jump when the process is frozen: after look number `freezes_after`, at once or a turn of
    the loop later.
    """

    def __init__(self, freezes_after: int | None = None, *, a_turn_later: bool = False) -> None:
        self.seconds = 1000.0
        self.looks = 0
        self._freezes_after = freezes_after
        self._a_turn_later = a_turn_later

    def __call__(self) -> float:
        seen = self.seconds
        self.looks += 1
        if self.looks == self._freezes_after:
            if self._a_turn_later:
                asyncio.get_running_loop().call_soon(self.freeze)
            else:
                self.freeze()
        return seen

    def freeze(self) -> None:
        self.seconds += FROZEN_SECONDS


class Store(MemoryStore):
    """A token look-up in which the process may be frozen."""

    on_read: Callable[[], None] = staticmethod(lambda: None)

    async def read(self, account_id):
        self.on_read()
        return await super().read(account_id)


class Site:
    """One attempt of one notice, through the template channel and the real client."""

    def __init__(self, http: HttpClient, platform: Platform, *, check_templates: bool = False) -> None:
        now = datetime.now(UTC)
        pair = TokenPair(
            access_token=SecretStr("access"),
            refresh_token=SecretStr("refresh"),
            access_expires_at=now + timedelta(hours=25),
            refresh_expires_at=now + timedelta(days=90),
        )
        self.store = Store("oa", pair, lambda: datetime.now(UTC))
        base = platform.base
        config = ZaloConfig(
            app_id="1",
            app_secret=SecretStr("s"),
            oauth_base=base,
            oa_base=base,
            template_base=base,
            check_templates=check_templates,
        )
        kit = ZaloKit.build(http, ZaloParts(config, TokenKeeper(self.store, http, config), "oa"))
        self.channel = kit.template_channel()

    async def attempt(self, clock: Clock) -> Outcome:
        def route(notice: ClaimedNotice) -> Routed | NoRoute:
            return routed(notice, channels=frozenset({TEMPLATE_BY_PHONE}))

        attempts = Attempts(
            {TEMPLATE_BY_PHONE: self.channel},
            route,
            config=LEASE,
            decent_delay=lambda seconds, _notice: seconds,
            random=lambda: 0.0,
            now=lambda: NOW,
            clock=clock,
        )
        return await attempts.make(claimed(), clock.seconds, lambda _seconds: None)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    async with running() as platform:
        yield platform


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient(QUICK) as client:
        yield client


def is_unsent(outcome: Outcome) -> bool:
    return (outcome.state, outcome.not_sent, outcome.code) == ("pending", True, "too_late")


async def test_who_is_not_frozen_sends(http: HttpClient, platform: Platform) -> None:
    outcome = await Site(http, platform).attempt(Clock())
    assert (outcome.state, outcome.message_id, platform.sends) == ("accepted", "m-1", 1)


@pytest.mark.parametrize("a_turn_later", [False, True])
async def test_after_whichever_look_at_the_clock_the_freeze_comes_a_late_message_does_not_leave(
    http: HttpClient, platform: Platform, a_turn_later: bool
) -> None:
    looks_until_out = await _looks_until_out(http, platform)
    assert looks_until_out >= 3  # the lease's, the request's, the write's
    for number in range(1, looks_until_out):
        platform.bytes_of_sends = b""
        outcome = await Site(http, platform).attempt(Clock(number, a_turn_later=a_turn_later))
        assert is_unsent(outcome), (number, outcome)
        assert platform.bytes_of_sends == b"", number


async def _looks_until_out(http: HttpClient, platform: Platform) -> int:
    """How often an attempt looks at the clock until the platform has the message."""
    platform.may_answer.clear()
    clock = Clock()
    attempt = asyncio.create_task(Site(http, platform).attempt(clock))
    await platform.holds.wait()
    looks = clock.looks
    platform.may_answer.set()
    assert (await attempt).state == "accepted"
    return looks


async def test_frozen_while_the_token_is_looked_up(http: HttpClient, platform: Platform) -> None:
    site, clock = Site(http, platform), Clock()
    site.store.on_read = clock.freeze
    assert is_unsent(await site.attempt(clock))
    assert platform.bytes_of_sends == b""


async def test_frozen_while_the_template_is_checked(http: HttpClient, platform: Platform) -> None:
    site, clock = Site(http, platform, check_templates=True), Clock()
    platform.on_question = clock.freeze
    assert is_unsent(await site.attempt(clock))
    assert platform.bytes_of_sends == b""


async def test_frozen_while_it_waits_for_a_free_connection(http: HttpClient, platform: Platform) -> None:
    platform.may_answer.clear()
    first = asyncio.create_task(Site(http, platform).attempt(Clock()))
    await platform.holds.wait()
    clock = Clock()
    second = asyncio.create_task(Site(http, platform).attempt(clock))
    for _turn in range(50):  # up to its wait for the one connection
        await asyncio.sleep(0)
    assert clock.looks >= 1
    clock.freeze()
    platform.may_answer.set()
    assert is_unsent(await second)
    assert (await first).state == "accepted"
    assert platform.sends == 1


async def test_the_next_message_goes_out_on_a_connection_of_its_own(http: HttpClient, platform: Platform) -> None:
    await test_after_whichever_look_at_the_clock_the_freeze_comes_a_late_message_does_not_leave(http, platform, True)
    assert (await Site(http, platform).attempt(Clock())).state == "accepted"
    assert platform.bytes_of_sends.count(b"POST /message/template") == 1


async def test_a_request_without_a_body_is_refused_as_well(http: HttpClient, platform: Platform) -> None:
    asked = []
    platform.on_question = lambda: asked.append(1)
    question = PlatformRequest("test", "GET", f"{platform.base}/x")
    with Deadline(10.0, lambda: 11.0), pytest.raises(NotSent, match="too_late"):
        await http.request(question)
    assert asked == []
    with Deadline(10.0, lambda: 9.0):
        await http.request(question)
    assert asked == [1]


async def test_what_is_done_for_everybody_knows_no_deadline(http: HttpClient, platform: Platform) -> None:
    with Deadline(10.0, lambda: 11.0), unbounded():
        await http.request(PlatformRequest("test", "POST", f"{platform.base}/x", body=b"{}"))
    assert platform.sends == 1
