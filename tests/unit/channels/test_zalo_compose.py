"""From our message to Zalo's JSON, and every limit on the way (docs: zalo 4.2)."""

from __future__ import annotations

import unicodedata
from typing import Any

import pytest
from pydantic import SecretStr

from channels.base import OutgoingMessage, Recipient
from channels.content import (
    Animation,
    Attachment,
    Button,
    CallPhone,
    ContactRequest,
    Document,
    OpenUrl,
    Picture,
    Reply,
    Sticker,
    Upload,
    WriteSms,
)
from channels.errors import BadMessage
from channels.zalo import limits
from channels.zalo.compose import check_message, check_upload, compose_attachment, compose_text, upload_of

PNG = Upload(name="bien-nhan.png", media_type="image/png", content=b"png")
GIF = Upload(name="a.gif", media_type="image/gif", content=b"gif")
PDF = Upload(name="tờ khai.pdf", media_type="application/pdf", content=b"pdf")
ADDRESS = "https://dvc.example.vn/a.png"
ASK = ContactRequest(title="Xác nhận thông tin", subtitle="Chia sẻ tên và số điện thoại", image_url=ADDRESS)


def message(
    *buttons: Button, text: str | None = None, attachment: Attachment | None = None, quote: str | None = None
) -> OutgoingMessage:
    return OutgoingMessage(
        reference="t",
        recipient=Recipient(user_id="5"),
        text=text,
        attachment=attachment,
        buttons=buttons,
        quote_message_id=quote,
    )


def wire(composed: OutgoingMessage, *, asset_id: str | None = None, media_buttons: bool = False) -> Any:
    attachment = compose_attachment(composed, asset_id=asset_id, allow_media_buttons=media_buttons)
    return None if attachment is None else attachment.to_wire()


def test_a_plain_text_has_no_attachment_and_goes_out_composed() -> None:
    said = message(text=unicodedata.normalize("NFD", "Hồ sơ của bạn đã được tiếp nhận."))
    assert compose_text(said) == "Hồ sơ của bạn đã được tiếp nhận."
    assert wire(said) is None


def test_buttons_are_the_documented_json() -> None:
    said = message(
        Reply(title="Xem trạng thái", text="#status H29-1"),
        Reply(title="Ẩn", text="#menu", is_hidden=True),
        OpenUrl(title="Mở cổng", url="https://dvc.example.vn"),
        CallPhone(title="Gọi", phone=SecretStr("84281022")),
        WriteSms(title="Nhắn", phone=SecretStr("84281022"), content="HS H29-1"),
        text="Bạn muốn làm gì?",
    )
    assert wire(said) == {
        "type": "template",
        "payload": {
            "buttons": [
                {"title": "Xem trạng thái", "type": "oa.query.show", "payload": "#status H29-1"},
                {"title": "Ẩn", "type": "oa.query.hide", "payload": "#menu"},
                {"title": "Mở cổng", "type": "oa.open.url", "payload": {"url": "https://dvc.example.vn"}},
                {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84281022"}},
                {"title": "Nhắn", "type": "oa.open.sms", "payload": {"content": "HS H29-1", "phone_code": "84281022"}},
            ]
        },
    }


@pytest.mark.parametrize(
    ("attachment", "asset_id", "element"),
    [
        (Picture(source=PNG), "PWRX", {"media_type": "image", "attachment_id": "PWRX"}),
        (Picture(source=ADDRESS), None, {"media_type": "image", "url": ADDRESS}),
        (
            Animation(source=GIF, width=120, height=80),
            "G1",
            {"media_type": "gif", "attachment_id": "G1", "width": 120, "height": 80},
        ),
        (
            Sticker(sticker_id="bfe458bf64fa8da4d4eb"),
            None,
            {"media_type": "sticker", "attachment_id": "bfe458bf64fa8da4d4eb"},
        ),
    ],
    ids=["uploaded", "by-address", "gif", "sticker"],
)
def test_media_are_one_element(attachment: Attachment, asset_id: str | None, element: dict[str, Any]) -> None:
    assert wire(message(attachment=attachment), asset_id=asset_id) == {
        "type": "template",
        "payload": {"template_type": "media", "elements": [element]},
    }


def test_a_file_travels_by_its_token_and_a_form_as_one_element() -> None:
    assert wire(message(attachment=Document(source=PDF)), asset_id="T1") == {"type": "file", "payload": {"token": "T1"}}
    assert wire(message(attachment=ASK)) == {
        "type": "template",
        "payload": {
            "template_type": "request_user_info",
            "elements": [
                {
                    "title": "Xác nhận thông tin",
                    "subtitle": "Chia sẻ tên và số điện thoại",
                    "image_url": ADDRESS,
                }
            ],
        },
    }


def test_a_caption_is_the_messages_text() -> None:
    said = message(text="Biên nhận", attachment=Picture(source=PNG))
    assert compose_text(said) == "Biên nhận"
    assert compose_text(message(attachment=Picture(source=PNG))) is None


def test_buttons_beside_media_only_where_a_setting_allows_them() -> None:
    said = message(OpenUrl(title="Mở", url=ADDRESS), attachment=Picture(source=PNG))
    with pytest.raises(BadMessage, match="buttons"):
        wire(said, asset_id="A")
    payload = wire(said, asset_id="A", media_buttons=True)["payload"]
    assert [button["title"] for button in payload["buttons"]] == ["Mở"]
    assert payload["elements"][0]["attachment_id"] == "A"
    filed = message(OpenUrl(title="Mở", url=ADDRESS), attachment=Document(source=PDF))
    assert wire(filed, asset_id="T", media_buttons=True)["payload"]["token"] == "T"
    with pytest.raises(BadMessage, match="buttons"):
        wire(message(OpenUrl(title="Mở", url=ADDRESS), attachment=ASK), media_buttons=True)


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (message(text="  "), "no_text"),
        (message(text="ế" * (limits.MAX_TEXT_CHARS + 1)), "text_too_long"),
        (message(text="ế" * (limits.MAX_TEXT_CHARS + 1), attachment=Picture(source=PNG)), "text_too_long"),
        (message(text="x", attachment=Sticker(sticker_id="1")), "text"),
        (message(text="x", attachment=Document(source=PDF)), "text"),
        (message(text="x", attachment=ASK), "text"),
        (message(attachment=Sticker(sticker_id="")), "sticker"),
        (message(*[Reply(title="a", text="b")] * (limits.MAX_BUTTONS + 1), text="x"), "buttons"),
        (message(Reply(title="x" * (limits.MAX_BUTTON_TITLE_CHARS + 1), text="b"), text="x"), "too_long"),
        (message(Reply(title=" ", text="b"), text="x"), "blank"),
        (message(Reply(title="a", text="#" * (limits.MAX_QUERY_CHARS + 1)), text="x"), "too_long"),
        (message(Reply(title="a", text=""), text="x"), "blank"),
        (message(OpenUrl(title="a", url="javascript:alert(1)"), text="x"), "address"),
        (message(OpenUrl(title="a", url="https://"), text="x"), "address"),
        (message(OpenUrl(title="a", url="https://[half"), text="x"), "address"),
        (message(CallPhone(title="a", phone=SecretStr("+84281022")), text="x"), "phone_code"),
        (
            message(
                WriteSms(title="a", phone=SecretStr("84281022"), content="x" * (limits.MAX_SMS_CHARS + 1)), text="x"
            ),
            "too_long",
        ),
        (message(attachment=Picture(source="file:///etc/passwd")), "address"),
        (message(attachment=ASK.model_copy(update={"title": "x" * 101})), "too_long"),
        (message(attachment=ASK.model_copy(update={"subtitle": "x" * 501})), "too_long"),
        (message(attachment=ASK.model_copy(update={"image_url": ""})), "address"),
        (message(text="a\0b"), "text"),
        (message(Reply(title="a\ud800", text="b"), text="x"), "text"),
    ],
)
def test_what_the_platform_would_refuse_is_refused_here(said: OutgoingMessage, code: str) -> None:
    with pytest.raises(BadMessage) as caught:
        check_message(said, allow_media_buttons=False)
    assert caught.value.code == code


