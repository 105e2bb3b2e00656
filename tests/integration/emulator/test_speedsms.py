import asyncio
import time
from typing import Any

import aiohttp
import pytest

from emulator import credentials

TOKEN = credentials()["speedsms_access_token"]
SEND = "/index.php/sms/send"
PHONE, NUMBER = "84905123456", "84905123456"


async def send(lab: Any, *, token: str = TOKEN, **changes: Any) -> Any:
    body = {"to": [PHONE], "content": "Ho so H29-1 da co ket qua.", "sms_type": 3, "sender": "UBNDXAA", **changes}
    body = {name: value for name, value in body.items() if value is not None}
    return await lab.platform("POST", SEND, json=body, headers=signed(token))


def signed(token: str = TOKEN) -> dict[str, str]:
    return {"Authorization": aiohttp.encode_basic_auth(token, "x")}


async def statuses(lab: Any, transaction: int) -> Any:
    said = await lab.platform("GET", f"/index.php/sms/status/{transaction}", headers=signed())
    assert (said["status"], said["code"]) == ("success", "00")
    return {each["phone"]: each["status"] for each in said["data"]}


async def settled(lab: Any, transaction: int, expected: dict[str, int]) -> None:
    deadline = time.monotonic() + 5
    while await statuses(lab, transaction) != expected:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.1)


async def test_a_message_goes_to_every_good_number_and_names_the_bad_ones(lab: Any) -> None:
    said = await send(lab, to=["84905123456", "0987654321", "12", "0905123456"])
    assert (said["status"], said["code"]) == ("success", "00")
    data = said["data"]
    assert (data["totalSMS"], data["totalPrice"], data["invalidPhone"]) == (2, 1000, ["12"])
    arrived = await lab.see("messages?channel=sms")
    assert [each["phone"] for each in arrived] == ["84905123456", "84987654321"]
    assert {each["text"] for each in arrived} == {"Ho so H29-1 da co ket qua."}
    assert arrived[0]["content"]["sender"] == "UBNDXAA"
    await settled(lab, data["tranId"], {"84905123456": 0, "84987654321": 0})
    info = await lab.platform("GET", "/index.php/user/info", headers=signed())
    assert (info["data"]["balance"], info["data"]["currency"]) == (10_000_000 - 1000, "VND")
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"token": "no"}, "009"),
        ({"to": None}, "101"),
        ({"to": []}, "101"),
        ({"to": PHONE}, "101"),
        ({"to": [905123456]}, "101"),
        ({"to": [PHONE] * 101}, "101"),
        ({"content": None}, "101"),
        ({"content": " "}, "101"),
        ({"sms_type": None}, "101"),
        ({"sms_type": 9}, "101"),
        ({"sms_type": [2]}, "101"),
        ({"sender": None}, "101"),
        ({"sender": 5}, "101"),
        ({"content": "x" * 460}, "113"),
        ({"content": "ồ" * 202}, "113"),
    ],
)
async def test_a_broken_rule_has_its_code_and_is_listed(lab: Any, changes: Any, code: str) -> None:
    said = await send(lab, **changes)
    assert said == {"status": "error", "code": code, "message": said["message"]}
    assert (await lab.see("violations"))[-1]["code"] == int(code)
    assert await lab.see("messages?channel=sms") == []


@pytest.mark.provokes_violations(sometimes=True)
@pytest.mark.parametrize(
    ("settings", "changes", "code"),
    [
        ({"speedsms_locked_ips": ("127.0.0.1",)}, {}, "007"),
        ({"speedsms_blocked": True}, {}, "008"),
        ({"speedsms_senders": ("UBNDXAB",)}, {}, "009"),
        ({"speedsms_unicode": False}, {"content": "Hồ sơ"}, "110"),
        ({"speedsms_balance_vnd": 499}, {}, "300"),
        ({}, {"to": ["12"]}, "105"),
    ],
)
async def test_a_state_of_the_account_has_its_code(make_lab: Any, settings: Any, changes: Any, code: str) -> None:
    lab = await make_lab(**settings)
    assert (await send(lab, **changes))["code"] == code
    assert await lab.see("messages?channel=sms") == []


async def test_all_numbers_bad_are_named(lab: Any) -> None:
    assert (await send(lab, to=["12", "x"]))["invalidPhone"] == ["12", "x"]


@pytest.mark.provokes_violations("body")
async def test_a_body_that_cannot_be_read_is_refused(lab: Any) -> None:
    headers = {**signed(), "Content-Type": "application/json"}
    for raw, code in (
        (b"{", "101"),
        (b"[]", "101"),
        (b'{"sender": "\\ud800"}', "101"),
        (b'{"content": "\\ud800"}', "101"),
    ):
        assert (await lab.platform("POST", SEND, data=raw, headers=headers))["code"] == code


@pytest.mark.provokes_violations("Authorization")
async def test_basic_authentication_must_be_well_formed(lab: Any) -> None:
    for header in ("Basic ???", "Bearer " + TOKEN, ""):
        said = await lab.platform("POST", SEND, json={}, headers={"Authorization": header})
        assert said["code"] == "009"


@pytest.mark.parametrize("code", [7, 8, 9, 101, 105, 110, 113, 300, 500])
async def test_every_code_can_be_ordered(lab: Any, code: int) -> None:
    await lab.control("faults", {"path": "/index.php", "mode": f"error:{code}", "times": 1})
    said = await send(lab)
    assert (said["status"], said["code"]) == ("error", f"{code:03d}")
    assert said["message"] != "Unknown error"


async def test_diacritics_are_sent_and_paid_as_unicode(lab: Any) -> None:
    data = (await send(lab, content="ồ" * 71, sms_type=2, sender=""))["data"]
    assert (data["totalSMS"], data["totalPrice"]) == (2, 1000)
    content = (await lab.see("messages?channel=sms"))[0]["content"]
    assert (content["parts"], content["encoding"]) == (2, "unicode")


async def test_a_status_tells_failure_and_waiting_apart(make_lab: Any) -> None:
    lab = await make_lab(sms_failing_phones=("84987654321",), speedsms_requests_per_minute=None)
    await lab.control(f"phones/{PHONE}/state", {"online": False})
    transaction = (await send(lab, to=[PHONE, "0987654321"]))["data"]["tranId"]
    await settled(lab, transaction, {NUMBER: 1, "84987654321": 64})
    await lab.control(f"phones/{PHONE}/state", {"online": True})
    await settled(lab, transaction, {NUMBER: 0, "84987654321": 64})


@pytest.mark.provokes_violations("path", "tranId")
async def test_an_unknown_transaction_or_address_is_refused(lab: Any) -> None:
    for path in ("/index.php/sms/status/5", "/index.php/sms/other"):
        assert (await lab.platform("GET", path, headers=signed()))["code"] == "101"


async def test_too_many_requests_in_a_minute_are_turned_away(make_lab: Any) -> None:
    lab = await make_lab(speedsms_requests_per_minute=1)
    await lab.control("clock", {"now": "2026-11-22T08:00:00+07:00"})
    await send(lab)
    status, said = await lab.ask("POST", SEND, json={}, headers=signed())
    assert (status, said["status"], said["name"]) == (429, 429, "Too Many Requests")
    await lab.control("clock", {"advance_seconds": 60})
    assert (await send(lab))["code"] == "00"
