import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from emulator import credentials

GIVEN = credentials()
KEYS = {"ApiKey": GIVEN["esms_api_key"], "SecretKey": GIVEN["esms_secret_key"]}
BASE = "/MainService.svc/json/"
SEND = BASE + "SendMultipleMessage_V4_post_json/"
PHONE, NUMBER = "0905123456", "84905123456"
CONTENT = "UBND XA A: Ho so H29-1 da co ket qua."
DAY_SECONDS = 86_400
CALLBACK_FIELDS = {
    *("SMSID", "SendFailed", "SendStatus", "SendSuccess", "TotalPrice", "TotalReceiver", "TotalSent"),
    *("RequestId", "TypeId", "telcoid", "phonenumber", "switchsmsid"),
}


class Reports:
    """A callback address: keeps the queries that come, answers the next of `answers`, else 200."""

    def __init__(self) -> None:
        self.got: list[dict[str, str]] = []
        self.answers: list[int] = []
        self.url = ""

    async def take(self, request: web.Request) -> web.Response:
        self.got.append(dict(request.query))
        return web.Response(status=self.answers.pop(0) if self.answers else 200)

    async def wait(self, count: int = 1) -> list[dict[str, str]]:
        await until(lambda: len(self.got) >= count)
        return self.got


async def until(claim: Any) -> None:
    deadline = time.monotonic() + 5
    while not claim():
        assert time.monotonic() < deadline, "it did not happen in time"
        await asyncio.sleep(0.005)


@pytest.fixture
async def reports() -> AsyncIterator[Reports]:
    reports = Reports()
    app = web.Application()
    app.router.add_get("/sms/{key}", reports.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    reports.url = f"http://127.0.0.1:{runner.addresses[0][1]}/sms/k?token=1"
    yield reports
    await runner.cleanup()


def message(**changes: Any) -> dict[str, Any]:
    body = {**KEYS, "Phone": PHONE, "Content": CONTENT, "Brandname": "UBNDXAA", "SmsType": "2"}
    body |= {"IsUnicode": "0", "Sandbox": "0", **changes}
    return {name: value for name, value in body.items() if value is not None}


async def send(lab: Any, path: str = SEND, **changes: Any) -> Any:
    return await lab.platform("POST", path, json=message(**changes))


async def ask(lab: Any, sms_id: str, name: str = "GetSendStatus", **changes: Any) -> Any:
    return await lab.platform("GET", BASE + name, params={**KEYS, "RefId": sms_id, **changes})


async def balance(lab: Any) -> int:
    return (await lab.platform("POST", BASE + "GetBalance_json", json=KEYS))["Balance"]


async def settled(lab: Any, sms_id: str, status: int = 5) -> Any:
    deadline = time.monotonic() + 5
    while (said := await ask(lab, sms_id))["SendStatus"] != status:
        assert time.monotonic() < deadline, said
        await asyncio.sleep(0.01)
    return said


@pytest.mark.parametrize("path", [SEND, SEND.rstrip("/")])
async def test_a_message_arrives_is_paid_and_can_be_asked_for(lab: Any, path: str) -> None:
    before = await balance(lab)
    said = await send(lab, path, RequestId="n-1")
    assert said == {"CodeResult": "100", "CountRegenerate": 0, "SMSID": said["SMSID"]}
    (arrived,) = await lab.see("messages?channel=sms")
    assert (arrived["text"], arrived["phone"], arrived["state"]) == (CONTENT, NUMBER, "delivered")
    assert (arrived["content"]["parts"], arrived["content"]["encoding"]) == (1, "gsm7")
    assert (arrived["content"]["sender"], arrived["tracking_id"]) == ("UBNDXAA", "n-1")
    assert "ApiKey" not in arrived["request"]
    assert before - await balance(lab) == 500
    counts = await settled(lab, said["SMSID"])
    assert counts == {
        "CodeResponse": "100",
        "SMSID": said["SMSID"],
        "SendFailed": 0,
        "SendStatus": 5,
        "SendSuccess": 1,
        "TotalPrice": 500.0,
        "TotalReceiver": 1,
        "TotalSent": 1,
    }
    (receiver,) = (await ask(lab, said["SMSID"], "GetSmsReceiverStatus_get"))["ReceiverList"]
    assert receiver == {"IsSent": True, "NetworkName": "Mobifone", "Phone": PHONE, "Retry": 0, "SentResult": True}
    by_post = await lab.platform("POST", BASE + "GetSendStatus", json={**KEYS, "RefId": said["SMSID"]})
    assert by_post == counts
    assert lab.receiver.got == []  # the Official Account's webhook hears nothing of short messages
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"ApiKey": "no"}, 101),
        ({"SecretKey": None}, 101),
        ({"SmsType": None}, 300),
        ({"SmsType": "1"}, 301),
        ({"SmsType": "9"}, 118),
        ({"Content": ""}, 110),
        ({"Content": None}, 110),
        ({"Content": ["x"]}, 110),
        ({"Content": "x" * 460}, 110),
        ({"Phone": None}, 108),
        ({"Phone": "0236 3822 222"}, 108),
        ({"Phone": "02363822222"}, 108),
        ({"Phone": "0905123456,0905123457"}, 108),
        ({"Brandname": None}, 104),
        ({"Brandname": "UBNDPHUONGHAICHAU"}, 104),
        ({"IsUnicode": "2"}, 110),
        ({"IsUnicode": "1"}, 146),
        ({"Content": "Hồ sơ đã có kết quả"}, 146),
        ({"Content": "Hồ sơ đã có kết quả", "SmsType": "8", "Brandname": None}, 110),
        ({"RequestId": "x" * 51}, 110),
        ({"campaignid": "x" * 255}, 110),
        ({"CallbackUrl": "khong-phai-dia-chi"}, 110),
        ({"SendDate": "27/11/2026 08:00"}, 110),
    ],
)
async def test_a_broken_rule_has_its_code_and_is_listed(lab: Any, changes: Any, code: int) -> None:
    said = await send(lab, **changes)
    assert said == {"CodeResult": str(code), "CountRegenerate": 0, "ErrorMessage": said["ErrorMessage"]}
    assert (await lab.see("violations"))[-1]["code"] == code
    assert await lab.see("messages?channel=sms") == []
    assert await balance(lab) == 10_000_000


