"""How an event travels: what counts as taken, repeats, toggles, the probe of a new address (docs: zalo 7.1, 7.2)."""

import asyncio
import hashlib
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from emulator import credentials
from tests.integration.emulator.conftest import served, until

GIVEN = credentials()
CANNOT_CONNECT = "Không thể kết nối với webhook"


async def type_text(lab: Any, text: str = "chào") -> Any:
    return await lab.control("phones/0905123456/send", {"text": text})


async def counters(lab: Any) -> Any:
    return await lab.see("webhook")


async def wait_for(lab: Any, name: str, count: int) -> Any:
    deadline = asyncio.get_running_loop().time() + 5
    while (seen := await counters(lab))[name] < count:
        assert asyncio.get_running_loop().time() < deadline, f"{name} stayed {seen[name]}"
        await asyncio.sleep(0.005)
    return seen


class Door:
    """A webhook of any behaviour: notes method and body, answers with `status`."""

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.statuses: list[int] = []
        self.pause_seconds = 0.0
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append((request.method, {k.lower(): v for k, v in request.headers.items()}, await request.read()))
        await asyncio.sleep(self.pause_seconds)
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers={"Location": self.url} if status // 100 == 3 else {})


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    app = web.Application()
    app.router.add_route("*", "/hook", door.take)
    async with served(app) as url:
        door.url = url + "/hook"
        yield door


@pytest.mark.parametrize("status", [201, 202, 204, 301, 302, 307, 400, 401, 404, 500, 503])
async def test_only_200_counts_and_no_redirect_is_followed(make_lab: Any, door: Door, status: int) -> None:
    lab = await make_lab(webhook_retry_delays_seconds=(0.0,))
    await lab.control("webhook", {"url": door.url})
    door.statuses = [status]
    await type_text(lab)
    seen = await wait_for(lab, "delivered", 1)
    assert seen["failed_attempts"] == 1
    assert [(method, headers.get("num_retry")) for method, headers, _ in door.got] == [("POST", None), ("POST", "1")]


async def test_a_receiver_that_is_too_slow_has_not_taken_it(make_lab: Any, door: Door) -> None:
    lab = await make_lab(webhook_deadline_seconds=0.05, webhook_retry_delays_seconds=(60.0,))
    await lab.control("webhook", {"url": door.url})
    door.pause_seconds = 0.5
    await type_text(lab)
    await wait_for(lab, "failed_attempts", 1)


async def test_a_repeat_may_be_signed_anew_with_its_own_time(make_lab: Any, door: Door) -> None:
    lab = await make_lab(resign_retries=True)
    await lab.control("webhook", {"url": door.url})
    door.statuses = [500]
    await type_text(lab)
    await wait_for(lab, "failed_attempts", 1)
    await lab.control("clock", {"advance_seconds": 31})
    await wait_for(lab, "delivered", 1)
    first, second = (body for _, _, body in door.got)
    assert first != second
    stamps = []
    for _, headers, body in door.got:
        timestamp = body.partition(b'"timestamp":"')[2][:13]
        signed = GIVEN["app_id"].encode() + body + timestamp + GIVEN["oa_secret_key"].encode()
        assert headers["x-zevent-signature"] == "mac=" + hashlib.sha256(signed).hexdigest()
        stamps.append(int(timestamp))
    assert stamps[1] - stamps[0] >= 31_000


@pytest.mark.parametrize(
    ("settings", "header", "shape"),
    [
        ({}, "x-zevent-timestamp", None),
        ({"timestamp_header": True}, "x-zevent-timestamp", 13),
        ({"mac_prefix": False}, "x-zevent-signature", 64),
        ({"mac_prefix": True}, "x-zevent-signature", 68),
    ],
)
async def test_headers_are_written_as_set(make_lab: Any, settings: Any, header: str, shape: int | None) -> None:
    lab = await make_lab(**settings)
    await type_text(lab)
    await lab.receiver.wait("user_send_text")
    written = lab.receiver.got[0][0].get(header)
    assert (None if written is None else len(written)) == shape


async def test_only_events_that_are_switched_on_are_sent(make_lab: Any) -> None:
    lab = await make_lab(webhook_events=("follow",))
    await type_text(lab)
    await lab.control("phones/0905123456/state", {"follows": True})
    await lab.receiver.wait("follow")
    assert [event["event_name"] for event in lab.receiver.events()] == ["follow"]
    assert (await counters(lab))["filtered"] == 1


async def test_the_filter_lets_only_text_with_a_hash_through(make_lab: Any) -> None:
    lab = await make_lab(only_hash_text=True)
    await type_text(lab, "không")
    await lab.control("phones/0905123456/send", {"sticker": "1"})
    await type_text(lab, "#có")
    await lab.receiver.wait("user_send_sticker")
    (event,) = await lab.receiver.wait("user_send_text")
    assert event["message"]["text"] == "#có"