def test_what_stands_at_the_limit_passes_counted_in_composed_letters() -> None:
    said = message(
        *[
            Reply(
                title=unicodedata.normalize("NFD", "ế" * limits.MAX_BUTTON_TITLE_CHARS),
                text="#" * limits.MAX_QUERY_CHARS,
            )
        ]
        * limits.MAX_BUTTONS,
        text=unicodedata.normalize("NFD", "ế" * limits.MAX_TEXT_CHARS),
    )
    check_message(said, allow_media_buttons=False)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": "anh"}, "file_name"),
        ({"name": "anh.webp"}, "file_name"),
        ({"name": "anh.gif"}, "file_name"),
        ({"media_type": "image/jpeg"}, "media_type"),
        ({"content": b""}, "file_empty"),
        ({"content": bytes(limits.PICTURE.max_bytes + 1)}, "file_too_big"),
    ],
)
def test_an_upload_has_a_known_ending_its_type_and_a_bearable_size(change: dict[str, Any], code: str) -> None:
    with pytest.raises(BadMessage) as caught:
        check_upload(PNG.model_copy(update=change), limits.PICTURE)
    assert caught.value.code == code


@pytest.mark.parametrize("name", ["a.jpg", "a.JPEG", "b.c.jpeg"])
def test_endings_of_pictures(name: str) -> None:
    check_upload(Upload(name=name, media_type="image/jpeg", content=bytes(limits.PICTURE.max_bytes)), limits.PICTURE)


def test_what_is_wrong_is_told_without_the_content() -> None:
    said = message(Reply(title="a", text="84905123456 " * 100), text="x")
    with pytest.raises(BadMessage) as caught:
        check_message(said, allow_media_buttons=False)
    assert "84905" not in str(caught.value)
    assert str(limits.MAX_QUERY_CHARS) in str(caught.value)


@pytest.mark.parametrize(
    ("attachment", "expected"),
    [
        (None, None),
        (Picture(source=ADDRESS), None),
        (Picture(source=PNG), PNG),
        (Animation(source=GIF, width=1, height=1), GIF),
        (Document(source=PDF), PDF),
        (Sticker(sticker_id="1"), None),
        (ASK, None),
    ],
)
def test_only_bytes_are_uploaded(attachment: Attachment | None, expected: Upload | None) -> None:
    assert upload_of(attachment) == expected
