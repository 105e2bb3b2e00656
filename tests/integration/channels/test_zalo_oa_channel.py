"""Everything that a consultation message can hold, sent to the emulator, which refuses what the platform refuses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from pydantic import SecretStr

from channels.base import OutgoingMessage
from channels.content import (
    Animation,
    Attachment,
    CallPhone,
    ContactRequest,
    Document,
    Feature,
    OpenUrl,
    Picture,
    Reply,
    Sticker,
    Upload,
    WriteSms,
)
from channels.errors import BadMessage, NotSent, OutcomeUnknown, PlatformDown, RateLimited, RecipientUnreachable
from channels.zalo.limits import PICTURE
from tests.integration.channels.bench import CS, PHONE, UPLOAD, Bench, template, text
from tests.proxy import Fault, FaultProxy

PNG = Upload(name="biên nhận.png", media_type="image/png", content=b"\x89PNG\r\n\x1a\n" + bytes(1000))
GIF = Upload(name="huong-dan.gif", media_type="image/gif", content=b"GIF89a" + bytes(1000))
PDF = Upload(name="Tờ khai.pdf", media_type="application/pdf", content=b"%PDF-1.7\n" + bytes(1000))
ASK = ContactRequest(title="Xác nhận", subtitle="Chia sẻ số điện thoại", image_url="https://dvc.example.vn/a.png")
BUTTONS = (
    Reply(title="Xem trạng thái", text="#status H29-1"),
    Reply(title="Thực đơn", text="#menu", is_hidden=True),
    OpenUrl(title="Mở cổng", url="https://dvc.example.vn"),
    CallPhone(title="Gọi", phone=SecretStr("842363822000")),
    WriteSms(title="Nhắn", phone=SecretStr("842363822000"), content="HS H29-1"),
)


async def sent(bench: Bench) -> list[dict[str, Any]]:
    return [message["request"]["message"] for message in await bench.messages() if message["request"]]


async def uploads(bench: Bench, kind: str = "") -> int:
    found = await bench.emulator.get("requests")
    rows = found["requests"] if isinstance(found, dict) else found
    return sum(row["path"].startswith(f"{UPLOAD}/{kind}") for row in rows)


def test_the_channel_says_what_it_carries(bench: Bench) -> None:
    features = bench.channels()["zalo_oa"].features
    assert features == set(Feature) - {Feature.TEMPLATE, Feature.SUBJECT, Feature.IDEMPOTENT}


async def test_a_text_with_all_kinds_of_buttons_arrives(bench: Bench) -> None:
    user_id = await bench.citizen()
    await bench.channels()["zalo_oa"].send(text("Bạn muốn làm gì?", user_id=user_id, buttons=BUTTONS))
    (message,) = await sent(bench)
    types = [button["type"] for button in message["attachment"]["payload"]["buttons"]]
    assert types == ["oa.query.show", "oa.query.hide", "oa.open.url", "oa.open.phone", "oa.open.sms"]
    assert await bench.emulator.get("violations") == []


@pytest.mark.parametrize(
    ("words", "attachment", "kind", "uploaded"),
    [
        ("Biên nhận", Picture(source=PNG), "image", "image"),
        (None, Picture(source="https://dvc.example.vn/anh.png"), "image", None),
        (None, Animation(source=GIF, width=120, height=80), "gif", "gif"),
        (None, Sticker(sticker_id="bfe458bf64fa8da4d4eb"), "sticker", None),
        (None, Document(source=PDF), "file", "file"),
        (None, ASK, "request_user_info", None),
    ],
    ids=["picture", "picture-by-address", "animation", "sticker", "document", "contact-request"],
)
async def test_each_attachment_arrives_and_breaks_no_rule(
    bench: Bench, words: str | None, attachment: Attachment, kind: str, uploaded: str | None
) -> None:
    user_id = await bench.citizen()
    receipt = await bench.channels()["zalo_oa"].send(text(words, user_id=user_id, attachment=attachment))
    (message,) = await sent(bench)
    payload = message["attachment"]["payload"]
    told = payload["elements"][0].get("media_type") if "elements" in payload else None
    assert kind in (told, payload.get("template_type"), message["attachment"]["type"])
    assert message.get("text") == words
    assert await uploads(bench) == (0 if uploaded is None else 1)
    assert receipt.message_id
    assert await bench.emulator.get("violations") == []


async def test_the_same_bytes_are_uploaded_once_also_by_many_at_once(bench: Bench) -> None:
    user_id = await bench.citizen()
    channel = bench.channels()["zalo_oa"]
    said = text(None, user_id=user_id, attachment=Picture(source=PNG))
    await asyncio.gather(*(channel.send(said) for _ in range(5)))
    await channel.send(said)
    assert len(await sent(bench)) == 6
    assert await uploads(bench, "image") == 1
    other = PNG.model_copy(update={"content": PNG.content + b"x"})
    await channel.send(text(None, user_id=user_id, attachment=Picture(source=other)))
    assert await uploads(bench, "image") == 2


async def test_an_upload_that_expired_is_made_anew_and_the_message_sent_once_more(bench: Bench) -> None:
    user_id = await bench.citizen()
    channel = bench.channels()["zalo_oa"]
    said = text(None, user_id=user_id, attachment=Document(source=PDF))
    await channel.send(said)
    await bench.emulator.order(CS, "error:-100")
    receipt = await channel.send(said)
    assert receipt.message_id
    first, second = await sent(bench)
    assert first["attachment"]["payload"]["token"] != second["attachment"]["payload"]["token"]
    assert await uploads(bench, "file") == 2


async def test_after_a_week_the_platform_has_forgotten_an_upload_and_gets_it_again(bench: Bench) -> None:
    user_id = await bench.citizen()
    channel = bench.channels()["zalo_oa"]  # whose own clock stands still: it still believes in the id
    said = text(None, user_id=user_id, attachment=Picture(source=PNG))
    await channel.send(said)
    await bench.emulator.post("clock", {"advance_seconds": 7 * 86_400 + 60})
    await bench.emulator.post(f"phones/{PHONE}/send", {"text": "còn đó không?"})
    await channel.send(said)
    assert len(await sent(bench)) == 2
    assert await uploads(bench, "image") == 2
    assert bench.store.version == 2, "the token had ended as well"


async def test_an_asset_that_the_platform_refuses_twice_is_our_bug(bench: Bench) -> None:
    user_id = await bench.citizen()
    await bench.emulator.order(CS, "error:-100", times=None)
    with pytest.raises(BadMessage, match="-100"):
        await bench.channels()["zalo_oa"].send(text(None, user_id=user_id, attachment=Picture(source=PNG)))
    assert await uploads(bench) == 2


@pytest.mark.parametrize("mode", ["no_answer_after_send", "reset", "http_500", "slow:3"])
async def test_a_doubtful_upload_is_no_doubtful_message(bench: Bench, mode: str) -> None:
    user_id = await bench.citizen()
    channel = bench.channels()["zalo_oa"]
    said = text(None, user_id=user_id, attachment=Picture(source=PNG))
    await bench.emulator.order(UPLOAD, mode)
    with pytest.raises(PlatformDown, match="no message was sent") as caught:
        await channel.send(said)
    assert isinstance(caught.value, NotSent)
    assert (caught.value.is_sent_possible, caught.value.counts_as_send) == (False, False)
    assert await sent(bench) == []
    await channel.send(said)
    assert len(await sent(bench)) == 1


async def test_a_doubtful_message_after_a_good_upload_stays_doubtful(bench: Bench) -> None:
    user_id = await bench.citizen()
    await bench.emulator.order(CS, "no_answer_after_send")
    with pytest.raises(OutcomeUnknown):
        await bench.channels()["zalo_oa"].send(text(None, user_id=user_id, attachment=Picture(source=PNG)))
    assert len(await sent(bench)) == 1


@pytest.mark.parametrize(
    "upload",
    [
        PNG.model_copy(update={"name": "anh"}),
        PNG.model_copy(update={"content": bytes(PICTURE.max_bytes + 1)}),
        PDF,
    ],
    ids=["no-ending", "too-big", "no-picture"],
)
async def test_a_file_that_the_platform_would_refuse_is_not_uploaded(bench: Bench, upload: Upload) -> None:
    with pytest.raises(BadMessage):
        await bench.channels()["zalo_oa"].send(text(None, user_id="5", attachment=Picture(source=upload)))
    assert await uploads(bench) == 0


@pytest.mark.provokes_violations("file_format")
async def test_a_file_name_that_lies_is_refused_by_the_platform_as_our_bug(bench: Bench) -> None:
    user_id = await bench.citizen()
    lying = PNG.model_copy(update={"content": b"no picture"})
    with pytest.raises(BadMessage, match="-201"):
        await bench.channels()["zalo_oa"].send(text(None, user_id=user_id, attachment=Picture(source=lying)))


async def test_an_answer_quotes_the_citizens_message(bench: Bench) -> None:
    user_id = await bench.citizen()
    asked = await anext(bench.account().recent_chat())
    await bench.channels()["zalo_oa"].send(text("Đang giải quyết.", user_id=user_id, quote_message_id=asked.message_id))
    (message,) = await sent(bench)
    assert message["quote_message_id"] == asked.message_id
    assert await bench.emulator.get("violations") == []


async def test_a_quoted_message_that_is_gone_costs_the_quote_not_the_answer(bench: Bench) -> None:
    user_id = await bench.citizen()
    said = text("Đang giải quyết.", user_id=user_id, quote_message_id="gone")
    await bench.channels()["zalo_oa"].send(said)
    (message,) = await sent(bench)
    assert message == {"text": "Đang giải quyết."}
    with pytest.raises(BadMessage, match="-201"):
        await bench.channels(drop_lost_quote=False)["zalo_oa"].send(said)


async def test_a_refusal_that_has_nothing_to_do_with_the_quote_is_not_tried_again(bench: Bench) -> None:
    await bench.emulator.order(CS, "error:-240")
    with pytest.raises(BadMessage, match="-240"):
        await bench.channels()["zalo_oa"].send(text("x", user_id="5", quote_message_id="m"))
    assert await sent(bench) == []


async def test_cost_quota_and_rate_come_from_the_answer(bench: Bench) -> None:
    user_id = await bench.citizen()
    channel = bench.channels()["zalo_oa"]
    first, second = [await channel.send(text("chào", user_id=user_id)) for _ in range(2)]
    assert (first.cost_vnd, first.quota_remaining, first.quota_total) == (0, 7, 8)
    assert first.rate_limit == 4000
    assert first.rate_remaining is not None
    assert second.rate_remaining == first.rate_remaining - 1


async def test_too_many_requests_slow_the_account_down(bench: Bench) -> None:
    user_id = await bench.citizen()
    await bench.emulator.post("settings", {"oa_requests_per_minute": 1})
    channel = bench.channels()["zalo_oa"]
    receipt = await channel.send(text("chào", user_id=user_id))
    assert (receipt.rate_limit, receipt.rate_remaining) == (1, 0)
    with pytest.raises(RateLimited, match="-32"):
        await channel.send(text("chào", user_id=user_id))


async def test_the_proof_goes_with_messages_and_uploads(bench: Bench) -> None:
    await bench.emulator.post("settings", {"require_appsecret_proof": True})
    user_id = await bench.citizen()
    channel = bench.channels(send_appsecret_proof=True)["zalo_oa"]
    await channel.send(text(None, user_id=user_id, attachment=Picture(source=PNG)))
    assert len(await sent(bench)) == 1
    assert await bench.emulator.get("violations") == []


async def test_a_template_alone_is_nothing_for_this_channel(bench: Bench) -> None:
    message = template().model_copy(update={"recipient": text("x", user_id="5").recipient})
    with pytest.raises(BadMessage, match="no_text"):
        await bench.channels()["zalo_oa"].send(message)


@pytest.mark.parametrize("said", [text("x", user_id=None), text(None, user_id=None, attachment=Picture(source=PNG))])
async def test_without_a_user_id_nothing_is_uploaded_or_sent(bench: Bench, said: OutgoingMessage) -> None:
    with pytest.raises(RecipientUnreachable, match="no_user_id"):
        await bench.channels()["zalo_oa"].send(said)
    assert await uploads(bench) == 0


async def test_a_refused_token_at_the_upload_is_refreshed_once(bench: Bench) -> None:
    user_id = await bench.citizen()
    await bench.emulator.order(UPLOAD, "expire_token")
    await bench.channels()["zalo_oa"].send(text(None, user_id=user_id, attachment=Picture(source=PNG)))
    assert len(await sent(bench)) == 1
    assert bench.store.version == 2


@pytest.mark.parametrize("fault", [Fault.RESET_BEFORE_REQUEST, Fault.SWALLOW_ANSWER, Fault.HALF_ANSWER])
async def test_an_upload_through_a_broken_network_leaves_the_message_unsent(bench: Bench, fault: Fault) -> None:
    user_id = await bench.citizen(PHONE)
    async with FaultProxy("127.0.0.1", bench.emulator.port) as proxy:
        proxy.fault = fault
        with pytest.raises(PlatformDown):
            await bench.channels(oa_base=proxy.url)["zalo_oa"].send(
                text(None, user_id=user_id, attachment=Picture(source=PNG))
            )
    assert await sent(bench) == []