async def test_without_the_retry_toggle_an_event_is_lost_and_nothing_cancelled(make_lab: Any) -> None:
    lab = await make_lab(webhook_retry=False)
    lab.receiver.answers = [500]
    await type_text(lab, "lost")
    await wait_for(lab, "dropped", 1)
    assert (await counters(lab))["subscribed"] is True
    await type_text(lab, "heard")
    await until(lambda: len(lab.receiver.got) == 2)
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
async def test_a_cancelled_subscription_says_so_and_can_be_renewed(make_lab: Any) -> None:
    lab = await make_lab(webhook_retry_delays_seconds=(0.0,))
    lab.receiver.default = 500
    await type_text(lab)
    deadline = asyncio.get_running_loop().time() + 5
    while (seen := await counters(lab))["subscribed"]:
        assert asyncio.get_running_loop().time() < deadline
        await asyncio.sleep(0.005)
    assert seen["cancelled"]["retries"] == 1
    assert "Webhook" in seen["cancelled"]["admin_told"]
    said = await lab.control("events", {"event_name": "remove_tag"})
    assert said["sent"] is False
    lab.receiver.default = 200
    renewed = await lab.control("webhook", {"url": lab.receiver.url})
    assert (renewed["subscribed"], renewed["cancelled"]) == (True, None)


@pytest.mark.parametrize(("settings", "is_sent"), [({}, False), ({"webhook_needs_grant": False}, True)])
async def test_an_app_whose_grant_has_ended_hears_nothing(make_lab: Any, settings: Any, is_sent: bool) -> None:
    lab = await make_lab(**settings)
    await lab.control("clock", {"advance_seconds": 91 * 86_400})
    said = await lab.control("events", {"event_name": "remove_tag"})
    assert said["sent"] is is_sent


async def test_saving_an_address_knocks_twice_and_never_with_get(make_lab: Any, door: Door) -> None:
    lab = await make_lab(webhook=False)
    said = await lab.control("webhook", {"url": door.url, "probe": True})
    assert said["probe"] == {"empty": 200, "sample": 200, "ok": True}
    assert said["urls"]["oa"] == door.url
    (method, unsigned, empty), (second_method, signed, sample) = door.got
    assert (method, second_method, empty) == ("POST", "POST", b"{}")
    assert "x-zevent-signature" not in unsigned
    assert len(signed["x-zevent-signature"]) == 68
    assert b'"msg_id":"This is message id","text":"This is testing message"' in sample
    assert GIVEN["oa_id"].encode() not in sample


@pytest.mark.parametrize(
    ("statuses", "found"),
    [([404], {"empty": 404, "sample": 200}), ([200, 401], {"empty": 200, "sample": 401})],
)
async def test_an_address_that_refuses_a_knock_is_not_saved(
    make_lab: Any, door: Door, statuses: list[int], found: Any
) -> None:
    lab = await make_lab(webhook=False)
    door.statuses = statuses
    said = await lab.control("webhook", {"url": door.url, "probe": True})
    assert said["probe"] == {**found, "ok": False, "message": CANNOT_CONNECT}
    assert said["urls"]["oa"] is None


async def test_an_address_where_nobody_listens_cannot_be_saved(make_lab: Any) -> None:
    lab = await make_lab(webhook=False)
    said = await lab.control("webhook", {"url": "http://127.0.0.1:9/hook", "probe": True})
    assert said["probe"] == {"empty": None, "sample": None, "ok": False, "message": CANNOT_CONNECT}
    for bad in ({"url": None, "probe": True}, {"url": "http://a/", "probe": 1}):
        await lab.control("webhook", bad, status=400)


class Closing:
    """A receiver that says keep-alive and hangs up after `answers` on each connection."""

    def __init__(self) -> None:
        self.requests = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        await reader.readexactly(length)
        self.requests += 1
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")
        await writer.drain()
        writer.close()


async def test_a_connection_that_was_closed_meanwhile_costs_no_repeat(make_lab: Any) -> None:
    closing = Closing()
    server = await asyncio.start_server(closing.serve, "127.0.0.1", 0)
    async with server:
        lab = await make_lab(webhook=False)
        await lab.control("webhook", {"url": f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/hook?a=b"})
        for number in range(1, 6):
            await type_text(lab)
            await wait_for(lab, "delivered", number)
        assert closing.requests == 5
        assert (await counters(lab))["failed_attempts"] == 0


@pytest.mark.provokes_violations
async def test_visitors_and_a_cancelled_subscription_survive_a_restart(make_lab: Any, tmp_path: Any) -> None:
    settings = {"webhook_retry_delays_seconds": (), "state_file": tmp_path / "state.json"}
    lab = await make_lab(webhook=False, **settings)
    await lab.control("webhook", {"url": "http://127.0.0.1:9/hook"})
    await lab.control("visitors", {"anonymous_id": "khach-1"})
    await lab.control("visitors/khach-1/send", {"text": "còn đây"})
    stored = tmp_path / "state.json"
    await until(lambda: '"violation"' in stored.read_text())
    again = await make_lab(webhook=False, **settings)
    seen = await counters(again)
    assert seen["subscribed"] is False
    assert seen["cancelled"]["retries"] == 0
    (visitor,) = await again.see("visitors")
    assert visitor["messages"][0]["text"] == "còn đây"
