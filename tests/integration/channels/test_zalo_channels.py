"""The adapters against the emulator, which knows nothing of them and refuses what the real platform refuses."""

from __future__ import annotations

import asyncio
import unicodedata

import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.base import (
    EventKind,
    IncomingEvent,
    OutgoingMessage,
    Recipient,
    SignatureOutcome,
    SignatureVerdict,
)
from channels.errors import (
    BadMessage,
    ChannelError,
    NeedsHuman,
    OutcomeUnknown,
    RecipientRefused,
    RecipientUnreachable,
    TokenRejected,
    UnknownChannel,
)
from channels.registry import ChannelParts, build_channels, build_webhooks
from channels.zalo.events import MessageKind, Receipt, ReceiptKind, UserMessage
from channels.zalo.methods import GetOa, TemplateInfo
from tests.integration.channels.bench import CS, PARAMS, PHONE, SEND, Bench, template, text
from tests.proxy import Fault, FaultProxy, refusing_port

# --- Templates by phone -----------------------------------------------------------------------------------------------


async def test_a_template_arrives_with_our_reference_and_the_quota_comes_back(bench: Bench) -> None:
    receipt = await bench.channels()["zalo_template"].send(template("n-01HZX3"))
    (message,) = await bench.messages()
    assert (message["phone"], message["template_id"], message["tracking_id"]) == (PHONE, "400101", "n-01HZX3")
    assert message["request"]["template_data"] == PARAMS
    assert receipt.message_id == message["answer"]["data"]["msg_id"]
    assert receipt.sent_at is not None
    assert (receipt.quota_remaining, receipt.quota_total) == (499_999, 500_000)
    assert await bench.emulator.get("violations") == []


async def test_parameters_go_out_composed(bench: Bench) -> None:
    decomposed = unicodedata.normalize("NFD", "Đăng ký khai tử")
    await bench.channels()["zalo_template"].send(template(thu_tuc=decomposed))
    assert (await bench.messages())[0]["request"]["template_data"]["thu_tuc"] == "Đăng ký khai tử"


async def test_the_proof_header_is_understood(bench: Bench) -> None:
    await bench.channels(send_appsecret_proof=True)["zalo_template"].send(template())
    assert await bench.emulator.get("violations") == []


@pytest.mark.provokes_violations("mode")
async def test_development_mode_reaches_admins_only(bench: Bench) -> None:
    with pytest.raises(NeedsHuman, match="-127"):
        await bench.channels(template_mode="development")["zalo_template"].send(template())


@pytest.mark.parametrize(
    ("phone", "code", "other"),
    [
        (None, "no_phone", True),
        ("0905123456", "phone_form", False),
        ("+84905123456", "phone_form", False),
        ("842363822000", "phone_form", False),
        ("84905123456 ", "phone_form", False),
    ],
)
async def test_a_phone_of_the_wrong_form_is_not_even_asked_about(
    bench: Bench, phone: str | None, code: str, other: bool
) -> None:
    with pytest.raises(RecipientUnreachable) as caught:
        await bench.channels()["zalo_template"].send(template(phone=phone))
    assert (caught.value.code, caught.value.try_other_channel) == (code, other)
    assert await bench.emulator.get("violations") == []


@pytest.mark.parametrize(
    ("state", "error_class", "code"),
    [
        ({"zalo": False}, RecipientUnreachable, "-118"),
        ({"blocked": True}, RecipientRefused, "-141"),
        ({"refuses_templates": True}, RecipientRefused, "-139"),
    ],
)
async def test_recipients_who_cannot_or_do_not_want_to(
    bench: Bench, state: dict[str, bool], error_class: type[ChannelError], code: str
) -> None:
    await bench.emulator.add_phone(PHONE)
    await bench.emulator.post(f"phones/{PHONE}/state", state)
    with pytest.raises(error_class, match=code):
        await bench.channels()["zalo_template"].send(template())


@pytest.mark.provokes_violations("template_data")
@pytest.mark.parametrize(
    ("changes", "code"), [({"thu_tuc": "x" * 201}, "-1121"), ({"don_vi": " "}, "-111"), ({"extra": "x"}, "-112")]
)
async def test_wrong_parameters_are_our_bug(bench: Bench, changes: dict[str, str], code: str) -> None:
    with pytest.raises(BadMessage, match=code):
        await bench.channels(check_templates=False)["zalo_template"].send(template(**changes))


