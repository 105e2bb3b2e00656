"""The staff's bot against the emulator's Bot Platform (docs: zalo 8)."""

from __future__ import annotations

import asyncio
import traceback
import unicodedata
from typing import Any

import pytest
from aiohttp import web
from pydantic import SecretStr

from channels.base import IncomingEvent, OutgoingMessage, Recipient, SignatureOutcome
from channels.content import Animation, Attachment, ContactRequest, Document, OpenUrl, Picture, Sticker, Upload
from channels.errors import BadMessage, ChannelError, NeedsHuman, OutcomeUnknown, PlatformDown, RecipientUnreachable
from channels.http import HttpClient
from channels.zalo_bot.events import BotMessage, BotMessageKind
from channels.zalo_bot.methods import DeleteWebhook, GetMe, GetWebhookInfo, SendChatAction, SetWebhook
from channels.zalo_bot.webhook import build_bot_route
from tests.integration.channels.conftest import EmulatorHandle
from tests.integration.channels.gateways import PHONE, bot, bot_client, bot_config, open_chat
from tests.proxy import refusing_port, unanswering_port
from tests.unit.channels.gateway_codes import BOT_ROWS, check_error

SECRET = "a-secret-of-the-webhook"


def alert(chat_id: str | None, text: str | None = "Cảnh báo: hết hạn ngạch", **more: Any) -> OutgoingMessage:
    return OutgoingMessage(reference="a-1", recipient=Recipient(user_id=chat_id), text=text, **more)


async def shown(emulator: EmulatorHandle) -> list[dict[str, Any]]:
    """What the platform was asked to send, without the chat's id."""
    requests = (await emulator.get("requests"))["requests"]
    bodies = [each["request"]["body"] for each in requests if "/send" in each["path"]]
    return [{name: value for name, value in body.items() if name != "chat_id"} for body in bodies]


# --- Sending ----------------------------------------------------------------------------------------------------------


async def test_a_text_reaches_a_chat_that_wrote_before(http: HttpClient, emulator: EmulatorHandle) -> None:
    chat_id = await open_chat(emulator)
    receipt = await bot(http, emulator).send(alert(chat_id, unicodedata.normalize("NFD", "Cảnh báo")))
    assert await shown(emulator) == [{"text": "Cảnh báo"}]
    assert receipt.message_id
    assert receipt.sent_at is not None
    assert receipt.cost_vnd == 0
    assert await emulator.get("violations") == []


async def test_a_picture_with_and_without_words_and_a_sticker(http: HttpClient, emulator: EmulatorHandle) -> None:
    chat_id, channel = await open_chat(emulator), bot(http, emulator)
    picture = Picture(source="https://danang.gov.vn/bieu-do.png")
    await channel.send(alert(chat_id, "biểu đồ", attachment=picture))
    await channel.send(alert(chat_id, None, attachment=picture))
    await channel.send(alert(chat_id, None, attachment=Sticker(sticker_id="bfe458bf64fa8da4d4eb")))
    assert await shown(emulator) == [
        {"photo": picture.source, "caption": "biểu đồ"},
        {"photo": picture.source},
        {"sticker": "bfe458bf64fa8da4d4eb"},
    ]
    assert await emulator.get("violations") == []


@pytest.mark.parametrize("attachment", [None, Picture(source="https://danang.gov.vn/a.png")], ids=["text", "caption"])
async def test_2000_characters_pass_and_one_more_does_not_leave(
    http: HttpClient, emulator: EmulatorHandle, attachment: Attachment | None
) -> None:
    chat_id, channel = await open_chat(emulator), bot(http, emulator)
    await channel.send(alert(chat_id, unicodedata.normalize("NFD", "ế" * 2000), attachment=attachment))
    with pytest.raises(BadMessage, match="text_too_long"):
        await channel.send(alert(chat_id, "ế" * 2001, attachment=attachment))
    assert len(await shown(emulator)) == 1
    assert await emulator.get("violations") == []


PDF = Upload(name="a.pdf", media_type="application/pdf", content=b"%PDF-")


@pytest.mark.parametrize(
    "more",
    [
        {"text": "  "},
        {"text": "a\0b"},
        {"buttons": (OpenUrl(title="Mở", url="https://a.vn"),)},
        {"quote_message_id": "m-1"},
        {"attachment": Sticker(sticker_id="s")},
        {"attachment": Sticker(sticker_id=" "), "text": None},
        {"attachment": Picture(source="a.png")},
        {"attachment": Picture(source="ftp://a.vn/a.png")},
        {"attachment": Picture(source="http://[")},
        {"attachment": Picture(source=PDF)},
        {"attachment": Animation(source="https://a.vn/a.gif", width=1, height=1)},
        {"attachment": Document(source=PDF), "text": None},
        {"attachment": ContactRequest(title="t", subtitle="s", image_url="https://a.vn/a.png"), "text": None},
    ],
    ids=str,
)
async def test_what_a_bot_cannot_say_never_leaves(http: HttpClient, emulator: EmulatorHandle, more: Any) -> None:
    chat_id = await open_chat(emulator)
    with pytest.raises(BadMessage):
        await bot(http, emulator).send(alert(chat_id, **({"text": "xin chào"} | more)))
    assert await shown(emulator) == []


@pytest.mark.parametrize("chat_id", [None, "", "x" * 257])
async def test_nobody_to_write_to(http: HttpClient, emulator: EmulatorHandle, chat_id: str | None) -> None:
    with pytest.raises(RecipientUnreachable, match="no_user_id"):
        await bot(http, emulator).send(alert(chat_id))


