"""Each row of the table of what a failure proves (rq-httpx-redis-pitfalls B1), on the transport that is really used."""

from __future__ import annotations

import asyncio
import json
import logging
import traceback
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.content import Upload
from channels.errors import (
    NeedsHuman,
    NotSent,
    OutcomeUnknown,
    PlatformDown,
    PoolBusy,
    RateLimited,
)
from channels.http import HttpClient, HttpConfig, PlatformRequest
from channels.zalo.calls import build_api_request
from channels.zalo.config import ZaloConfig
from channels.zalo.methods import UploadImage
from tests.proxy import Fault, FaultProxy, refusing_port, unanswering_port

QUICK = HttpConfig(connect_seconds=0.5, read_seconds=0.5, pool_seconds=0.2, total_seconds=1.0)
GOOD = {"error": 0, "message": "Success", "data": {"msg_id": "m-1"}}


class Platform:
    """A real server that counts what it got and answers what the test wants."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []
        self.status = 200
        self.body: bytes = json.dumps(GOOD).encode()
        self.answer_headers: dict[str, str] = {}
        self.hold = asyncio.Event()
        self.hold.set()
        self.port = 0

    async def handle(self, request: web.Request) -> web.Response:
        self.bodies.append(await request.read())
        self.headers.append({name.lower(): value for name, value in request.headers.items()})
        await self.hold.wait()
        return web.Response(status=self.status, body=self.body, headers=self.answer_headers)


@pytest.fixture
async def platform() -> AsyncIterator[Platform]:
    platform = Platform()
    app = web.Application(client_max_size=32 << 20)
    app.router.add_route("*", "/{path:.*}", platform.handle)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    platform.port = runner.addresses[0][1]
    yield platform
    platform.hold.set()
    await runner.cleanup()


@pytest.fixture
async def proxy(platform: Platform) -> AsyncIterator[FaultProxy]:
    async with FaultProxy("127.0.0.1", platform.port) as proxy:
        yield proxy


@pytest.fixture
async def http() -> AsyncIterator[HttpClient]:
    async with HttpClient(QUICK) as client:
        yield client


def post(base: str, **more: Any) -> PlatformRequest:
    return PlatformRequest("test.send", "POST", f"{base}/message/template", body=b'{"a":1}', **more)


async def test_a_good_answer_comes_back_parsed(http: HttpClient, platform: Platform, proxy: FaultProxy) -> None:
    platform.answer_headers = {"X-RateLimit-Remain": "7"}
    response = await http.request(post(proxy.url, headers={"access_token": "t"}, query={"q": "Đà Nẵng"}))
    assert response.status == 200
    assert response.document == GOOD
    assert response.headers["x-ratelimit-remain"] == "7"
    assert platform.bodies == [b'{"a":1}']
    assert platform.headers[0]["access_token"] == "t"
    assert platform.headers[0]["accept-encoding"] == "identity"


async def test_a_big_body_arrives_whole_with_its_length(
    http: HttpClient, platform: Platform, proxy: FaultProxy
) -> None:
    body = bytes(range(256)) * (5 << 12)
    await http.request(PlatformRequest("test.upload", "POST", f"{proxy.url}/v2.0/oa/upload/file", body=body))
    assert platform.bodies == [body]
    assert platform.headers[0]["content-length"] == str(len(body))
    assert "transfer-encoding" not in platform.headers[0]


# --- Rows "never": not sent -----------------------------------------------------------------------------------------


async def test_connection_refused_is_not_sent(http: HttpClient) -> None:
    with refusing_port() as port, pytest.raises(PlatformDown) as caught:
        await http.request(post(f"http://127.0.0.1:{port}"))
    assert not caught.value.is_sent_possible
    assert not caught.value.counts_as_send


async def test_connect_timeout_is_not_sent(http: HttpClient) -> None:
    with unanswering_port() as port, pytest.raises(PlatformDown):
        await http.request(post(f"http://127.0.0.1:{port}"))


async def test_unknown_host_name_is_not_sent(http: HttpClient) -> None:
    with pytest.raises(PlatformDown):
        await http.request(post("http://no-such-host.invalid"))


async def test_failed_tls_is_not_sent(http: HttpClient, platform: Platform) -> None:
    with pytest.raises(PlatformDown):
        await http.request(post(f"https://127.0.0.1:{platform.port}"))
    assert platform.bodies == []


async def test_waiting_too_long_for_a_connection_of_ours_is_not_sent(platform: Platform) -> None:
    config = QUICK.model_copy(update={"max_in_flight": 1, "read_seconds": 5.0, "total_seconds": 6.0})
    platform.hold.clear()
    async with HttpClient(config) as http, asyncio.TaskGroup() as group:
        first = group.create_task(http.request(post(f"http://127.0.0.1:{platform.port}")))
        await until(lambda: len(platform.bodies) == 1)
        with pytest.raises(PoolBusy):
            await http.request(post(f"http://127.0.0.1:{platform.port}"))
        platform.hold.set()
        assert (await first).document == GOOD
    assert len(platform.bodies) == 1


async def test_429_is_not_sent_and_names_the_pause(http: HttpClient, platform: Platform, proxy: FaultProxy) -> None:
    platform.status, platform.answer_headers = 429, {"Retry-After": "17"}
    with pytest.raises(RateLimited) as caught:
        await http.request(post(proxy.url))
    assert caught.value.retry_after_seconds == 17


async def test_503_is_not_sent(http: HttpClient, platform: Platform, proxy: FaultProxy) -> None:
    platform.status, platform.answer_headers = 503, {"Retry-After": "30"}
    with pytest.raises(PlatformDown) as caught:
        await http.request(post(proxy.url))
    assert caught.value.retry_after_seconds == 30


# --- Rows "sometimes" and "yes": unknown ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fault", "provider_has_it"),
    [
        (Fault.RESET_ON_CONNECT, False),
        (Fault.RESET_BEFORE_REQUEST, False),
        (Fault.RESET_AFTER_REQUEST, True),
        (Fault.CLOSE_AFTER_REQUEST, True),
        (Fault.SWALLOW_ANSWER, True),
        (Fault.HALF_ANSWER, True),
        (Fault.HALF_ANSWER_RESET, True),
        (Fault.GARBAGE_ANSWER, True),
        (Fault.DRIP_ANSWER, True),
        (Fault.STALL_READING, False),
    ],
    ids=lambda value: value.name.lower() if isinstance(value, Fault) else "",
)
async def test_a_break_after_the_request_left_is_unknown(
    http: HttpClient, proxy: FaultProxy, platform: Platform, fault: Fault, provider_has_it: bool
) -> None:
    proxy.fault = fault
    with pytest.raises(OutcomeUnknown) as caught:
        await http.request(post(proxy.url))
    assert caught.value.is_sent_possible
    assert not isinstance(caught.value, NotSent)
    # Never repeated behind our back, and the reason why "unknown" is the only honest class: both cases look alike.
    assert len(platform.bodies) == (1 if provider_has_it else 0)


# Bigger than what sockets and proxy take unread, so that the client is still writing when it breaks.
BIG = bytes(8 << 20)


@pytest.mark.parametrize("fault", [Fault.STALL_READING, Fault.RESET_ON_CONNECT, Fault.RESET_BEFORE_REQUEST])
async def test_a_break_while_the_request_is_being_written_is_unknown(
    http: HttpClient, proxy: FaultProxy, platform: Platform, fault: Fault
) -> None:
    """WriteTimeout and WriteError: the provider lacks the end, but nobody tells us."""
    proxy.fault = fault
    request = PlatformRequest("test.upload", "POST", f"{proxy.url}/v2.0/oa/upload/file", body=BIG)
    with pytest.raises(OutcomeUnknown) as caught:
        await http.request(request)
    assert caught.value.is_sent_possible
    assert platform.bodies == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault.RESET_AFTER_REQUEST,
        Fault.CLOSE_AFTER_REQUEST,
        Fault.SWALLOW_ANSWER,
        Fault.HALF_ANSWER,
        Fault.HALF_ANSWER_RESET,
        Fault.GARBAGE_ANSWER,
    ],
    ids=lambda fault: fault.name.lower(),
)
async def test_an_upload_that_breaks_is_as_unknown_as_any_request(
    http: HttpClient, proxy: FaultProxy, platform: Platform, fault: Fault
) -> None:
    """That an upload may be repeated all the same is for `Uploader` to say, which knows that no message left."""
    proxy.fault = fault
    method = UploadImage(file=Upload(name="a.png", media_type="image/png", content=bytes(200_000)))
    config = ZaloConfig(app_id="1", app_secret=SecretStr("s"), oa_base=proxy.url)
    with pytest.raises(OutcomeUnknown):
        await http.request(build_api_request(config, method, SecretStr("t")))
    assert len(platform.bodies) == 1
    assert len(platform.bodies[0]) > 200_000


@pytest.mark.parametrize("base_of", [refusing_port, unanswering_port])
async def test_an_upload_without_a_connection_is_not_sent(http: HttpClient, base_of: Any) -> None:
    with base_of() as port, pytest.raises(PlatformDown):
        await http.request(PlatformRequest("test.upload", "POST", f"http://127.0.0.1:{port}", body=BIG))


async def test_a_connection_closed_while_idle_is_never_called_not_sent(
    http: HttpClient, proxy: FaultProxy, platform: Platform
) -> None:
    """The stale keep-alive: either noticed in time (a new connection, sent) or unknown, but never sent twice."""
    proxy.fault = Fault.CLOSE_WHEN_IDLE
    outcomes = []
    for _ in range(10):
        try:
            await http.request(post(proxy.url))
            outcomes.append("sent")
        except OutcomeUnknown:
            outcomes.append("unknown")
    assert set(outcomes) <= {"sent", "unknown"}
    assert outcomes.count("sent") <= len(platform.bodies) <= 10


async def test_a_reset_on_a_reused_connection_is_unknown_and_not_repeated(
    http: HttpClient, proxy: FaultProxy, platform: Platform
) -> None:
    await http.request(post(proxy.url))
    proxy.fault = Fault.RESET_BEFORE_REQUEST
    with pytest.raises(OutcomeUnknown):
        await http.request(post(proxy.url))
    assert proxy.connections == 1  # it was the kept connection, and no second one was opened for a hidden retry
    assert len(platform.bodies) == 1


@pytest.mark.parametrize("status", [500, 502, 504, 408])
async def test_a_failing_server_or_gateway_is_unknown(
    http: HttpClient, platform: Platform, proxy: FaultProxy, status: int
) -> None:
    platform.status = status
    with pytest.raises(OutcomeUnknown, match=f"http_{status}"):
        await http.request(post(proxy.url))


@pytest.mark.parametrize(
    "body",
    [b"<html>maintenance</html>", b"", b"[]", b'"ok"', b'{"error": 0', b"\xff\xfe", b"[" * 100_000, b'{"a": NaN}'],
    ids=["html", "empty", "list", "string", "cut", "no-utf8", "deep", "nan"],
)
async def test_200_with_an_unreadable_body_is_unknown(
    http: HttpClient, platform: Platform, proxy: FaultProxy, body: bytes
) -> None:
    platform.body = body
    with pytest.raises(OutcomeUnknown, match="unreadable"):
        await http.request(post(proxy.url))


async def test_an_endless_answer_is_cut_off_and_unknown(platform: Platform) -> None:
    platform.body = b'{"data": "' + b"x" * 200_000 + b'"}'
    async with HttpClient(QUICK.model_copy(update={"max_response_bytes": 50_000})) as http:
        with pytest.raises(OutcomeUnknown, match="answer_too_long"):
            await http.request(post(f"http://127.0.0.1:{platform.port}"))


async def test_cancelling_passes_through_and_leaves_the_client_usable(http: HttpClient, platform: Platform) -> None:
    platform.hold.clear()
    task = asyncio.create_task(http.request(post(f"http://127.0.0.1:{platform.port}")))
    await until(lambda: len(platform.bodies) == 1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    platform.hold.set()
    assert (await http.request(post(f"http://127.0.0.1:{platform.port}"))).document == GOOD


async def test_cancelled_requests_lose_no_connection(platform: Platform) -> None:
    platform.hold.clear()
    base = f"http://127.0.0.1:{platform.port}"
    async with HttpClient(QUICK.model_copy(update={"max_in_flight": 5, "spare_connections": 1})) as http:
        for _ in range(10):
            tasks = [asyncio.create_task(http.request(post(base))) for _ in range(5)]
            await asyncio.sleep(0.005)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
        platform.hold.set()
        answers = await asyncio.gather(*(http.request(post(base)) for _ in range(5)))
    assert [answer.document for answer in answers] == [GOOD] * 5


# --- Rows "refused" and settings --------------------------------------------------------------------------------------


async def test_a_platform_error_with_a_4xx_status_is_handed_on_to_the_code_table(
    http: HttpClient, platform: Platform, proxy: FaultProxy
) -> None:
    platform.status, platform.body = 400, b'{"error": -201, "message": "phone invalid"}'
    assert (await http.request(post(proxy.url))).document["error"] == -201


@pytest.mark.parametrize("status", [301, 302, 403, 404, 413])
async def test_a_refusal_that_is_no_platforms_needs_a_human(
    http: HttpClient, platform: Platform, proxy: FaultProxy, status: int
) -> None:
    platform.status, platform.body = status, b"<html>no</html>"
    platform.answer_headers = {"Location": f"{proxy.url}/elsewhere"}
    with pytest.raises(NeedsHuman, match=f"http_{status}"):
        await http.request(post(proxy.url))
    assert len(platform.bodies) == 1  # no redirect is followed


@pytest.mark.parametrize("base", ["ftp://127.0.0.1", "nonsense", "http://"])
async def test_an_unusable_address_needs_a_human(http: HttpClient, base: str) -> None:
    with pytest.raises(NeedsHuman, match="address"):
        await http.request(post(base))


async def test_proxy_variables_and_cookies_are_not_used(
    http: HttpClient, platform: Platform, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    platform.answer_headers = {"Set-Cookie": "session=somebody; Path=/"}
    async with HttpClient(QUICK) as fresh:
        await fresh.request(post(f"http://127.0.0.1:{platform.port}"))
        await fresh.request(post(f"http://127.0.0.1:{platform.port}"))
    assert "cookie" not in platform.headers[1]


async def test_neither_url_nor_headers_nor_body_are_logged_or_shown(
    http: HttpClient, proxy: FaultProxy, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "SECRET-TOKEN"
    request = PlatformRequest(
        "test.send", "POST", f"{proxy.url}/{secret}", {"access_token": secret}, {"data": secret}, secret.encode()
    )
    response = await http.request(request)
    assert secret not in caplog.text + repr(request) + repr(response)


@pytest.mark.parametrize("port_of", [refusing_port, unanswering_port])
async def test_the_traceback_of_a_failure_does_not_quote_the_url(http: HttpClient, port_of: Any) -> None:
    with port_of() as port, pytest.raises(PlatformDown) as caught:
        await http.request(PlatformRequest("test.send", "POST", f"http://127.0.0.1:{port}/botSECRET"))
    # Whoever logs the exception prints its causes, not the source line of this test.
    printed = "".join(traceback.format_exception(caught.value))
    assert "botSECRET" not in printed.replace('/botSECRET"))', "")


async def test_a_closed_client_says_how_to_use_it() -> None:
    with pytest.raises(RuntimeError, match="async with"):
        await HttpClient(QUICK).request(post("http://127.0.0.1:1"))


def test_a_deadline_that_could_strike_while_connecting_is_refused() -> None:
    with pytest.raises(ValueError, match="total_seconds"):
        HttpConfig(connect_seconds=5, read_seconds=15, total_seconds=10)


async def until(condition: Any, *, seconds: float = 5.0) -> None:
    async with asyncio.timeout(seconds):
        while not condition():
            await asyncio.sleep(0.005)