@pytest.mark.provokes_violations(sometimes=True)
@pytest.mark.parametrize(
    ("settings", "changes", "code"),
    [
        ({"esms_blocked_phones": (NUMBER,)}, {}, 99),
        ({"sms_price_vnd": None}, {}, 102),
        ({"esms_balance_vnd": 499}, {}, 103),
        ({"esms_balance_vnd": 999}, {"Content": "x" * 161}, 103),
        ({"esms_brandnames": ("UBNDXAB",)}, {}, 104),
        ({"esms_allowed_ips": ("10.0.0.1",)}, {}, 140),
        ({"esms_locked": True}, {}, 143),
        ({"esms_templates": (r"UBND XA B: .+",)}, {}, 146),
        ({"esms_brand_in_content": True}, {}, 146),
        ({"esms_requests_per_second": 0}, {}, 160),
        ({"esms_carriers": ("Viettel",)}, {}, 177),
        ({"esms_forbidden_words": ("KET QUA",)}, {}, 201),
    ],
)
async def test_a_state_of_the_account_has_its_code(make_lab: Any, settings: Any, changes: Any, code: int) -> None:
    lab = await make_lab(**settings)
    assert (await send(lab, **changes))["CodeResult"] == str(code)
    assert await lab.see("messages?channel=sms") == []