@pytest.mark.parametrize("value", ["a\0b", "a\ud800b"])
async def test_what_no_platform_can_take_is_refused_before_sending(bench: Bench, value: str) -> None:
    with pytest.raises(BadMessage):
        await bench.channels()["zalo_template"].send(template(don_vi=value))
    assert await bench.messages() == []


async def test_a_refused_token_is_refreshed_once_and_the_message_sent_once(bench: Bench) -> None:
    await bench.emulator.order(SEND, "expire_token")
    await bench.channels()["zalo_template"].send(template())
    assert len(await bench.messages()) == 1
    assert bench.store.version == 2


async def test_a_token_that_is_refused_twice_is_told_and_not_tried_a_third_time(bench: Bench) -> None:
    await bench.emulator.order(SEND, "error:-124", times=None)
    with pytest.raises(TokenRejected):
        await bench.channels()["zalo_template"].send(template())
    assert bench.store.version == 2


async def test_50_messages_with_an_expired_token_make_one_refresh(bench: Bench) -> None:
    await bench.emulator.order(SEND, "expire_token")
    channel = bench.channels()["zalo_template"]
    await asyncio.gather(*(channel.send(template(f"n-{number}")) for number in range(50)))
    assert len({message["tracking_id"] for message in await bench.messages()}) == 50
    assert len(await bench.messages()) == 50
    assert bench.store.version == 2


async def test_a_lost_answer_is_unknown_and_not_repeated(bench: Bench) -> None:
    async with FaultProxy("127.0.0.1", bench.emulator.port) as proxy:
        proxy.fault = Fault.CLOSE_AFTER_REQUEST
        with pytest.raises(OutcomeUnknown):
            await bench.channels(template_base=proxy.url)["zalo_template"].send(template())
    assert len(await bench.messages()) == 1


@pytest.mark.parametrize("mode", ["no_answer_after_send", "reset", "http_500", "slow:3"])
async def test_the_emulators_troubles_are_unknown(bench: Bench, mode: str) -> None:
    await bench.emulator.order(SEND, mode)
    with pytest.raises(OutcomeUnknown):
        await bench.channels()["zalo_template"].send(template())


async def test_a_failed_token_refresh_never_makes_a_message_doubtful(bench: Bench) -> None:
    bench.clock.advance(hours=26)
    with refusing_port() as port, pytest.raises(ChannelError) as caught:
        await bench.channels(oauth_base=f"http://127.0.0.1:{port}")["zalo_template"].send(template())
    assert not caught.value.is_sent_possible
    assert not caught.value.counts_as_send


async def test_a_message_without_template_is_our_bug(bench: Bench) -> None:
    message = OutgoingMessage(reference="t", recipient=Recipient(phone=SecretStr(PHONE)), text="xin chào")
    with pytest.raises(BadMessage, match="no_template"):
        await bench.channels()["zalo_template"].send(message)


# --- Free text --------------------------------------------------------------------------------------------------------


async def test_a_text_answers_a_citizen_who_wrote_and_is_free(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE, follows=True)
    await bench.emulator.post(f"phones/{PHONE}/send", {"text": "hồ sơ của tôi tới đâu rồi?"})
    receipt = await bench.channels()["zalo_oa"].send(text("Hồ sơ của bạn đã được tiếp nhận.", user_id=user_id))
    (message,) = await bench.messages()
    assert (message["channel"], message["text"]) == ("oa", "Hồ sơ của bạn đã được tiếp nhận.")
    assert receipt.message_id == message["answer"]["data"]["message_id"]
    assert receipt.cost_vnd == 0
    assert await bench.emulator.get("violations") == []


async def test_a_text_to_somebody_who_never_wrote_points_to_another_channel(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE)
    with pytest.raises(RecipientUnreachable) as caught:
        await bench.channels()["zalo_oa"].send(text("xin chào", user_id=user_id))
    assert caught.value.try_other_channel


