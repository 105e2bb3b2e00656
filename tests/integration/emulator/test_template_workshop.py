"""Creating, editing and reviewing templates (docs: zalo 6.3, 6.4, 7.4)."""

import copy
from typing import Any

import aiohttp
import pytest

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 100
BODY: dict[str, Any] = {
    "template_name": "Nhắc lịch hẹn",
    "template_type": 1,
    "tag": "1",
    "layout": {
        "body": {
            "components": [
                {"TITLE": {"value": "Nhắc lịch hẹn trả kết quả"}},
                {"PARAGRAPH": {"value": "Mời <ten> đến nhận kết quả."}},
                {"TABLE": {"rows": [{"title": "Mã hồ sơ", "value": "<ma>"}, {"title": "Ngày", "value": "<ngay>"}]}},
            ]
        },
        "footer": {
            "components": [{"BUTTONS": {"items": [{"type": 1, "title": "Xem hồ sơ", "content": "https://x.vn"}]}}]
        },
    },
    "params": [
        {"name": "ten", "type": "1", "sample_value": "Nguyễn Văn A"},
        {"name": "ma", "type": "4"},
        {"name": "ngay", "type": 11, "sample_value": "01/01/2026"},
    ],
    "tracking_id": "t-1",
}
DATA = {"ten": "Trần Thị B", "ma": "H29", "ngay": "02/03/2026"}


def changed(**changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(BODY), **changes}


async def create(lab: Any, body: dict[str, Any] = BODY) -> Any:
    return await lab.platform("POST", "/template/create", json=body)


async def upload(lab: Any, content: bytes, name: str = "file") -> Any:
    form = aiohttp.FormData()
    form.add_field(name, content, filename="a.png", content_type="image/png")
    return await lab.platform("POST", "/upload/image", data=form)


@pytest.mark.provokes_violations("template_status")
async def test_a_created_template_is_reviewed_and_then_sent_and_shown(lab: Any) -> None:
    made = (await create(lab))["data"]
    number = made["template_id"]
    assert (made["template_status"], made["price"], made["template_type"]) == ("PENDING_REVIEW", "200", 1)
    assert (await lab.send(template_id=number, template_data=DATA))["error"] == -131
    assert (await lab.platform("GET", "/template/all?status=2"))["metadata"] == {"total": 1}
    await lab.control(f"templates/{number}", {"status": "ENABLE", "quality": "HIGH"})
    (event,) = await lab.receiver.wait("change_template_status")
    assert event["status"] == {"prev_status": "PENDING_REVIEW", "new_status": "ENABLE"}
    assert (event["template_id"], event["reason"], bool(event["oa_id"])) == (number, "", True)
    assert (await lab.receiver.wait("change_template_quality"))[0]["quality"] == "HIGH"
    headers = next(headers for headers, _, got in lab.receiver.got if got == event)
    assert headers["x-zevent-server"] == "ZNS"
    assert (await lab.send(template_id=number, template_data=DATA))["error"] == 0
    (message,) = await lab.see("messages")
    assert "Mời Trần Thị B đến nhận kết quả." in message["text"]
    assert message["card"]["rows"][0] == {"label": "Mã hồ sơ", "value": "H29"}
    assert message["card"]["buttons"][0]["payload"] == {"url": "https://x.vn"}
    info = (await lab.platform("GET", f"/template/info/v2?template_id={number}"))["data"]
    assert [(param["name"], param["maxLength"]) for param in info["listParams"]] == [
        ("ten", 30),
        ("ma", 30),
        ("ngay", 20),
    ]
    assert [each["code"] for each in await lab.see("violations")] == [-131]