@pytest.mark.parametrize(
    ("settings", "changes"),
    [
        ({"esms_templates": (r"UBND XA A: Ho so \S+ da co ket qua\.",)}, {}),
        ({"esms_carriers": ("Mobifone",)}, {}),
        ({"esms_unicode": True}, {"IsUnicode": "1", "Content": "Hồ sơ đã có kết quả"}),
        ({"esms_brandnames": ("UBNDXAA",)}, {"IsUnicode": 0, "SmsType": 2}),
        ({}, {"SmsType": "8", "Brandname": None, "IsUnicode": "1", "Content": "Hồ sơ"}),
        ({}, {"Phone": "+84905123456"}),
        ({}, {"Phone": NUMBER}),
    ],
)
async def test_what_is_registered_passes(make_lab: Any, settings: Any, changes: Any) -> None:
    lab = await make_lab(**settings)
    assert (await send(lab, **changes))["CodeResult"] == "100"
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("unknown_field")
async def test_an_unknown_field_is_noted_and_let_through(lab: Any) -> None:
    assert (await send(lab, BrandName="x"))["CodeResult"] == "100"
    assert [each["rule"] for each in await lab.see("violations")] == ["unknown_field"]


@pytest.mark.provokes_violations("body")
async def test_a_body_that_is_no_json_is_refused(lab: Any) -> None:
    for raw in (b"{", b"[]", b'{"Content": "\\ud800"}'):
        said = await lab.platform("POST", SEND, data=raw, headers={"Content-Type": "application/json"})
        assert said["CodeResult"] == "110"


async def test_a_request_id_works_once_in_a_day(make_lab: Any) -> None:
    lab = await make_lab(esms_same_content_seconds=0)
    await send(lab, RequestId="n-1")
    again = await send(lab, RequestId="n-1", Content="Noi dung khac")
    assert (again["CodeResult"], again["ErrorMessage"]) == ("124", "Request exist 1")
    assert again["SendStatus"] in {"5", "7"}
    await lab.control("clock", {"advance_seconds": DAY_SECONDS - 1})
    assert (await send(lab, RequestId="n-1"))["CodeResult"] == "124"
    await lab.control("clock", {"advance_seconds": 2})
    assert (await send(lab, RequestId="n-1"))["CodeResult"] == "100"
    assert len(await lab.see("messages?channel=sms")) == 2
    assert await lab.see("violations") == []  # repeating is how a client makes sure


async def test_a_repeat_while_the_first_is_processed_has_its_own_code(make_lab: Any) -> None:
    lab = await make_lab(esms_processing_seconds=10)
    await send(lab, RequestId="n-1")
    assert (await send(lab, RequestId="n-1"))["CodeResult"] == "199"
    await lab.control("clock", {"advance_seconds": 11})
    assert (await send(lab, RequestId="n-1"))["CodeResult"] == "124"


async def test_the_same_content_reaches_a_phone_once_in_five_minutes(lab: Any) -> None:
    await send(lab)
    assert (await send(lab))["CodeResult"] == "124"
    assert (await send(lab, Phone="0905123457"))["CodeResult"] == "100"
    await lab.control("clock", {"advance_seconds": 301})
    assert (await send(lab))["CodeResult"] == "100"


@pytest.mark.provokes_violations("Phone")
async def test_a_sandbox_message_is_checked_but_neither_sent_paid_nor_kept(lab: Any) -> None:
    for _ in range(2):
        said = await send(lab, Sandbox="1", RequestId="n-1")
        assert said["CodeResult"] == "100"
    assert (await send(lab, Sandbox="1", Phone="x"))["CodeResult"] == "108"
    assert await lab.see("messages?channel=sms") == []
    assert await balance(lab) == 10_000_000
    assert (await ask(lab, said["SMSID"]))["CodeResponse"] == "105"


async def test_a_long_message_is_paid_by_its_parts(lab: Any) -> None:
    said = await send(lab, Content="x" * 307)
    assert (await settled(lab, said["SMSID"]))["TotalPrice"] == 1500.0
    assert (await lab.see("messages?channel=sms"))[0]["content"]["parts"] == 3


async def test_a_message_waits_for_its_send_date(lab: Any) -> None:
    await lab.control("clock", {"now": "2026-11-22T08:00:00+07:00"})
    said = await send(lab, SendDate="2026-11-22 09:00:00")
    assert (await ask(lab, said["SMSID"]))["SendStatus"] == 2
    assert await lab.see("messages?channel=sms") == []
    await lab.control("clock", {"advance_seconds": 3601})
    await settled(lab, said["SMSID"])
    assert len(await lab.see("messages?channel=sms")) == 1