@pytest.mark.provokes_violations("chat_id")
async def test_a_chat_that_never_wrote_is_our_mistake(http: HttpClient, emulator: EmulatorHandle) -> None:
    with pytest.raises(BadMessage, match="404"):
        await bot(http, emulator).send(alert("6ede9afa66b88fe6d6a9"))


@pytest.mark.parametrize("has_status", [True, False], ids=["4xx", "200"])
@pytest.mark.parametrize(("letter", "codes"), BOT_ROWS.items(), ids=BOT_ROWS)
async def test_each_code_is_heard_as_its_class_with_and_without_an_http_status(
    http: HttpClient, emulator: EmulatorHandle, letter: str, codes: str, has_status: bool
) -> None:
    chat_id = await open_chat(emulator)
    await emulator.post("settings", {"bot_error_status": has_status})
    for code in codes.split():
        await emulator.order("/bot", f"error:{code}")
        with pytest.raises(ChannelError) as caught:
            await bot(http, emulator).send(alert(chat_id))
        check_error(caught.value, letter)
        assert caught.value.code in {code, f"http_{code}"}


async def test_a_lost_answer_is_unknown_and_not_repeated(http: HttpClient, emulator: EmulatorHandle) -> None:
    chat_id = await open_chat(emulator)
    await emulator.order("/bot", "no_answer_after_send")
    with pytest.raises(OutcomeUnknown):
        await bot(http, emulator).send(alert(chat_id))
    arrived = [message for message in await emulator.get("messages") if "text" in message["request"]]
    assert len(arrived) == 1


@pytest.mark.provokes_violations("token")
async def test_a_wrong_token_needs_a_person_and_is_never_quoted(http: HttpClient, emulator: EmulatorHandle) -> None:
    token = "3000000000000000003:a-wrong-secret"
    with pytest.raises(NeedsHuman, match="401") as caught:
        await bot(http, emulator, token=SecretStr(token)).send(alert("6ede9afa66b88fe6d6a9"))
    assert "a-wrong-secret" not in "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))


@pytest.mark.parametrize("port_of", [refusing_port, unanswering_port])
async def test_no_failure_quotes_the_address_with_the_token(
    http: HttpClient, emulator: EmulatorHandle, port_of: Any
) -> None:
    with port_of() as port, pytest.raises(PlatformDown) as caught:
        await bot(http, emulator, base=f"http://127.0.0.1:{port}").send(alert("6ede9afa66b88fe6d6a9"))
    printed = "".join(traceback.format_exception(caught.value)) + repr(vars(caught.value))
    assert emulator.credentials["bot_token"].partition(":")[2] not in printed


# --- The bot itself ---------------------------------------------------------------------------------------------------


async def test_the_bot_says_who_it_is_and_that_it_is_typing(http: HttpClient, emulator: EmulatorHandle) -> None:
    client, chat_id = bot_client(http, emulator), await open_chat(emulator)
    me = await client.call(GetMe())
    assert me.id == emulator.credentials["bot_token"].partition(":")[0]
    assert me.account_name.startswith("bot.")
    await client.call(SendChatAction(chat_id=chat_id))
    assert await emulator.get("violations") == []


async def test_the_webhook_is_set_seen_and_deleted(http: HttpClient, emulator: EmulatorHandle) -> None:
    client = bot_client(http, emulator)
    with pytest.raises(BadMessage, match="404"):  # docs: zalo 8.1, a fresh bot
        await client.call(GetWebhookInfo())
    url = "https://hoso.example.vn/webhooks/zalo-bot/staff"
    answer = await client.call(SetWebhook(url=url, secret_token=SecretStr(SECRET)))
    assert (answer.url, answer.updated_at is not None) == (url, True)
    assert (await client.call(GetWebhookInfo())).url == url
    assert (await client.call(DeleteWebhook())).url == ""
    assert SECRET not in repr(SetWebhook(url=url, secret_token=SecretStr(SECRET)))


@pytest.mark.parametrize("is_wrapped", [True, False])
async def test_what_people_write_comes_through_the_door(
    http: HttpClient, emulator: EmulatorHandle, is_wrapped: bool
) -> None:
    await emulator.post("settings", {"bot_webhook_wrapped": is_wrapped})
    door = build_bot_route(bot_config(emulator, webhook_secret=SecretStr(SECRET)))
    heard: list[IncomingEvent] = []

    async def receive(request: web.Request) -> web.Response:
        body = await request.read()
        assert door.open(request.headers, body).verdict.outcome is SignatureOutcome.ACCEPTED
        heard.extend(door.parse(request.headers, body))
        return web.Response()

    app = web.Application()
    app.router.add_post(door.path, receive)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}{door.path}"
    await bot_client(http, emulator).call(SetWebhook(url=url, secret_token=SecretStr(SECRET)))
    chat_id = await open_chat(emulator)
    for body in (
        {"image_url": "https://a.vn/1.jpg", "caption": "biên nhận"},
        {"sticker": "s-1"},
        {"unsupported": True},
    ):
        await emulator.post(f"bot/{PHONE}/send", body)
    async with asyncio.timeout(10):
        while len(heard) < 4:
            await asyncio.sleep(0.02)
    await runner.cleanup()
    payloads = [event.payload for event in heard]
    assert all(isinstance(payload, BotMessage) and payload.chat_id == chat_id for payload in payloads)
    assert {payload.kind for payload in payloads if isinstance(payload, BotMessage)} == set(BotMessageKind)
    assert len({event.dedup_key for event in heard}) == 4
