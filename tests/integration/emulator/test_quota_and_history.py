import io
import json
from typing import Any

import aiohttp
import pytest

from emulator import credentials

OA_ID = credentials()["oa_id"]


async def quota(lab: Any, version: str = "v3.0", **body: Any) -> Any:
    return await lab.platform("POST", f"/{version}/oa/quota/message", json=body)


async def citizen(lab: Any, phone: str = "0905123456") -> tuple[str, str]:
    user = (await lab.control("phones", {"phone": phone, "name": "An"}))["user_id"]
    sent = await lab.control(f"phones/{phone}/send", {"text": "Xin chào"})
    return str(user), str(sent["msg_id"])


async def test_a_users_quota_counts_free_replies_inside_the_open_window(lab: Any) -> None:
    await lab.control("clock", {"now": "2026-03-02T09:00:00+07:00"})
    lab.token = (await lab.refresh())["access_token"]
    user, _ = await citizen(lab)
    await lab.reply(user)
    found = (await quota(lab, user_id=user))["data"]
    assert found.keys() == {"last_interaction", "cs_reply", "promotion"}
    assert isinstance(found["last_interaction"], str)
    assert abs(int(found["last_interaction"]) - 1_772_416_800_000) < 60_000
    assert found["cs_reply"] == {"remain": 7, "total": 8}
    assert found["promotion"] == {"daily_remain": 1, "daily_total": 1, "monthly_remain": 4, "monthly_total": 4}
    await lab.control("clock", {"advance_seconds": 49 * 3600})
    pair = await lab.see("credentials")
    lab.token = (await lab.refresh(pair["current"]["refresh_token"]))["access_token"]
    assert (await quota(lab, user_id=user))["data"]["cs_reply"] == {"remain": 0, "total": 0}


async def test_the_packages_quota_is_a_list_of_assets_with_numbers(make_lab: Any) -> None:
    lab = await make_lab(free_replies_per_window=0, package_replies=5)
    user, _ = await citizen(lab)
    await lab.reply(user)
    asset = {"asset_id": "emulator-package", "product_type": "cs", "quota_type": "sub_quota",
             "valid_through": "31/12/2099", "total": 5, "remain": 4}  # fmt: skip
    assert (await quota(lab, quota_owner="OA"))["data"] == [asset]
    assert (await quota(lab, quota_owner="OA", product_type="cs", quota_type="sub_quota"))["data"] == [asset]
    for other in ({"quota_type": "reward_quota"}, {"product_type": "transaction"}, {"quota_owner": "App"}):
        assert (await quota(lab, **{"quota_owner": "OA", **other}))["data"] == []


async def test_the_old_quota_has_its_three_forms(make_lab: Any) -> None:
    lab = await make_lab(package_replies=5)
    user, message_id = await citizen(lab)
    assert (await quota(lab, "v2.0", message_id=message_id))["data"] == {"type": "reply", "remain": 8, "total": 8}
    promotion = (await quota(lab, "v2.0", user_id=user, type="promotion"))["data"]
    assert promotion == {"type": "promotion", "remain": 1, "total": 1}
    assert (await quota(lab, "v2.0"))["data"] == {"type": "sub_quota", "remain": 5, "total": 5}
    empty = await lab.platform("POST", "/v2.0/oa/quota/message")
    assert empty["data"] == {"type": "sub_quota", "remain": 5, "total": 5}


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("version", "body"),
    [("v3.0", {}), ("v3.0", {"user_id": "1"}), ("v3.0", {"user_id": 5}), ("v3.0", {"quota_owner": "Me"}),
     ("v3.0", {"quota_owner": "OA", "product_type": "x"}), ("v3.0", {"quota_owner": "OA", "quota_type": ["x"]}),
     ("v2.0", {"message_id": "made up"}), ("v2.0", {"user_id": "1", "type": "promotion"})],
)  # fmt: skip
async def test_a_quota_question_that_is_none_is_refused(lab: Any, version: str, body: dict[str, Any]) -> None:
    assert (await quota(lab, version, **body))["error"] == -201


