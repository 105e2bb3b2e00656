"""The bot's door and what comes through it, by the samples of the sheet (docs: zalo 8.3)."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from channels.base import EventKind, IncomingEvent, SignatureOutcome
from channels.errors import MalformedWebhook
from channels.zalo_bot.config import ZaloBotConfig
from channels.zalo_bot.events import BotMessage, BotMessageKind
from channels.zalo_bot.webhook import build_bot_route

SECRET = "a-secret-of-the-webhook"
CONFIG = ZaloBotConfig(token=SecretStr("1:x"), webhook_secret=SecretStr(SECRET))
ROUTE = build_bot_route(CONFIG)
CHAT = "6ede9afa66b88fe6d6a9"
SAMPLE: dict[str, Any] = {
    "event_name": "message.text.received",
    "message": {
        "message_id": "2d758cb5e222177a4e35",
        "date": 1767225600000,
        "text": "Xin chào",
        "chat": {"id": CHAT, "chat_type": "PRIVATE"},
        "from": {"id": CHAT, "display_name": "An", "is_bot": False},
    },
}


def sample(name: str | None = "message.text.received", **message: Any) -> dict[str, Any]:
    whole = {key: value for key, value in {**SAMPLE["message"], **message}.items() if value is not None}
    return {"message": whole} | ({} if name is None else {"event_name": name})


def parse(document: Any) -> list[IncomingEvent]:
    return list(ROUTE.parse({}, json.dumps(document).encode()))


def payload(document: Any) -> BotMessage:
    (event,) = parse(document)
    assert isinstance(event.payload, BotMessage)
    return event.payload


@pytest.mark.parametrize(
    "document", [SAMPLE, {"ok": True, "result": SAMPLE}, {"ok": True, "result": [SAMPLE]}], ids=["bare", "ok", "array"]
)
def test_each_envelope_gives_the_same_event(document: Any) -> None:
    (event,) = parse(document)
    assert (event.platform, event.event_name, event.kind) == ("zalo_bot", "message.text.received", EventKind.MESSAGE)
    assert (event.account_id, event.user_id) == ("staff", CHAT)
    assert event.dedup_key == "staff:2d758cb5e222177a4e35"
    assert event.occurred_at == datetime(2026, 1, 1, tzinfo=UTC)
    assert event.payload == BotMessage(
        kind=BotMessageKind.TEXT,
        message_id="2d758cb5e222177a4e35",
        chat_id=CHAT,
        sender_name="An",
        text="Xin chào",
    )
    assert "Xin chào" not in repr(event)


def test_a_picture_with_its_caption() -> None:
    read = payload(sample("message.image.received", text=None, photo_url="https://a.vn/1.jpg", caption="biên nhận"))
    assert (read.kind, read.photo_url, read.text) == (BotMessageKind.IMAGE, "https://a.vn/1.jpg", "biên nhận")


def test_a_sticker() -> None:
    read = payload(sample("message.sticker.received", text=None, sticker="s-1", url="https://a.vn/s.png"))
    assert (read.kind, read.sticker_id, read.sticker_url) == (BotMessageKind.STICKER, "s-1", "https://a.vn/s.png")


def test_what_the_platform_does_not_hand_on() -> None:
    assert payload(sample("message.unsupported.received", text=None)).kind is BotMessageKind.UNSUPPORTED


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        ({"text": "a"}, BotMessageKind.TEXT),
        ({"text": None, "photo_url": "https://a.vn/1.jpg"}, BotMessageKind.IMAGE),
        ({"text": None, "sticker": "s"}, BotMessageKind.STICKER),
        ({"text": None}, BotMessageKind.UNSUPPORTED),
    ],
)
def test_older_samples_without_a_name_are_told_by_their_content(content: Any, kind: BotMessageKind) -> None:
    assert payload(sample(None, **content)).kind is kind


def test_older_samples_say_first_name() -> None:
    assert payload(sample(**{"from": {"id": CHAT, "first_name": "Bình"}})).sender_name == "Bình"


def test_in_a_group_the_person_is_the_sender_and_the_chat_the_group() -> None:
    (event,) = parse(sample(chat={"id": "group-1", "chat_type": "GROUP"}))
    assert isinstance(event.payload, BotMessage)
    assert (event.user_id, event.payload.chat_id, event.payload.chat_type) == (CHAT, "group-1", "GROUP")


def test_an_unknown_name_is_kept_raw() -> None:
    (event,) = parse(sample("message.voice.received"))
    assert (event.kind, event.event_name) == (EventKind.UNKNOWN, "message.voice.received")
    assert event.dedup_key == "staff:2d758cb5e222177a4e35"


@pytest.mark.parametrize(
    "document",
    [
        "text",
        7,
        {"message": "text"},
        {"message": {"message_id": "1"}},
        sample(message_id=""),
        sample(message_id="x" * 257),
        sample(chat={"id": ["x"]}),
    ],
    ids=lambda value: str(value)[:20],
)
def test_what_is_no_update_is_kept_as_unknown_with_a_key_of_its_own(document: Any) -> None:
    (event,) = parse(document)
    assert event.kind is EventKind.UNKNOWN
    assert event.dedup_key.startswith("staff:sha256:")
    assert [again.dedup_key for again in parse(document)] == [event.dedup_key]


@pytest.mark.parametrize("document", [{}, [], None, {"ok": True, "result": {}}, {"ok": True, "result": []}])
def test_a_probe_holds_no_update(document: Any) -> None:
    assert parse(document) == []


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b'{"a": NaN}', b"[" * 100_000])
def test_no_json_is_malformed(body: bytes) -> None:
    with pytest.raises(MalformedWebhook):
        ROUTE.parse({}, body)
    with pytest.raises(MalformedWebhook):
        ROUTE.open({}, body)


@pytest.mark.parametrize(
    ("headers", "outcome"),
    [
        ({"X-Bot-Api-Secret-Token": SECRET}, SignatureOutcome.ACCEPTED),
        ({"x-bot-api-secret-token": SECRET}, SignatureOutcome.ACCEPTED),
        ({"X-Bot-Api-Secret-Token": SECRET[:-1]}, SignatureOutcome.WRONG),
        ({"X-Bot-Api-Secret-Token": ""}, SignatureOutcome.WRONG),
        ({"X-Bot-Api-Secret-Token": "\udcff"}, SignatureOutcome.WRONG),
        ({}, SignatureOutcome.MISSING),
    ],
)
def test_the_secret_decides(headers: dict[str, str], outcome: SignatureOutcome) -> None:
    opened = ROUTE.open(headers, json.dumps(SAMPLE).encode())
    assert opened.verdict.outcome is outcome
    (envelope,) = opened.envelopes
    (event,) = parse(SAMPLE)
    assert envelope.dedup_key == event.dedup_key
    assert (envelope.platform, envelope.account_id, envelope.user_id) == ("zalo_bot", "staff", CHAT)


def test_the_door_has_the_bots_name_and_none_is_built_without_a_secret() -> None:
    assert ROUTE.path == "/webhooks/zalo-bot/staff"
    with pytest.raises(ValueError, match="set HOSO_ZALO_BOT_WEBHOOK_SECRET"):
        build_bot_route(ZaloBotConfig(token=SecretStr("1:x")))


@pytest.mark.parametrize("secret", ["7-signs", "x" * 257, "bí-mật-của-bot", "line\nbreak-in-it", " spaces-around "])
def test_a_secret_that_no_header_can_carry_is_refused(secret: str) -> None:
    with pytest.raises(ValidationError) as caught:
        ZaloBotConfig(token=SecretStr("1:x"), webhook_secret=SecretStr(secret))
    assert secret not in str(caught.value)
