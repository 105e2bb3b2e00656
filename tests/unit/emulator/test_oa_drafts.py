"""What `message` may hold on the Official Account's sending addresses (docs: zalo 4.2)."""

from typing import Any

import pytest

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.oa.buttons import check_action
from emulator.oa.drafts import Draft, check_message
from emulator.oa.media import MediaUse
from emulator.oa.rules import Remarks, parse_object

CONFIG = EmulatorConfig()
QUERY = {"title": "Xem trạng thái", "type": "oa.query.show", "payload": "#status H29-1"}
URL = {"title": "Mở cổng", "type": "oa.open.url", "payload": {"url": "https://dvc.example.vn"}}
CALL = {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84281022"}}
SMS = {"title": "Nhắn", "type": "oa.open.sms", "payload": {"content": "HS", "phone_code": "84281022"}}
INFO = {
    "title": "Xác nhận thông tin",
    "subtitle": "Chia sẻ tên và số điện thoại",
    "image_url": "https://dvc.example.vn/banner.png",
}


def template(**payload: Any) -> dict[str, Any]:
    return {"type": "template", "payload": payload}


def buttons(*given: Any) -> dict[str, Any]:
    return {"text": "Bạn muốn làm gì?", "attachment": template(buttons=list(given))}


def media(text: str | None = None, **element: Any) -> dict[str, Any]:
    attachment = template(template_type="media", elements=[element])
    return {"attachment": attachment} if text is None else {"text": text, "attachment": attachment}


def info(*elements: Any, **more: Any) -> dict[str, Any]:
    return {"attachment": template(template_type="request_user_info", elements=list(elements)), **more}


def rows(*elements: Any, **more: Any) -> dict[str, Any]:
    return {"attachment": template(template_type="list", elements=list(elements), **more)}


def read(message: Any, config: EmulatorConfig = CONFIG) -> tuple[Draft, Remarks]:
    remarks: Remarks = []
    return check_message(message, config, remarks), remarks


def code_of(message: Any, config: EmulatorConfig = CONFIG) -> int:
    with pytest.raises(Refused) as refused:
        check_message(message, config, [])
    assert refused.value.rule
    return refused.value.code


@pytest.mark.parametrize(
    ("message", "draft"),
    [
        (
            {"text": "Hồ sơ của bạn đã được tiếp nhận.", "quote_message_id": "96d3cdf3af150460909"},
            Draft("text", "Hồ sơ của bạn đã được tiếp nhận.", quote="96d3cdf3af150460909"),
        ),
        ({"text": "x" * 2000}, Draft("text", "x" * 2000)),
        ({"text": "e\u0323\u0302" * 2000}, Draft("text", "e\u0323\u0302" * 2000)),
        (
            media("Biên nhận", media_type="image", attachment_id="PWRX…"),
            Draft("image", "Biên nhận", media=MediaUse("image", asset_id="PWRX…")),
        ),
        (
            media(media_type="image", url="https://dvc.example.vn/a.png"),
            Draft("image", media=MediaUse("image", url="https://dvc.example.vn/a.png")),
        ),
        (
            media(media_type="gif", attachment_id="g", width=120, height="90"),
            Draft("gif", media=MediaUse("gif", asset_id="g")),
        ),
        (media(media_type="sticker", attachment_id="s1"), Draft("sticker", media=MediaUse("sticker", asset_id="s1"))),
        (
            {"attachment": {"type": "file", "payload": {"token": "t"}}},
            Draft("file", media=MediaUse("file", asset_id="t")),
        ),
        (
            {"attachment": {"type": "file", "payload": {"token": "t", "buttons": [QUERY]}}},
            Draft("file", media=MediaUse("file", asset_id="t")),
        ),
        (
            {
                "attachment": template(
                    template_type="media", elements=[{"media_type": "sticker", "attachment_id": "s"}], buttons=[URL]
                )
            },
            Draft("sticker", media=MediaUse("sticker", asset_id="s")),
        ),
        (buttons(QUERY, URL, CALL), Draft("text", "Bạn muốn làm gì?")),
        (
            buttons({**QUERY, "type": "oa.query.hide", "title": "x" * 100, "payload": "x" * 1000}, SMS),
            Draft("text", "Bạn muốn làm gì?"),
        ),
        (info(INFO), Draft("info_request", elements=(INFO,))),
    ],
)
def test_what_the_platform_documents_is_taken_without_a_remark(message: Any, draft: Draft) -> None:
    assert read(message) == (draft, [])


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (None, -201),
        ("x", -201),
        ({}, -201),
        ({"text": " "}, -201),
        ({"text": 5}, -201),
        ({"text": "x" * 2001}, -210),
        ({"text": "x", "quote_message_id": 5}, -201),
        ({"text": "x", "attachment": "x"}, -201),
        ({"text": "x", "attachment": {"payload": {}}}, -201),
        ({"text": "x", "attachment": {"type": "image", "payload": {"url": "https://x.vn/a.png"}}}, -201),
        ({"text": "x", "attachment": {"type": "carousel", "payload": {}}}, -233),
        ({"text": "x", "attachment": {"type": "template"}}, -201),
        ({"text": "x", "attachment": template(template_type="receipt")}, -233),
        ({"text": "x", "attachment": template(template_type=["media"])}, -233),
        ({"attachment": template(template_type="media", elements=[])}, -201),
        ({"attachment": template(template_type="media", elements=[1])}, -201),
        ({"attachment": template(template_type="media", elements=[{"media_type": "image"}] * 2)}, -210),
        (media(url="https://x.vn/a.png"), -201),
        (media(media_type="image"), -201),
        (media(media_type="image", url="ftp://x.vn/a.png"), -201),
        (media(media_type="image", url="https://[x"), -201),
        (media(media_type="image", attachment_id=7), -201),
        (media("x" * 2001, media_type="image", attachment_id="a"), -210),
        (media(media_type="article", attachment_id="a"), -233),
        (media(media_type="video", attachment_id="a"), -233),
        (media(media_type="gif", attachment_id="g"), -201),
        (media(media_type="gif", attachment_id="g", width=0, height=1), -201),
        (media(media_type="gif", attachment_id="g", width=True, height=1), -201),
        (media(media_type="gif", attachment_id="g", width="wide", height=1), -201),
        (media(media_type="sticker", url="https://x.vn/a.png"), -201),
        (media("Chào", media_type="sticker", attachment_id="s"), -201),
        ({"attachment": {"type": "file", "payload": {"attachment_id": "x"}}}, -201),
        ({"attachment": {"type": "file", "payload": {"token": ""}}}, -201),
        ({"attachment": {"type": "file", "payload": {"token": "t", "buttons": [{}]}}}, -201),
        ({"attachment": template(buttons=[QUERY])}, -201),
        (buttons(), -201),
        (buttons("x"), -201),
        (buttons(*[QUERY] * 6), -210),
        (buttons({**QUERY, "title": "x" * 101}), -210),
        (buttons({**QUERY, "title": None}), -201),
        (buttons({**QUERY, "type": "oa.query.other"}), -201),
        (buttons({**QUERY, "type": ["oa.query.show"]}), -201),
        (buttons({**QUERY, "payload": "x" * 1001}), -210),
        (buttons({**QUERY, "payload": {"text": "x"}}), -201),
        (buttons({**URL, "payload": "https://x.vn"}), -201),
        (buttons({**URL, "payload": {"url": "javascript:alert(1)"}}), -201),
        (buttons({**CALL, "payload": {}}), -201),
        (buttons({**SMS, "payload": {"content": "x" * 161, "phone_code": "84"}}), -210),
        (buttons({**SMS, "payload": {"content": "x"}}), -201),
        (info(), -201),
        (info(INFO, INFO), -210),
        (info({**INFO, "title": "x" * 101}), -210),
        (info({**INFO, "subtitle": "x" * 501}), -210),
        (info({**INFO, "subtitle": None}), -201),
        (info({"title": "x", "subtitle": "y"}), -201),
        (rows({"title": "Việc một"}), -233),
    ],
)
def test_a_message_that_breaks_a_rule_is_refused_with_its_code(message: Any, code: int) -> None:
    assert code_of(message) == code


