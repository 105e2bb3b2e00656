from typing import Any

import pytest

from emulator import EmulatorConfig
from emulator.bot_platform.platform import chat_id_of
from emulator.bot_platform.updates import make_update, write_update
from emulator.contents import read_content
from emulator.envelopes import refusal, refusal_status
from emulator.phones import Phone


@pytest.mark.parametrize(
    ("channel", "direction", "request_body", "content"),
    [
        ("bot", "in", {"text": "Chào", "reply_to_message_id": "m"}, {"kind": "text", "text": "Chào", "quote": "m"}),
        (
            "bot",
            "in",
            {"photo": "https://x.vn/a.png"},
            {"kind": "image", "text": "", "image_url": "https://x.vn/a.png"},
        ),
        ("bot", "in", {"sticker": "s"}, {"kind": "sticker", "text": ""}),
        ("bot", "in", {"voice_url": "https://x.vn/a.aac"}, {"kind": "audio", "link_url": "https://x.vn/a.aac"}),
        ("bot", "out", {"message": {"text": "Xin chào"}}, {"kind": "text", "text": "Xin chào"}),
        (
            "bot",
            "out",
            {"message": {"photo_url": "https://x.vn/b.png", "caption": "Ảnh"}},
            {"kind": "image", "text": "Ảnh", "image_url": "https://x.vn/b.png"},
        ),
        ("bot", "out", {"message": {"sticker": "s", "url": "/s.svg"}}, {"kind": "sticker", "image_url": "/s.svg"}),
        ("bot", "out", {"message": {}}, {"kind": "other", "text": ""}),
        ("sms", "in", {"Content": "Ho so"}, {"kind": "sms", "text": "Ho so"}),
        ("sms", "in", {"content": "Ho so"}, {"kind": "sms", "text": "Ho so"}),
    ],
)
def test_a_message_is_read_into_what_the_phone_shows(
    channel: str, direction: str, request_body: dict[str, Any], content: dict[str, Any]
) -> None:
    assert content.items() <= read_content(channel, direction, None, request_body).items()


def test_a_chat_id_is_hex_the_same_every_time_and_not_the_user_id() -> None:
    chat_id = chat_id_of("84905123456")
    assert len(chat_id) == 20
    assert int(chat_id, 16)
    assert chat_id == chat_id_of("84905123456") != chat_id_of("84905123457")


def test_an_update_is_written_as_newer_or_older_samples_show_it() -> None:
    phone = Phone(phone="84905123456", user_id="1", name="An")
    update = make_update(
        "message.text.received", {"text": "Xin chào"}, phone=phone, chat_id="c", message_id="m", now_ms=5
    )
    message = {
        "message_id": "m",
        "date": 5,
        "text": "Xin chào",
        "chat": {"id": "c", "chat_type": "PRIVATE"},
        "from": {"id": "c", "display_name": "An", "is_bot": False},
    }
    assert write_update(update, EmulatorConfig()) == {"event_name": "message.text.received", "message": message}
    older = write_update(update, EmulatorConfig(bot_event_names=False, bot_first_name=True))
    assert older == {"message": {**message, "from": {"id": "c", "first_name": "An", "is_bot": False}}}


@pytest.mark.parametrize(
    ("path", "code", "body", "status"),
    [
        ("/bot1:x/getMe", 401, {"ok": False, "error_code": 401, "description": "Unauthorized"}, 401),
        ("/bot1:x/getMe", 403, {"ok": False, "error_code": 403, "description": "Internal server error"}, 403),
        ("/bot1:x/getMe", -5, {"ok": False, "error_code": -5, "description": "Unknown error"}, 200),
        (
            "/MainService.svc/json/SendMultipleMessage_V4_post_json/",
            801,
            {"CodeResult": "801", "CountRegenerate": 0, "ErrorMessage": "Over quota mode is invalid"},
            200,
        ),
        (
            "/MainService.svc/json/GetSendStatus",
            105,
            {"CodeResponse": "105", "ErrorMessage": "SMSID is not found"},
            200,
        ),
        ("/index.php/sms/send", 7, {"status": "error", "code": "007", "message": "IP locked"}, 200),
    ],
)
def test_each_product_has_its_own_shape_of_error(path: str, code: int, body: dict[str, Any], status: int) -> None:
    assert refusal(path, code) == body
    assert refusal_status(path, code, bot_error_status=True) == status
    assert refusal_status(path, code, bot_error_status=False) == 200
