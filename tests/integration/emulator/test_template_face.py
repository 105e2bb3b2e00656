import asyncio
import json
from typing import Any

import pytest

from emulator.codes import OA, OAUTH, TEMPLATE


async def test_five_notices_arrive_rendered_each_once_and_delivered(lab: Any) -> None:
    names = ["submitted", "accepted", "supplement", "refused", "finished"]
    for name in names:
        answer = await lab.send(template=name, tracking_id=f"n-{name}")
        assert (answer["error"], answer["message"]) == (0, "Success")
        assert all(isinstance(value, str) for value in answer["data"]["quota"].values())
        assert isinstance(answer["data"]["sent_time"], str)
    messages = await lab.see("messages?phone=0905123456&channel=template")
    assert [message["tracking_id"] for message in messages] == [f"n-{name}" for name in names]
    for message in messages:
        assert message["request"]["tracking_id"] == message["tracking_id"]
        assert message["answer"]["data"]["msg_id"] == message["message_id"]
        assert all(value in message["text"] for value in message["request"]["template_data"].values())
    received = await lab.receiver.wait("user_received_message", 5)
    assert sorted(event["message"]["tracking_id"] for event in received) == sorted(f"n-{name}" for name in names)
    assert {event["recipient"]["id"] for event in received} == {"84905123456"}
    assert all(event["message"]["delivery_time"].isdecimal() for event in received)
    assert await lab.see("violations") == []


async def test_messages_can_be_filtered_and_followed_by_seq(lab: Any) -> None:
    await lab.send("84905123456")
    await lab.send("84912000111")
    user = (await lab.control("phones", {"phone": "0912000111"}))["user_id"]
    (first, second) = await lab.see("messages")
    assert first["seq"] < second["seq"]
    assert await lab.see(f"messages?since={first['seq']}") == [second]
    assert await lab.see(f"messages?user_id={user}") == [second]
    assert await lab.see("messages?phone=%2B84905123456") == [first]
    assert await lab.see("messages?channel=sms") == []
    for bad in ("since=x", "channel=fax", "phone=12", "direction=up"):
        assert (await lab.ask("GET", f"/_emulator/messages?{bad}"))[0] == 400


@pytest.mark.parametrize(
    ("state", "code"),
    [({"zalo": False}, -118), ({"blocked": True}, -141), ({"refuses_templates": True}, -139)],
)
async def test_a_recipient_who_cannot_or_will_not_is_refused_without_a_violation(
    lab: Any, state: dict[str, bool], code: int
) -> None:
    await lab.control("phones/0905123456/state", state)
    assert await lab.send() == {"error": code, "message": TEMPLATE[code]}
    assert await lab.see("messages") == []
    assert await lab.see("violations") == []


async def test_an_unknown_phone_is_an_ordinary_zalo_user_and_may_be_registered_without_zalo(lab: Any) -> None:
    assert (await lab.send("84977000111"))["error"] == 0
    await lab.control("phones", {"phone": "0977000222", "zalo": False})
    assert (await lab.send("84977000222"))["error"] == -118


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("body", "code"),
    [(b"", -121), (b"{x", -122), (b"[]", -153), (json.dumps({"phone": "0905123456"}).encode(), -108)],
)
async def test_a_broken_body_is_refused_and_listed_as_a_violation(lab: Any, body: bytes, code: int) -> None:
    headers = {"access_token": lab.token, "Content-Type": "application/json"}
    answer = await lab.platform("POST", "/message/template", data=body, headers=headers)
    assert answer["error"] == code
    (violation,) = await lab.see("violations")
    assert (violation["code"], violation["method"], violation["path"]) == (code, "POST", "/message/template")


@pytest.mark.provokes_violations("sending_mode", "template_data", "template_id", "tracking_id")
async def test_every_data_error_has_its_code_over_http(lab: Any) -> None:
    assert (await lab.send(template_id="1"))["error"] == -109
    assert (await lab.send(template_data={}))["error"] == -111
    assert (await lab.send(template_data={"ma_ho_so": "x"}))["error"] == -1122
    assert (await lab.send(template_data={"ma_ho_so": "x" * 41}))["error"] == -1121
    assert (await lab.send(template_data=[1]))["error"] == -112
    assert (await lab.send(tracking_id="x" * 49))["error"] == -132
    assert (await lab.send(sending_mode="9"))["error"] == -161
    assert (await lab.send(sending_mode="3"))["error"] == -162
    assert [each["code"] for each in await lab.see("violations")] == [-109, -111, -1122, -1121, -112, -132, -161, -162]


@pytest.mark.provokes_violations("access_token", "header")
async def test_a_wrong_or_missing_token_is_refused(lab: Any) -> None:
    assert (await lab.platform("POST", "/message/template", headers={"access_token": "x"}))["error"] == -124
    assert (await lab.platform("POST", "/message/template", headers={}))["error"] == -124
    headers = {"Authorization": f"Bearer {lab.token}"}
    assert (await lab.platform("GET", "/message/quota", headers=headers))["error"] == -124
    assert [each["rule"] for each in await lab.see("violations")] == ["access_token", "header", "header"]