@pytest.mark.provokes_violations("template_id", "template_status")
async def test_only_a_rejected_template_may_be_edited(lab: Any) -> None:
    number = (await create(lab))["data"]["template_id"]
    edit = changed(template_id=number, template_name="Mới")
    assert (await lab.platform("POST", "/template/edit", json=edit))["error"] == -1091
    assert (await lab.platform("POST", "/template/edit", json=changed(template_id="1")))["error"] == -109
    await lab.control(f"templates/{number}", {"status": "REJECT", "reason": "Sai chính tả"})
    assert (await lab.receiver.wait("change_template_status"))[0]["reason"] == "Sai chính tả"
    edited = (await lab.platform("POST", "/template/edit", json=edit))["data"]
    assert (edited["template_id"], edited["template_name"], edited["template_status"]) == (
        number,
        "Mới",
        "PENDING_REVIEW",
    )
    assert (await lab.platform("POST", "/template/edit", json=changed(template_id="401004")))["error"] == 0


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"template_name": ""}, -132),
        ({"template_name": "x" * 101}, -132),
        ({"template_type": 9}, -132),
        ({"template_type": 6}, -132),
        ({"tag": "0"}, -132),
        ({"tag": None}, -132),
        ({"layout": None}, -132),
        ({"params": "x"}, -132),
        ({"params": []}, -132),
        ({"params": BODY["params"] * 2}, -132),
        ({"params": [*BODY["params"], {"name": "du", "type": "1"}]}, -132),
        ({"params": [*BODY["params"][1:], {"name": "tên", "type": "1"}]}, -132),
        ({"params": [*BODY["params"][1:], {"name": "ten", "type": "16"}]}, -132),
        ({"params": [*BODY["params"][1:], {"name": "ten", "type": "8", "sample_value": "x" * 6}]}, -132),
        ({"template_type": 2}, -113),
    ],
)
async def test_a_template_that_breaks_a_rule_is_not_created(lab: Any, changes: dict[str, Any], code: int) -> None:
    assert (await create(lab, changed(**changes)))["error"] == code
    assert (await lab.platform("GET", "/template/all"))["metadata"] == {"total": 19}
    assert [each["code"] for each in await lab.see("violations")] == [code]


@pytest.mark.provokes_violations("params")
async def test_an_otp_template_needs_a_code_and_gets_a_short_time(lab: Any) -> None:
    text = {"body": {"components": [{"OTP": {"value": "Mã xác thực là <ma>"}}]}}
    body = changed(template_type=2, layout=text, params=[{"name": "ma", "type": 4}])
    assert (await create(lab, body))["error"] == -132
    made = await create(lab, {**body, "params": [{"name": "ma", "type": 12}]})
    assert (made["data"]["timeout"], made["data"]["price"]) == (15, "300")


@pytest.mark.provokes_violations("BUTTONS", "media_id")
async def test_a_picture_must_be_uploaded_and_wants_a_button(lab: Any) -> None:
    media_id = (await upload(lab, PNG))["data"]["media_id"]
    body = changed()
    body["layout"]["header"] = {"components": [{"IMAGES": {"items": [{"type": "IMAGE", "media_id": media_id}]}}]}
    number = (await create(lab, body))["data"]["template_id"]
    await lab.control(f"templates/{number}", {"status": "ENABLE"})
    await lab.send(template_id=number, template_data=DATA)
    (message,) = await lab.see("messages")
    async with lab.session.get(lab.url + message["content"]["image_url"]) as answer:
        assert await answer.read() == PNG
    without = {**body, "layout": {name: part for name, part in body["layout"].items() if name != "footer"}}
    assert (await create(lab, without))["error"] == -1132
    await lab.control("settings", {"template_image_needs_button": False})
    assert (await create(lab, without))["error"] == 0
    body["layout"]["header"] = {"components": [{"LOGO": {"light": {"media_id": "x"}}}]}
    assert (await create(lab, body))["error"] == -1202


@pytest.mark.provokes_violations("access_token", "body", "file")
async def test_pictures_have_a_size_and_a_format(lab: Any) -> None:
    assert (await upload(lab, PNG + b"x" * 512_000))["error"] == -158
    assert (await upload(lab, b"GIF89a" + b"x" * 100))["error"] == -159
    assert (await upload(lab, PNG, name="other"))["error"] == -153
    assert (await lab.platform("POST", "/upload/image", json={}))["error"] == -153
    assert (await lab.platform("POST", "/upload/image", data=b"x", headers={"access_token": "x"}))["error"] == -124