@pytest.mark.provokes_violations("ApiKey", "RefId")
async def test_status_questions_have_their_codes(make_lab: Any) -> None:
    lab = await make_lab(esms_status_after_seconds=60)
    sms_id = (await send(lab))["SMSID"]
    assert (await ask(lab, sms_id))["CodeResponse"] == "105"  # too early
    assert (await ask(lab, ""))["CodeResponse"] == "851"
    assert (await ask(lab, "unknown"))["CodeResponse"] == "105"
    assert (await ask(lab, sms_id, ApiKey="no"))["CodeResponse"] == "101"
    assert (await ask(lab, "", "GetSmsReceiverStatus_get"))["CodeResult"] == "851"
    await lab.control("clock", {"advance_seconds": 61})
    assert (await ask(lab, sms_id))["CodeResponse"] == "100"
    await lab.control("clock", {"advance_seconds": 7 * DAY_SECONDS})
    assert (await ask(lab, sms_id))["CodeResponse"] == "854"  # only seven days back
    refused = await lab.platform("POST", BASE + "GetBalance_json", json={})
    assert (refused["CodeResponse"], refused["Balance"]) == ("101", 0)


async def test_a_report_comes_by_get_with_every_documented_field(lab: Any, reports: Reports) -> None:
    said = await send(lab, RequestId="n-1", CallbackUrl=reports.url)
    (query,) = await reports.wait()
    assert query.keys() == CALLBACK_FIELDS | {"token"}
    expected = {"SMSID": said["SMSID"], "SendStatus": "5", "SendSuccess": "1", "SendFailed": "0", "RequestId": "n-1"}
    expected |= {"TotalPrice": "500.0000", "TypeId": "2", "telcoid": "2", "phonenumber": PHONE, "token": "1"}
    assert expected.items() <= query.items()


async def test_reports_without_an_address_wait_for_the_door(lab: Any, reports: Reports) -> None:
    said = await send(lab)
    await settled(lab, said["SMSID"])
    assert (await lab.see("webhook"))["platforms"]["sms"]["waiting"] == 1
    await lab.control("webhook", {"platform": "sms", "url": reports.url})
    assert (await reports.wait())[0]["SMSID"] == said["SMSID"]


@pytest.mark.parametrize(
    ("setting", "status", "success", "failed", "price"),
    [
        ("sms_failing_phones", 5, 0, 1, 0),
        ("sms_rejected_phones", 4, 0, 1, 0),
        ("sms_uncertain_phones", 5, 0, 0, 500),
    ],
)
async def test_a_phone_may_be_set_to_fail(
    make_lab: Any, reports: Reports, setting: str, status: int, success: int, failed: int, price: int
) -> None:
    lab = await make_lab(**{setting: (NUMBER,)})
    said = await send(lab, CallbackUrl=reports.url)
    (query,) = await reports.wait()
    assert (query["SendStatus"], query["SendSuccess"], query["SendFailed"]) == (str(status), str(success), str(failed))
    assert (await ask(lab, said["SMSID"]))["TotalPrice"] == price
    assert 10_000_000 - await balance(lab) == price
    assert await lab.see("messages?channel=sms") == []


async def test_a_phone_that_is_offline_reports_when_it_is_back(lab: Any, reports: Reports) -> None:
    await lab.control(f"phones/{PHONE}/state", {"online": False, "zalo": False})
    said = await send(lab, CallbackUrl=reports.url)
    assert (await ask(lab, said["SMSID"]))["SendStatus"] == 7
    assert (await lab.see("messages?channel=sms"))[0]["state"] == "sent"
    await lab.control(f"phones/{PHONE}/state", {"online": True})
    assert (await reports.wait())[0]["SendSuccess"] == "1"
    assert (await lab.see("messages?channel=sms"))[0]["state"] == "delivered"