@pytest.mark.parametrize(
    ("message", "rule"),
    [
        ({"text": "x", "mid": "1"}, "unknown_field"),
        ({"text": "x", "attachment": {**template(buttons=[QUERY]), "id": "1"}}, "unknown_field"),
        (buttons({**QUERY, "image_icon": "x"}), "unknown_field"),
        (buttons({**CALL, "payload": {"phone_code": "84", "name": "x"}}), "unknown_field"),
        (media(media_type="image", attachment_id="a", width=5), "unknown_field"),
        (media(media_type="image", attachment_id="a", url="https://x.vn/a.png"), "media"),
        ({**media(media_type="image", attachment_id="a"), "quote_message_id": "m"}, "quote_message_id"),
        ({"text": "x", "attachment": template(template_type="button", buttons=[QUERY])}, "template_type"),
        ({"text": "x", "attachment": {"type": "file", "payload": {"token": "t"}}}, "text"),
        (info(INFO, text="x"), "text"),
    ],
)
def test_what_the_platform_would_only_frown_at_is_remarked(message: Any, rule: str) -> None:
    _, remarks = read(message)
    assert [remark[0] for remark in remarks] == [rule]


def test_the_size_of_a_gif_may_be_left_out_by_setting() -> None:
    message = media(media_type="gif", attachment_id="g")
    assert read(message, EmulatorConfig(gif_size_required=False))[1] == []
    assert (
        code_of({**media(media_type="gif", attachment_id="g", width=-1)}, EmulatorConfig(gif_size_required=False))
        == -201
    )


