"""The SMS gateways' channels against the emulator, which knows nothing of them (docs: zalo 10)."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.errors import BadMessage, NeedsHuman, OutcomeUnknown, RateLimited, RecipientUnreachable, Temporary
from channels.http import HttpClient
from channels.sms.report import SmsReport, confirm, is_token, parse_report, to_body
from channels.sms.status import SmsState, SmsStatus
from tests.integration.channels.conftest import EmulatorHandle
from tests.integration.channels.gateways import (
    BRANDNAME,
    ESMS_SEND,
    PHONE,
    SHAPER,
    SPEEDSMS_SEND,
    esms,
    sms,
    speedsms,
)

UNICODE = replace(SHAPER, is_unicode=True)
VIETNAMESE = "Hồ sơ H29-1 đã có kết quả. Mời ông/bà đến nhận."


async def messages(emulator: EmulatorHandle) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = await emulator.get("messages")
    return found


async def violations(emulator: EmulatorHandle) -> list[str]:
    return [violation["rule"] for violation in await emulator.get("violations")]


# --- eSMS -------------------------------------------------------------------------------------------------------------


async def test_words_arrive_without_diacritics_under_our_name_and_reference(
    http: HttpClient, emulator: EmulatorHandle
) -> None:
    receipt = await esms(http, emulator).send(sms(VIETNAMESE))
    (message,) = await messages(emulator)
    assert (message["phone"], message["channel"]) == (PHONE, "sms")
    assert message["request"] == {
        "Phone": "0905123456",
        "Content": "Ho so H29-1 da co ket qua. Moi ong/ba den nhan.",
        "Brandname": BRANDNAME,
        "SmsType": "2",
        "IsUnicode": "0",
        "Sandbox": "0",
        "RequestId": "n-01HZX3",
    }
    assert receipt.message_id == message["answer"]["SMSID"]
    assert receipt.cost_vnd == 500
    assert await violations(emulator) == []


async def test_a_long_message_costs_what_the_gateway_charges(http: HttpClient, emulator: EmulatorHandle) -> None:
    channel = esms(http, emulator)
    before = await channel.balance_vnd()
    receipt = await channel.send(sms("a" * 307))
    assert receipt.cost_vnd == 1500
    assert await channel.balance_vnd() == before - 1500


async def test_a_name_registered_for_unicode_keeps_the_diacritics(http: HttpClient, emulator: EmulatorHandle) -> None:
    await emulator.post("settings", {"esms_unicode": True})
    await esms(http, emulator, UNICODE).send(sms(VIETNAMESE))
    (message,) = await messages(emulator)
    assert (message["request"]["Content"], message["request"]["IsUnicode"]) == (VIETNAMESE, "1")


@pytest.mark.provokes_violations("IsUnicode")
async def test_a_name_that_is_not_registered_for_unicode_needs_a_person(
    http: HttpClient, emulator: EmulatorHandle
) -> None:
    with pytest.raises(NeedsHuman, match="146"):
        await esms(http, emulator, UNICODE).send(sms(VIETNAMESE))


async def test_the_same_reference_again_is_the_same_message(http: HttpClient, emulator: EmulatorHandle) -> None:
    channel = esms(http, emulator)
    first, again = await channel.send(sms()), await channel.send(sms())
    assert len(await messages(emulator)) == 1
    assert first.cost_vnd == again.cost_vnd == 500
    assert again.message_id == "n-01HZX3"  # the gateway does not repeat its own id


async def test_a_lost_answer_is_found_again_by_sending_again(http: HttpClient, emulator: EmulatorHandle) -> None:
    channel = esms(http, emulator)
    await emulator.order(ESMS_SEND, "no_answer_after_send")
    with pytest.raises(OutcomeUnknown):
        await channel.send(sms())
    await channel.send(sms())
    assert len(await messages(emulator)) == 1


async def test_a_message_that_is_being_worked_on_is_tried_again(http: HttpClient, emulator: EmulatorHandle) -> None:
    await emulator.post("settings", {"esms_processing_seconds": 30.0})
    channel = esms(http, emulator)
    await channel.send(sms())
    with pytest.raises(Temporary, match="199"):
        await channel.send(sms())


async def test_the_sandbox_checks_and_sends_nothing(http: HttpClient, emulator: EmulatorHandle) -> None:
    receipt = await esms(http, emulator, sandbox=True).send(sms())
    assert receipt.message_id
    assert await messages(emulator) == []


async def test_too_fast_slows_down_for_moments_only(http: HttpClient, emulator: EmulatorHandle) -> None:
    await emulator.order(ESMS_SEND, "error:160")
    with pytest.raises(RateLimited) as caught:
        await esms(http, emulator).send(sms())
    assert caught.value.retry_after_seconds == 2


@pytest.mark.provokes_violations("ApiKey")
@pytest.mark.parametrize("changes", [{"api_key": SecretStr("x")}, {"secret_key": SecretStr("x")}])
async def test_wrong_keys_need_a_person(http: HttpClient, emulator: EmulatorHandle, changes: Any) -> None:
    channel = esms(http, emulator, **changes)
    for ask in (channel.send(sms()), channel.status("any"), channel.balance_vnd()):
        with pytest.raises(NeedsHuman, match="101"):
            await ask


@pytest.mark.parametrize(
    ("setting", "status"),
    [
        ({}, SmsStatus(state=SmsState.DELIVERED, cost_vnd=500)),
        ({"sms_failing_phones": [PHONE]}, SmsStatus(state=SmsState.FAILED, cost_vnd=0)),
        ({"sms_rejected_phones": [PHONE]}, SmsStatus(state=SmsState.FAILED, cost_vnd=0)),
        ({"sms_uncertain_phones": [PHONE]}, SmsStatus(state=SmsState.UNKNOWN, cost_vnd=500)),
        ({"sms_report_delay_seconds": 600.0}, SmsStatus(state=SmsState.WAITING, cost_vnd=500)),
    ],
    ids=["delivered", "failed", "rejected", "uncertain", "waiting"],
)
async def test_the_status_call_tells_what_became_of_it(
    http: HttpClient, emulator: EmulatorHandle, setting: dict[str, Any], status: SmsStatus
) -> None:
    await emulator.post("settings", {"sms_report_delay_seconds": 0.0} | setting)
    channel = esms(http, emulator)
    receipt = await channel.send(sms())
    async with asyncio.timeout(5):
        while await channel.status(receipt.message_id) != status:
            await asyncio.sleep(0.02)


async def test_a_message_that_the_gateway_does_not_know_yet_is_asked_about_again(
    http: HttpClient, emulator: EmulatorHandle
) -> None:
    with pytest.raises(Temporary, match="105"):
        await esms(http, emulator).status("never-heard-of")


# --- eSMS's reports ---------------------------------------------------------------------------------------------------


class Door:
    """Our address for reports, with the secret in it."""

    secret = SecretStr("a-secret-of-the-address")

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.url = SecretStr("")

    async def receive(self, request: web.Request) -> web.Response:
        assert is_token(request.match_info["token"], self.secret)
        self.bodies.append(to_body(request.query))
        return web.Response()

    async def next_report(self) -> SmsReport:
        async with asyncio.timeout(10):
            while not self.bodies:
                await asyncio.sleep(0.02)
        (event,) = parse_report(self.bodies.pop())
        assert isinstance(event.payload, SmsReport)
        return event.payload


@pytest.fixture
async def door() -> AsyncIterator[Door]:
    door = Door()
    app = web.Application()
    app.router.add_get("/webhooks/sms/esms/{token}", door.receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    door.url = SecretStr(f"http://127.0.0.1:{port}/webhooks/sms/esms/{door.secret.get_secret_value()}")
    yield door
    await runner.cleanup()


async def test_a_report_comes_to_our_address_and_is_confirmed(
    http: HttpClient, emulator: EmulatorHandle, door: Door
) -> None:
    channel = esms(http, emulator, callback_url=door.url)
    receipt = await channel.send(sms())
    report = await door.next_report()
    assert (report.sms_id, report.reference) == (receipt.message_id, "n-01HZX3")
    assert (report.state, report.cost_vnd, report.carrier) == (SmsState.DELIVERED, 500, "2")
    assert await confirm(report, channel) == SmsStatus(state=SmsState.DELIVERED, cost_vnd=500)


async def test_a_forged_report_changes_nothing(http: HttpClient, emulator: EmulatorHandle) -> None:
    await emulator.post("settings", {"sms_report_delay_seconds": 600.0})
    channel = esms(http, emulator)
    receipt = await channel.send(sms())
    forged = SmsReport(sms_id=receipt.message_id, reference="n-01HZX3", state=SmsState.DELIVERED)
    assert (await confirm(forged, channel)).state is SmsState.WAITING
    with pytest.raises(Temporary, match="105"):
        await confirm(forged.model_copy(update={"sms_id": "invented"}), channel)


# --- SpeedSMS ---------------------------------------------------------------------------------------------------------


async def test_the_other_gateway_gets_the_number_with_its_country(http: HttpClient, emulator: EmulatorHandle) -> None:
    receipt = await speedsms(http, emulator).send(sms(VIETNAMESE))
    (message,) = await messages(emulator)
    assert message["request"] == {
        "to": [PHONE],
        "content": "Ho so H29-1 da co ket qua. Moi ong/ba den nhan.",
        "sms_type": 3,
        "sender": BRANDNAME,
    }
    assert receipt.message_id == str(message["answer"]["data"]["tranId"])
    assert receipt.cost_vnd == 500
    assert await violations(emulator) == []


async def test_the_other_gateways_price_counts(http: HttpClient, emulator: EmulatorHandle) -> None:
    await emulator.post("settings", {"sms_price_vnd": 450})
    assert (await speedsms(http, emulator).send(sms("a" * 161))).cost_vnd == 900


@pytest.mark.parametrize(
    ("setting", "state"),
    [
        ({}, SmsState.DELIVERED),
        ({"sms_failing_phones": [PHONE]}, SmsState.FAILED),
        ({"sms_report_delay_seconds": 600.0}, SmsState.WAITING),
    ],
    ids=["delivered", "failed", "waiting"],
)
async def test_the_other_gateways_status_call(
    http: HttpClient, emulator: EmulatorHandle, setting: dict[str, Any], state: SmsState
) -> None:
    await emulator.post("settings", {"sms_report_delay_seconds": 0.0} | setting)
    channel = speedsms(http, emulator)
    receipt = await channel.send(sms())
    async with asyncio.timeout(5):
        while (await channel.status(receipt.message_id)).state is not state:
            await asyncio.sleep(0.02)


@pytest.mark.provokes_violations("Authorization", "tranId")
async def test_the_other_gateways_wrong_token_and_unknown_message(http: HttpClient, emulator: EmulatorHandle) -> None:
    with pytest.raises(NeedsHuman, match="009"):
        await speedsms(http, emulator, access_token=SecretStr("x")).send(sms())
    with pytest.raises(BadMessage, match="101"):
        await speedsms(http, emulator).status("../../etc/passwd?x=1")


async def test_the_other_gateways_speed_limit(http: HttpClient, emulator: EmulatorHandle) -> None:
    await emulator.post("settings", {"speedsms_requests_per_minute": 1})
    channel = speedsms(http, emulator)
    await channel.send(sms())
    with pytest.raises(RateLimited, match="http_429"):
        await channel.send(sms())


# --- Answers that are none --------------------------------------------------------------------------------------------


class Odd:
    """A gateway that answers what the test wants."""

    def __init__(self) -> None:
        self.status, self.document, self.base = 200, {}, ""

    async def answer(self, _request: web.Request) -> web.Response:
        return web.json_response(self.document, status=self.status)


@pytest.fixture
async def odd() -> AsyncIterator[Odd]:
    odd = Odd()
    app = web.Application()
    app.router.add_route("*", "/{path:.*}", odd.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    odd.base = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield odd
    await runner.cleanup()


@pytest.mark.parametrize("make", [esms, speedsms])
@pytest.mark.parametrize(
    ("status", "expected"), [(200, OutcomeUnknown), (401, NeedsHuman), (404, NeedsHuman), (500, OutcomeUnknown)]
)
@pytest.mark.parametrize("document", [{}, {"Message": "no"}, {"CodeResult": None, "status": 7}])
async def test_an_object_that_is_no_answer_is_judged_by_its_status(
    http: HttpClient, emulator: EmulatorHandle, odd: Odd, make: Any, status: int, document: Any, expected: Any
) -> None:
    odd.status, odd.document = status, document
    with pytest.raises(expected):
        await make(http, emulator, base=odd.base).send(sms())


@pytest.mark.parametrize(
    ("make", "document"),
    [
        (esms, {"CodeResult": "100"}),
        (esms, {"CodeResult": 100, "SMSID": ""}),
        (speedsms, {"status": "success", "code": "00"}),
        (speedsms, {"status": "success", "code": "00", "data": []}),
        (speedsms, {"status": "success", "code": "00", "data": {"tranId": None}}),
    ],
)
async def test_success_without_an_id_is_unknown(
    http: HttpClient, emulator: EmulatorHandle, odd: Odd, make: Any, document: Any
) -> None:
    odd.document = document
    with pytest.raises(OutcomeUnknown, match="unreadable"):
        await make(http, emulator, base=odd.base).send(sms())


async def test_numbers_and_odd_fields_are_forgiven(http: HttpClient, emulator: EmulatorHandle, odd: Odd) -> None:
    odd.document = {"CodeResult": 100, "SMSID": 12345, "ErrorMessage": None, "CountRegenerate": "0"}
    assert (await esms(http, emulator, base=odd.base).send(sms())).message_id == "12345"
    odd.document = {"CodeResult": 108, "ErrorMessage": 7}
    with pytest.raises(RecipientUnreachable, match="108"):
        await esms(http, emulator, base=odd.base).send(sms())
    odd.document = {"status": "success", "code": 0, "data": {"tranId": 7, "totalPrice": "450", "invalidPhone": None}}
    receipt = await speedsms(http, emulator, base=odd.base).send(sms())
    assert (receipt.message_id, receipt.cost_vnd) == ("7", 450)
    odd.document = {"status": "error", "code": 7, "message": None}
    with pytest.raises(NeedsHuman, match="007"):
        await speedsms(http, emulator, base=odd.base).send(sms())


async def test_a_number_that_the_other_gateway_left_out_was_not_reached(
    http: HttpClient, emulator: EmulatorHandle, odd: Odd
) -> None:
    odd.document = {"status": "success", "code": "00", "data": {"tranId": 7, "invalidPhone": [PHONE]}}
    with pytest.raises(RecipientUnreachable, match="105"):
        await speedsms(http, emulator, base=odd.base).send(sms())


async def test_a_status_of_another_message_is_not_believed(
    http: HttpClient, emulator: EmulatorHandle, odd: Odd
) -> None:
    odd.document = {"CodeResponse": "100", "SMSID": "other", "SendStatus": 5, "SendSuccess": 1}
    with pytest.raises(OutcomeUnknown, match="another message"):
        await esms(http, emulator, base=odd.base).status("mine")


async def test_paths_of_both_gateways_are_those_of_the_sheet(http: HttpClient, emulator: EmulatorHandle) -> None:
    await esms(http, emulator).send(sms())
    await speedsms(http, emulator).send(sms())
    paths = [exchange["path"] for exchange in (await emulator.get("requests"))["requests"]]
    assert paths == [f"{ESMS_SEND}/", SPEEDSMS_SEND]
