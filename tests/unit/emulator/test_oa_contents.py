"""What a phone shows of the account's messages, and of what citizens send (docs: zalo 4, 7.4)."""

import itertools
import json
from typing import Any

import pytest

from emulator.contents import read_content
from emulator.contents.oa import STICKER_PATH
from emulator.pages import PAGE_FOLDER


def sent(**message: Any) -> dict[str, Any]:
    return {"recipient": {"user_id": "1"}, "message": message}


def template(**payload: Any) -> dict[str, Any]:
    return {"type": "template", "payload": payload}


def got(kind: str, payload: Any, event_name: str = "user_send_x", **message: Any) -> dict[str, Any]:
    return {"event_name": event_name, "message": {"attachments": [{"type": kind, "payload": payload}], **message}}


CARD = [
    {"type": "banner", "image_url": "https://x.vn/b.png"},
    {"type": "header", "content": "Tiêu đề"},
    {"type": "text", "content": "Nội dung"},
    {"type": "table", "content": [{"key": "Mã", "value": "H29-1"}]},
]
QUERY = {"title": "Xem", "type": "oa.query.show", "payload": "#x"}
PLACE = {"latitude": "10.7769", "longitude": "106.7009"}
CONTACT = json.dumps({"phone": "84905123456", "qrCodeUrl": "https://x.vn/qr.png"})
ACTION = {"type": "oa.open.url", "url": "https://dvc.example.vn"}


@pytest.mark.parametrize(
    ("request_body", "content"),
    [
        (sent(text="Chào", quote_message_id="m1"), {"kind": "text", "text": "Chào", "quote": "m1"}),
        (
            sent(text="Chọn", attachment=template(buttons=[QUERY])),
            {"kind": "text", "text": "Chọn", "buttons": [QUERY]},
        ),
        (
            sent(
                text="Ảnh",
                attachment=template(
                    template_type="media", elements=[{"media_type": "image", "url": "https://x.vn/a.png"}]
                ),
            ),
            {"kind": "image", "text": "Ảnh", "image_url": "https://x.vn/a.png"},
        ),
        (
            sent(
                attachment=template(
                    template_type="media", elements=[{"media_type": "gif", "url": "https://x.vn/a.gif"}]
                )
            ),
            {"kind": "gif", "text": "", "image_url": "https://x.vn/a.gif"},
        ),
        (
            sent(
                attachment=template(template_type="media", elements=[{"media_type": "sticker", "attachment_id": "s"}])
            ),
            {"kind": "sticker", "text": "", "image_url": STICKER_PATH},
        ),
        (
            sent(attachment={"type": "file", "payload": {"token": "t", "buttons": [QUERY]}}),
            {"kind": "file", "text": "", "file": {"name": "", "size": 0, "url": ""}, "buttons": [QUERY]},
        ),
        (
            sent(
                attachment=template(
                    template_type="request_user_info",
                    elements=[{"title": "T", "subtitle": "S", "image_url": "https://x.vn/a.png"}],
                )
            ),
            {"kind": "info_request", "text": "T", "title": "T", "subtitle": "S", "image_url": "https://x.vn/a.png"},
        ),
        (
            sent(
                attachment=template(
                    template_type="list", elements=[{"title": "A", "default_action": ACTION}, {"title": "B"}]
                )
            ),
            {
                "kind": "list",
                "text": "",
                "elements": [{"title": "A", "action": ACTION, "link_url": "https://dvc.example.vn"}, {"title": "B"}],
            },
        ),
        (
            sent(attachment=template(template_type="transaction_order", elements=CARD, buttons=[QUERY])),
            {
                "kind": "card",
                "text": "Tiêu đề\nNội dung\nMã: H29-1",
                "image_url": "https://x.vn/b.png",
                "card": {
                    "title": "Tiêu đề",
                    "body": "Nội dung",
                    "rows": [{"label": "Mã", "value": "H29-1"}],
                    "buttons": [QUERY],
                },
            },
        ),
        (
            sent(
                attachment=template(template_type="media", elements=[{"media_type": "article", "attachment_id": "a"}])
            ),
            {"kind": "article", "text": ""},
        ),
        (
            {"message": {"msg_id": "1", "text": "Chào", "quote_msg_id": "m"}},
            {"kind": "text", "text": "Chào", "quote": "m"},
        ),
        (got("image", {"thumbnail": "t", "url": "u"}, text="Đây"), {"kind": "image", "text": "Đây", "image_url": "u"}),
        (got("gif", {"thumbnail": "t"}), {"kind": "gif", "text": "", "image_url": "t"}),
        (
            got("link", {"thumbnail": "t", "description": "d", "url": "u"}),
            {"kind": "link", "text": "", "link_url": "u", "image_url": "t", "subtitle": "d"},
        ),
        (got("audio", {"url": "u"}), {"kind": "audio", "text": "", "link_url": "u"}),
        (
            got("video", {"url": "u", "thumbnail": "t", "description": ""}),
            {"kind": "video", "text": "", "link_url": "u", "image_url": "t"},
        ),
        (got("sticker", {"url": "u", "id": "1"}), {"kind": "sticker", "text": "", "image_url": "u"}),
        (got("location", {"coordinates": PLACE}), {"kind": "location", "text": "", "location": PLACE}),
        (
            got("location", {"coordinates": {"latitude": 10.5, "longitude": 106}}),
            {"kind": "location", "text": "", "location": {"latitude": "10.5", "longitude": "106"}},
        ),
        (
            got("file", {"url": "u", "size": "120", "name": "don.pdf", "checksum": "x", "type": "pdf"}),
            {"kind": "file", "text": "", "file": {"name": "don.pdf", "size": 120, "url": "u"}},
        ),
        (
            got("link", {"description": CONTACT}, "user_send_business_card", text="Bà Hoa"),
            {
                "kind": "business_card",
                "text": "Bà Hoa",
                "title": "Bà Hoa",
                "subtitle": "84905123456",
                "image_url": "https://x.vn/qr.png",
            },
        ),
        (
            got("link", {"description": "no json"}, "user_send_business_card", text="Bà Hoa"),
            {"kind": "business_card", "text": "Bà Hoa", "title": "Bà Hoa", "subtitle": ""},
        ),
        (got("hologram", {}), {"kind": "other", "text": ""}),
    ],
)
def test_every_kind_is_read(request_body: dict[str, Any], content: dict[str, Any]) -> None:
    assert read_content("oa", "in", None, request_body) == content


def test_nothing_makes_the_reader_fall_over() -> None:
    odd: list[Any] = [None, 5, "x", [], {}, [None], {"type": 5}, {"url": 5}, {"buttons": 5}, {"elements": [7]}]
    for outer, inner in itertools.product(odd, odd):
        for message in (outer, {"attachment": outer}, {"attachments": [outer]}, {"attachments": outer}):
            assert "kind" in read_content("oa", "in", None, {"message": message})
        for kind in ("media", "list", "request_user_info", "transaction_order", None, 5):
            payload = {"template_type": kind, "elements": [outer], "buttons": inner}
            assert "kind" in read_content("oa", "in", None, sent(attachment=template(**payload)))
        for kind in ("image", "link", "audio", "video", "sticker", "location", "file", "gif", outer):
            assert "kind" in read_content("oa", "out", None, got(kind, inner, "user_send_business_card"))
            assert "kind" in read_content("oa", "out", None, got(kind, inner))


def test_the_picture_of_a_sticker_is_there() -> None:
    assert (PAGE_FOLDER / STICKER_PATH.removeprefix("/page/")).is_file()
