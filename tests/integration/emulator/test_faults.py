import asyncio
import time
from typing import Any

import aiohttp
import pytest

from emulator import credentials

GIVEN = credentials()


async def order(lab: Any, mode: str, path: str = "/message/template", times: int | None = 1) -> None:
    await lab.control("faults", {"path": path, "mode": mode, "times": times})


async def test_http_500_is_a_page_of_html_and_nothing_was_sent(lab: Any) -> None:
    await order(lab, "http_500")
    async with lab.session.post(lab.url + "/message/template") as answer:
        assert (answer.status, answer.content_type) == (500, "text/html")
    assert await lab.see("messages") == []
    assert (await lab.send())["error"] == 0


async def test_a_reset_sends_nothing(lab: Any) -> None:
    await order(lab, "reset")
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await lab.send()
    assert await lab.see("messages") == []
    assert (await lab.send())["error"] == 0


async def test_no_answer_after_send_has_sent(lab: Any) -> None:
    await order(lab, "no_answer_after_send")
    with pytest.raises((aiohttp.ClientError, ConnectionError)):
        await lab.send()
    assert len(await lab.see("messages")) == 1
    await lab.receiver.wait("user_received_message")


async def test_a_slow_answer_takes_its_time(lab: Any) -> None:
    await order(lab, "slow:0.2")
    started = time.monotonic()
    assert (await lab.send())["error"] == 0
    assert time.monotonic() - started >= 0.2


async def test_an_ordered_error_sends_nothing(lab: Any) -> None:
    await order(lab, "error:-100")
    assert (await lab.send())["error"] == -100
    assert await lab.see("messages") == []
    await order(lab, "error:-14014", path="/v4/oa/access_token")
    assert (await lab.refresh())["error"] == -14014
    assert "access_token" in await lab.refresh()


async def test_an_expired_token_needs_a_refresh(lab: Any) -> None:
    await order(lab, "expire_token")
    assert (await lab.send())["error"] == -124
    assert (await lab.send())["error"] == -124
    lab.token = (await lab.refresh())["access_token"]
    assert (await lab.send())["error"] == 0


async def test_receipts_are_doubled_left_out_or_late(lab: Any) -> None:
    await order(lab, "duplicate_receipt")
    await lab.send(tracking_id="double")
    await order(lab, "no_receipt")
    await lab.send(tracking_id="never")
    await order(lab, "late_receipt:3600")
    await lab.send(tracking_id="late")
    await lab.send(tracking_id="plain")
    received = await lab.receiver.wait("user_received_message", 3)
    assert sorted(event["message"]["tracking_id"] for event in received) == ["double", "double", "plain"]
    await lab.control("clock", {"advance_seconds": 3601})
    received = await lab.receiver.wait("user_received_message", 4)
    assert received[-1]["message"]["tracking_id"] == "late"


async def test_faults_are_listed_and_cleared_and_leave_the_emulators_own_pages_alone(lab: Any) -> None:
    await order(lab, "reset", path="*", times=None)
    (listed,) = await lab.see("faults")
    assert (listed["path"], listed["mode"], listed["times"], listed["share"]) == ("", "reset", None, 1.0)
    assert await lab.ask("DELETE", "/_emulator/faults") == (200, {"cleared": 1})
    assert (await lab.send())["error"] == 0


async def test_a_share_strikes_some_but_not_all(lab: Any) -> None:
    await lab.control("faults", {"path": "/message/template", "mode": "error:-100", "share": 0.5})
    answers = await asyncio.gather(*(lab.send() for _ in range(60)))
    assert {answer["error"] for answer in answers} == {0, -100}


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("phones", {}),
        ("phones", {"phone": "12"}),
        ("phones", {"phone": "0905123456", "zalo": "yes"}),
        ("phones", {"phone": "0905123456", "name": ""}),
        ("phones", {"phone": "0905123456", "color": "red"}),
        ("phones", []),
        ("phones/12/send", {"text": "x"}),
        ("phones/0905123456/send", {}),
        ("phones/0905123456/send", {"text": ""}),
        ("phones/0905123456/send", {"text": "x", "sticker": "1"}),
        ("phones/0905123456/send", {"fax": "x"}),
        ("phones/0905123456/send", {"location": "here"}),
        ("phones/0905123456/send", {"location": {"latitude": 91, "longitude": 0}}),
        ("phones/0905123456/send", {"location": {"latitude": "nan", "longitude": 0}}),
        ("phones/0905123456/send", {"button": {"type": "oa.open.url"}}),
        ("phones/0905123456/send", {"read": 1}),
        ("phones/0905123456/send", {"feedback": {"rate": 6}}),
        ("phones/0905123456/state", {"online": 1}),
        ("phones/0905123456/state", {"asleep": True}),
        ("webhook", {}),
        ("webhook", {"url": "ftp://x"}),
        ("webhook", {"url": "http://x", "platform": "fax"}),
        ("faults", {"path": "/x", "mode": "explode"}),
        ("clock", {}),
        ("clock", {"now": "tomorrow"}),
        ("clock", {"advance_seconds": -1}),
        ("clock", {"advance_seconds": 1, "now": 1}),
    ],
)
async def test_bad_input_gets_400_with_a_clear_word(lab: Any, path: str, body: Any) -> None:
    said = await lab.control(path, body, status=400)
    assert said["error"]


async def test_a_body_that_is_no_json_gets_400(lab: Any) -> None:
    for raw in (b"", b"{", b"\xff", b'"\\ud800"', b"[" * 100_000):
        status, said = await lab.ask("POST", "/_emulator/faults", data=raw)
        assert (status, said["error"][:8]) == (400, "the body")


async def test_a_phone_that_cannot_send_says_so(lab: Any) -> None:
    for state in ({"zalo": False}, {"zalo": True, "online": False}, {"online": True, "blocked": True}):
        await lab.control("phones/0905123456/state", state)
        await lab.control("phones/0905123456/send", {"text": "x"}, status=409)
    await lab.control("phones/0912000111/send", {"feedback": {"rate": 5}}, status=409)