async def rows(lab: Any, path: str, **data: Any) -> Any:
    answer = await lab.platform("GET", path, params={"data": json.dumps({"offset": 0, "count": 10, **data})})
    assert answer["error"] == 0, answer
    return answer["data"]


async def test_history_shows_both_sides_newest_first(lab: Any) -> None:
    first, first_id = await citizen(lab, "0905000001")
    second, _ = await citizen(lab, "0905000002")
    sent = (await lab.reply(first, "Chào bạn"))["data"]["message_id"]
    newest, *older = await rows(lab, "/v2.0/oa/listrecentchat")
    assert (newest["src"], newest["message"], newest["message_id"]) == (0, "Chào bạn", sent)
    assert (newest["from_id"], newest["to_id"], newest["to_display_name"]) == (OA_ID, first, "An")
    assert isinstance(newest["time"], int)
    assert newest["type"] == "text"
    assert [(row["src"], row["from_id"]) for row in older] == [(1, second), (1, first)]
    assert {"from_avatar", "to_avatar", "from_display_name"} <= newest.keys()
    with_first = await rows(lab, "/v2.0/oa/conversation", user_id=first)
    assert [row["message_id"] for row in with_first] == [sent, first_id]
    assert [row["message_id"] for row in await rows(lab, "/v2.0/oa/conversation", user_id=first, offset=1)] == [
        first_id
    ]
    assert len(await rows(lab, "/v2.0/oa/listrecentchat", count=1)) == 1


async def test_history_shows_media_by_their_address(lab: Any) -> None:
    await lab.control("phones/0905000001/send", {"image_url": "https://a.vn/a.png", "text": "ảnh"})
    await lab.control("phones/0905000001/send", {"location": {"latitude": 10.77, "longitude": 106.69}})
    await lab.control("phones/0905000001/send", {"sticker": "s1"})
    sticker, place, image = await rows(lab, "/v2.0/oa/listrecentchat")
    assert (image["type"], image["url"], image["thumb"]) == ("photo", "https://a.vn/a.png", "https://a.vn/a.png")
    assert image["message"] == "ảnh"
    assert json.loads(place["location"]) == {"latitude": "10.77", "longitude": "106.69"}
    assert (sticker["type"], sticker["url"].startswith("http://")) == ("sticker", True)


async def test_history_shows_uploads_and_what_has_links(lab: Any) -> None:
    user, _ = await citizen(lab)
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(b"%PDF-1.7"), filename="đơn.pdf")
    token = (await lab.platform("POST", "/v2.0/oa/upload/file", data=form))["data"]["token"]
    element = {"title": "Xác nhận", "subtitle": "Chia sẻ số điện thoại", "image_url": "https://a.vn/b.png"}
    for attachment in (
        {"type": "file", "payload": {"token": token}},
        {"type": "template", "payload": {"template_type": "request_user_info", "elements": [element]}},
    ):
        body = {"recipient": {"user_id": user}, "message": {"attachment": attachment}}
        assert (await lab.platform("POST", "/v3.0/oa/message/cs", json=body))["error"] == 0
    form_row, file_row, _ = await rows(lab, "/v2.0/oa/conversation", user_id=user)
    assert form_row["type"] == "links"
    assert (form_row["links"][0]["title"], form_row["links"][0]["thumb"]) == ("Xác nhận", "https://a.vn/b.png")
    assert file_row["type"] == "file"
    async with lab.session.get(file_row["url"]) as file:
        assert (await file.read(), file.content_type) == (b"%PDF-1.7", "application/pdf")


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("data", "code"),
    [({"count": 11}, -210), ({"count": 0}, -210), ({"offset": -1}, -210), ({"count": None}, -201),
     ({"count": []}, -201)],
)  # fmt: skip
@pytest.mark.parametrize("path", ["listrecentchat", "conversation"])
async def test_more_than_ten_rows_are_refused(lab: Any, path: str, data: dict[str, Any], code: int) -> None:
    user, _ = await citizen(lab)
    asked = json.dumps({"user_id": user, "offset": 0, "count": 10, **data})
    assert (await lab.platform("GET", f"/v2.0/oa/{path}", params={"data": asked}))["error"] == code