async def test_each_kind_of_work_has_its_number_a_day(make_lab: Any) -> None:
    lab = await make_lab(template_creates_per_day=1, template_edits_per_day=1, template_uploads_per_day=1)
    edit = changed(template_id="401004")
    assert [(await create(lab))["error"] for _ in range(2)] == [0, -160]
    assert [(await upload(lab, PNG))["error"] for _ in range(2)] == [0, -160]
    assert (await lab.platform("POST", "/template/edit", json=edit))["error"] == 0
    await lab.control("templates/401004", {"status": "REJECT"})
    assert (await lab.platform("POST", "/template/edit", json=edit))["error"] == -160
    await lab.control("clock", {"advance_seconds": 86_400})
    lab.token = (await lab.refresh())["access_token"]
    assert (await create(lab))["error"] == 0


async def test_an_account_may_lack_the_right_to_create(make_lab: Any) -> None:
    lab = await make_lab(may_create_templates=False)
    assert (await create(lab))["error"] == -1201
    assert (await lab.platform("POST", "/template/edit", json=BODY))["error"] == -1201
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("body")
@pytest.mark.parametrize(("raw", "code"), [(b"", -121), (b"{", -122), (b"[]", -153)])
async def test_a_broken_body_creates_nothing(lab: Any, raw: bytes, code: int) -> None:
    headers = {"access_token": lab.token, "Content-Type": "application/json"}
    for path in ("/template/create", "/template/edit"):
        assert (await lab.platform("POST", path, data=raw, headers=headers))["error"] == code


async def test_a_tester_may_limit_and_disable_a_template(lab: Any) -> None:
    changes = await lab.control("templates/400101", {"daily_quota": 1, "tag": "CUSTOMER_CARE", "created": "2025-06-01"})
    assert (changes["tag"], changes["created"]) == ("CUSTOMER_CARE", 1748710800000)
    (event,) = await lab.receiver.wait("change_template_quota")
    assert event["quota"] == {"prev_value": None, "new_value": "1"}
    assert [(await lab.send())["error"] for _ in range(2)] == [0, -147]
    info = (await lab.platform("GET", "/template/info/v2?template_id=400101"))["data"]
    assert (info["applyTemplateQuota"], info["templateDailyQuota"], info["templateRemainingQuota"]) == (True, 1, 0)
    (message,) = await lab.see("messages")
    assert message["card"]["title"] == "Hồ sơ của Ông/Bà đã được nộp"
    await lab.control("templates/400101", {"daily_quota": None, "status": "DISABLE", "reason": "Chất lượng thấp"})
    assert (await lab.send())["error"] == -146
    (first, *_) = await lab.see("templates")
    assert (first["status"], first["reason"]) == ("DISABLE", "Chất lượng thấp")


@pytest.mark.parametrize(
    "wrong",
    [{"status": "OK"}, {"quality": 7}, {"tag": "X"}, {"daily_quota": -1}, {"created": "x"}, {"reason": 7}, {"x": 1}],
)
async def test_a_wrong_change_is_explained(lab: Any, wrong: dict[str, Any]) -> None:
    said = await lab.control("templates/400101", wrong, status=400)
    assert said["field"] in wrong


async def test_a_template_that_is_not_there_cannot_be_changed(lab: Any) -> None:
    await lab.control("templates/1", {"status": "ENABLE"}, status=404)


async def test_the_accounts_quota_and_tags_change_with_their_events(lab: Any) -> None:
    told = await lab.control("quota", {"daily": 2, "used": 1, "tags": ["TRANSACTION"]})
    assert told == {"daily": 2, "used": 1, "remaining": 1, "tags": ["TRANSACTION"]}
    (event,) = await lab.receiver.wait("change_oa_daily_quota")
    assert event["quota"] == {"prev_value": "500000", "new_value": "2"}
    assert event["oaId"]
    assert (await lab.receiver.wait("change_oa_template_tags"))[0]["tags"] == ["TRANSACTION"]
    assert [(await lab.send())["error"] for _ in range(2)] == [0, -144]
    assert await lab.see("quota") == {"daily": 2, "used": 2, "remaining": 0, "tags": ["TRANSACTION"]}
    for wrong in ({"daily": -1}, {"used": "x"}, {"tags": ["X"]}, {"tags": "X"}, {"x": 1}):
        await lab.control("quota", wrong, status=400)