async def test_2000_characters_pass_and_one_more_does_not_leave(bench: Bench) -> None:
    user_id = await bench.emulator.add_phone(PHONE, follows=True)
    await bench.emulator.post(f"phones/{PHONE}/send", {"text": "chào"})
    channel = bench.channels()["zalo_oa"]
    await channel.send(text(unicodedata.normalize("NFD", "ế" * 2000), user_id=user_id))
    with pytest.raises(BadMessage, match="text_too_long"):
        await channel.send(text("ế" * 2001, user_id=user_id))
    assert len(await bench.messages()) == 1
    assert await bench.emulator.get("violations") == []


@pytest.mark.parametrize(
    ("message", "error_class"),
    [
        (text("xin chào", user_id=None), RecipientUnreachable),
        (text("  ", user_id="1"), BadMessage),
        (template(), RecipientUnreachable),
    ],
)
async def test_a_text_needs_words_and_a_user(
    bench: Bench, message: OutgoingMessage, error_class: type[ChannelError]
) -> None:
    with pytest.raises(error_class):
        await bench.channels()["zalo_oa"].send(message)


# --- Queries, registry, webhooks --------------------------------------------------------------------------------------


async def test_the_account_and_a_template_describe_themselves(bench: Bench) -> None:
    account = await bench.client().call(GetOa())
    described = await bench.client().call(TemplateInfo(template_id="400101"))
    assert account.oa_id == bench.emulator.credentials["oa_id"]
    assert described.template_id == "400101"
    assert {param.name: param.max_length for param in described.list_params}["thu_tuc"] == 200
    assert set(PARAMS) == {param.name for param in described.list_params}
    assert described.price is not None


def test_the_registry_builds_what_is_set_up_and_names_what_it_has(bench: Bench) -> None:
    assert {name: channel.name for name, channel in bench.channels().items()} == {
        "zalo_template": "zalo_template",
        "zalo_template_uid": "zalo_template_uid",
        "zalo_oa": "zalo_oa",
    }
    nothing = ChannelParts(bench.http)
    assert build_channels(nothing) == {}
    with pytest.raises(UnknownChannel, match=r"there are: .*zalo_oa, zalo_template, zalo_template_uid"):
        build_channels(nothing, ["pigeon"])
    with pytest.raises(UnknownChannel, match="not set up"):
        build_channels(nothing, ["zalo_oa"])


def test_no_key_no_door(bench: Bench) -> None:
    assert build_webhooks(zalo=None) == []
    assert build_webhooks(zalo=bench.zalo) == []


async def test_signed_events_of_the_emulator_are_verified_and_read(bench: Bench) -> None:
    credentials = bench.emulator.credentials
    config = bench.zalo.model_copy(update={"oa_secret_keys": (SecretStr(credentials["oa_secret_key"]),)})
    (door,) = build_webhooks(zalo=config, zalo_account_ids=[credentials["oa_id"]])
    heard: list[tuple[SignatureVerdict, IncomingEvent]] = []

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        verdict = door.open(request.headers, body).verdict
        heard.extend((verdict, event) for event in door.parse(request.headers, body))
        return web.Response()

    app = web.Application()
    app.router.add_post(door.path, receive)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        url = f"http://127.0.0.1:{runner.addresses[0][1]}{door.path}"
        await bench.emulator.post("webhook", {"url": url})
        user_id = await bench.emulator.add_phone(PHONE, follows=True)
        await bench.emulator.post(f"phones/{PHONE}/send", {"text": "Xin chào"})
        await bench.emulator.order(CS, "duplicate_receipt", times=None)
        await bench.channels()["zalo_oa"].send(text("Chào bạn", user_id=user_id))
        async with asyncio.timeout(5):
            while {event.kind for _, event in heard} < {EventKind.RELATIONSHIP, EventKind.MESSAGE, EventKind.ECHO}:
                await asyncio.sleep(0.01)
    finally:
        await runner.cleanup()
    assert {verdict.outcome for verdict, _ in heard} == {SignatureOutcome.ACCEPTED}
    assert {event.account_id for _, event in heard} == {credentials["oa_id"]}
    assert {event.user_id for _, event in heard if event.kind is not EventKind.RECEIPT} == {user_id}
    (said,) = [event.payload for _, event in heard if isinstance(event.payload, UserMessage)]
    assert (said.kind, said.text) == (MessageKind.TEXT, "Xin chào")
    assert all(e.payload.kind is ReceiptKind.DELIVERED for _, e in heard if isinstance(e.payload, Receipt))