async def test_an_access_token_expires_after_25_hours_of_the_clock(lab: Any) -> None:
    await lab.control("clock", {"advance_seconds": 90_001})
    assert (await lab.send())["error"] == -124
    lab.token = (await lab.refresh())["access_token"]
    assert (await lab.send())["error"] == 0


@pytest.mark.provokes_violations("mode")
async def test_development_mode_reaches_admins_only(make_lab: Any) -> None:
    lab = await make_lab(admin_phones=("84905123456",))
    assert (await lab.send(mode="development"))["error"] == 0
    assert (await lab.send("84912000111", mode="development"))["error"] == -127


async def test_the_quota_counts_down_and_is_full_the_next_day(make_lab: Any) -> None:
    lab = await make_lab(daily_quota=1)
    await lab.control("clock", {"now": "2026-03-02T12:00:00+07:00"})
    lab.token = (await lab.refresh())["access_token"]
    assert (await lab.send())["data"]["quota"] == {"dailyQuota": "1", "remainingQuota": "0"}
    assert (await lab.send())["error"] == -144
    assert (await lab.platform("GET", "/message/quota"))["data"]["remainingQuota"] == "0"
    await lab.control("clock", {"now": "2026-03-03T00:00:00+07:00"})
    assert (await lab.send())["error"] == 0


async def test_a_refused_send_costs_no_quota(make_lab: Any) -> None:
    lab = await make_lab(daily_quota=1)
    await lab.control("phones", {"phone": "0905123456", "zalo": False})
    assert (await lab.send())["error"] == -118
    assert (await lab.send("84912000111"))["error"] == 0


async def test_at_night_templates_are_refused_until_six(make_lab: Any) -> None:
    lab = await make_lab(night_rule=True)
    await lab.control("clock", {"now": "2026-03-02T22:00:00"})
    lab.token = (await lab.refresh())["access_token"]
    assert (await lab.send())["error"] == -133
    await lab.control("clock", {"advance_seconds": 8 * 3600})
    assert (await lab.send())["error"] == 0


@pytest.mark.provokes_violations("message_id")
async def test_the_status_of_a_message_follows_its_delivery(lab: Any) -> None:
    async def status(message_id: str) -> Any:
        return (await lab.platform("GET", f"/message/status?message_id={message_id}"))["data"]["status"]

    await lab.control("phones/0905123456/state", {"online": False})
    message_id = (await lab.send())["data"]["msg_id"]
    await asyncio.sleep(0.02)
    assert await status("nobody") == -1
    assert await status(message_id) == 0
    await lab.control("phones/0905123456/state", {"online": True})
    await lab.receiver.wait("user_received_message")
    assert await status(message_id) == 1
    assert (await lab.platform("GET", "/message/status"))["error"] == -107


@pytest.mark.provokes_violations("limit", "offset", "template_id")
async def test_templates_can_be_listed_and_looked_at(lab: Any) -> None:
    listed = await lab.platform("GET", "/template/all?offset=1&limit=2")
    assert [each["templateId"] for each in listed["data"]] == [400102, 400103]
    assert listed["metadata"] == {"total": 19}
    assert (await lab.platform("GET", "/template/all?limit=101"))["error"] == -132
    assert (await lab.platform("GET", "/template/all?offset=x"))["error"] == -132
    for path in ("/template/info/v2", "/template/info"):
        info = (await lab.platform("GET", f"{path}?template_id=400104"))["data"]
        lengths = {"minLength": 1, "maxLength": 400}
        assert info["listParams"][3] == {
            "name": "noi_dung", "require": True, "type": "STRING", "acceptNull": False, **lengths
        }  # fmt: skip
    assert (await lab.platform("GET", "/template/info/v2?template_id=1"))["error"] == -109


@pytest.mark.provokes_violations("path", "retired")
async def test_other_addresses_answer_in_the_platforms_way(lab: Any) -> None:
    assert (await lab.platform("GET", "/message/template"))["error"] == -106
    assert (await lab.platform("GET", "/rating/other"))["error"] == -106
    assert (await lab.platform("POST", "/v2.0/oa/message", json={}))["error"] == -240
    assert (await lab.platform("POST", "/v3.0/oa/message/promotion", json={}))["error"] == -233
    assert (await lab.platform("GET", "/v3.0/oa/message/cs"))["error"] == -209
    assert (await lab.platform("GET", "/v2.0/oa/nothing"))["error"] == -209
    assert (await lab.platform("GET", "/v4/oa/nothing"))["error"] == -14018


@pytest.mark.parametrize(
    ("path", "table"), [("/message/template", TEMPLATE), ("/v3.0/oa/message/cs", OA), ("/v4/oa/access_token", OAUTH)]
)
async def test_every_row_of_every_error_table_can_be_ordered(lab: Any, path: str, table: dict[int, str]) -> None:
    for code, words in table.items():
        await lab.control("faults", {"path": path, "mode": f"error:{code}", "times": 1})
        answer = await lab.platform("POST", path)
        assert answer["error"] == code
        assert words in {answer["message"], answer.get("error_name")}
    assert await lab.see("faults") == []