async def test_a_phone_that_is_offline_may_fail_at_once(make_lab: Any, reports: Reports) -> None:
    lab = await make_lab(sms_offline_fails=True)
    await lab.control(f"phones/{PHONE}/state", {"online": False})
    await send(lab, CallbackUrl=reports.url)
    assert (await reports.wait())[0]["SendFailed"] == "1"
    await lab.control(f"phones/{PHONE}/state", {"online": True})
    assert await lab.see("messages?channel=sms") == []


async def test_a_report_is_repeated_five_times_and_then_given_up(make_lab: Any, reports: Reports) -> None:
    lab = await make_lab(sms_callback_retry_delays_seconds=(0.0,) * 5)
    reports.answers = [500] * 6
    await send(lab, CallbackUrl=reports.url)
    await reports.wait(6)
    deadline = time.monotonic() + 5
    while not (await lab.see("webhook"))["platforms"]["sms"]["dropped"]:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.01)
    assert len(reports.got) == 6


async def test_faults_delay_double_and_drop_reports(make_lab: Any, reports: Reports) -> None:
    lab = await make_lab(sms_report_delay_seconds=0.0)
    for mode in ("no_receipt", "duplicate_receipt", "late_receipt:600"):
        await lab.control("faults", {"path": SEND, "mode": mode, "times": 1})
        said = await send(lab, CallbackUrl=reports.url, Content=mode)
        if mode == "late_receipt:600":
            assert (await ask(lab, said["SMSID"]))["SendStatus"] == 7
            await lab.control("clock", {"advance_seconds": 601})
        await settled(lab, said["SMSID"])
    await reports.wait(3)
    ids = [query["SMSID"] for query in reports.got]
    assert len(ids) == 3
    assert ids[0] == ids[1] != ids[2]


ALL_CODES = [99, 101, 102, 103, 104, 105, 107, 108, 110, 115, 118, 120, 124, 140, 143, 146, 160, 163, 177, 199, 201]
ALL_CODES += [204, 210, 300, 301, 687, 789, 790, 791, 799, 801, 802, 851, 854]


async def test_every_code_of_the_table_can_be_ordered(lab: Any) -> None:
    for code in ALL_CODES:
        await lab.control("faults", {"path": SEND, "mode": f"error:{code}", "times": 1})
        said = await send(lab)
        assert said["CodeResult"] == str(code)
        assert said["ErrorMessage"] != "Unknown error"
    assert await lab.see("messages?channel=sms") == []


async def test_a_message_without_an_answer_is_found_again_by_its_request_id(lab: Any) -> None:
    await lab.control("faults", {"path": SEND, "mode": "no_answer_after_send", "times": 1})
    with pytest.raises(Exception, match=r"(?i)disconnect|reset|closed"):
        await send(lab, RequestId="n-1")
    assert (await send(lab, RequestId="n-1"))["CodeResult"] == "124"
    assert len(await lab.see("messages?channel=sms")) == 1


@pytest.mark.provokes_violations("path")
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("SendZaloMessage_V6", "799"),
        ("SendZaloMessage_V6/hash_phone", "799"),
        ("SendZaloFollowerMessage_V5_post_json", "799"),
        ("MultiChannelMessage/", "799"),
        ("SendMultipleSMSBrandname_json", "301"),
    ],
)
async def test_zalo_and_advertising_through_esms_are_not_emulated(lab: Any, name: str, code: str) -> None:
    assert (await lab.platform("POST", BASE + name, json=KEYS))["CodeResult"] == code
    assert (await lab.see("violations"))[-1]["rule"] == "path"


async def test_short_messages_survive_in_the_state_file(make_lab: Any, tmp_path: Any) -> None:
    file = tmp_path / "emulator.json"
    lab = await make_lab(state_file=file)
    sms_id = (await send(lab, RequestId="n-1"))["SMSID"]
    await settled(lab, sms_id)
    deadline = time.monotonic() + 10
    while sms_id not in file.read_text():
        assert time.monotonic() < deadline, "it was not saved"
        await asyncio.sleep(0.02)
    other = await make_lab(state_file=file)
    assert await balance(other) == 10_000_000 - 500
    assert (await send(other, RequestId="n-1"))["CodeResult"] == "124"
    assert (await settled(other, sms_id))["SendSuccess"] == 1