def test_a_list_is_taken_by_setting() -> None:
    config = EmulatorConfig(list_messages=True)
    element = {"title": "Việc một", "subtitle": "s", "image_url": "https://x.vn/a.png",
               "default_action": {"type": "oa.open.url", "url": "https://dvc.example.vn"}}  # fmt: skip
    assert read(rows(element, {"title": "Hai"}, buttons=[QUERY]), config)[1] == []
    assert code_of(rows(*[element] * 6), config) == -210
    assert code_of(rows({"subtitle": "x"}), config) == -201
    assert code_of(rows({"title": "x", "default_action": {"type": "oa.open.url"}}), config) == -201
    assert code_of(rows({"title": "x", "image_url": "x"}), config) == -201


@pytest.mark.parametrize(
    ("action", "code"),
    [
        ({"type": "oa.open.url", "payload": {"url": "https://x.vn"}}, -201),
        ({"type": "oa.query.show", "payload": {"x": 1}}, -201),
        ({"type": "oa.query.show", "payload": "x" * 1001}, -210),
        ({"type": "oa.other"}, -201),
        ("x", -201),
    ],
)
def test_an_action_that_is_written_like_a_button_is_refused(action: Any, code: int) -> None:
    with pytest.raises(Refused) as refused:
        check_action(action, [])
    assert refused.value.code == code


def test_an_action_has_its_address_at_the_top_level_and_its_query_as_text() -> None:
    remarks: Remarks = []
    for action in (
        {"type": "oa.open.url", "url": "https://dvc.example.vn"},
        {"type": "oa.query.hide", "payload": "#x"},
        {"type": "oa.open.phone", "payload": {"phone_code": "84281022"}},
    ):
        check_action(action, remarks)
    assert remarks == []


@pytest.mark.parametrize("raw", [b"", b"[]", b"{", b"\xff", b'{"x": "\\ud800"}', b"[" * 100_000, b"1" * 10_000])
def test_a_body_that_is_no_json_object_is_an_invalid_parameter(raw: bytes) -> None:
    with pytest.raises(Refused, match="-201"):
        parse_object(raw)
