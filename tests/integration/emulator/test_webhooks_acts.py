"""What a citizen, a visitor and an admin do, and what the webhook hears of it (docs: zalo 4.7, 7.4)."""

import base64
import hashlib
import json
from typing import Any

import pytest

PHONE = "phones/0905123456"
GIF = base64.b64encode(b"GIF89a-small").decode()
PDF = b"%PDF-1.4 nho"
SITE = "https://dvc.example.vn"


async def do(lab: Any, body: Any, **how: Any) -> Any:
    return await lab.control(f"{PHONE}/send", body, **how)


async def chat(lab: Any) -> list[Any]:
    return await lab.see("messages?phone=0905123456&direction=all")


@pytest.mark.parametrize(
    ("body", "name", "attachment"),
    [
        ({"gif": f"{SITE}/a.gif"}, "gif", ("gif", {"thumbnail": f"{SITE}/a.gif", "url": f"{SITE}/a.gif"})),
        (
            {"link": {"url": SITE, "description": "Cổng"}},
            "link",
            ("link", {"thumbnail": "", "description": "Cổng", "url": SITE}),
        ),
        ({"link": SITE}, "link", ("link", {"thumbnail": "", "description": "", "url": SITE})),
        ({"audio": f"{SITE}/a.amr"}, "audio", ("audio", {"url": f"{SITE}/a.amr"})),
        (
            {"video": {"url": f"{SITE}/v.mp4", "description": "Đường"}},
            "video",
            ("video", {"url": f"{SITE}/v.mp4", "thumbnail": "", "description": "Đường"}),
        ),
        (
            {"file": {"name": "a.PDF", "url": f"{SITE}/a.pdf", "size": 7, "checksum": "ab"}},
            "file",
            ("file", {"url": f"{SITE}/a.pdf", "size": "7", "name": "a.PDF", "checksum": "ab", "type": "pdf"}),
        ),
    ],
)
async def test_each_kind_of_message_has_its_attachment(lab: Any, body: Any, name: str, attachment: Any) -> None:
    said = await do(lab, body)
    (event,) = await lab.receiver.wait(f"user_send_{name}")
    kind, payload = attachment
    assert event["message"] == {"msg_id": said["msg_id"], "attachments": [{"type": kind, "payload": payload}]}
    assert (await chat(lab))[0]["content"]["kind"] == kind


async def test_a_file_from_disk_carries_its_md5_and_can_be_fetched(lab: Any) -> None:
    await do(lab, {"file": {"name": "đơn.pdf", "base64": base64.b64encode(PDF).decode()}})
    (event,) = await lab.receiver.wait("user_send_file")
    payload = event["message"]["attachments"][0]["payload"]
    assert payload["checksum"] == hashlib.md5(PDF).hexdigest()
    assert (payload["size"], payload["type"]) == (str(len(PDF)), "pdf")
    async with lab.session.get(payload["url"]) as answer:
        assert await answer.read() == PDF


async def test_a_page_sent_as_a_file_is_never_served_as_a_page(lab: Any) -> None:
    await do(lab, {"file": {"name": "a.html", "base64": base64.b64encode(b"<script>").decode()}})
    (event,) = await lab.receiver.wait("user_send_file")
    async with lab.session.get(event["message"]["attachments"][0]["payload"]["url"]) as answer:
        assert answer.content_type == "application/octet-stream"


async def test_a_gif_from_disk_gets_an_address(lab: Any) -> None:
    await do(lab, {"gif": {"base64": GIF}})
    (event,) = await lab.receiver.wait("user_send_gif")
    async with lab.session.get(event["message"]["attachments"][0]["payload"]["url"]) as answer:
        assert answer.content_type == "image/gif"


async def test_a_business_card_is_a_link_whose_description_is_json_in_a_text(lab: Any) -> None:
    await do(lab, {"business_card": {"name": "Chị Hoa", "phone": "0912 000 111"}})
    (event,) = await lab.receiver.wait("user_send_business_card")
    (attachment,) = event["message"]["attachments"]
    assert (event["message"]["text"], attachment["type"]) == ("Chị Hoa", "link")
    described = json.loads(attachment["payload"]["description"])
    assert described["phone"] == "84912000111"
    assert set(described) == {"phone", "qrCodeUrl"}


async def test_an_answer_names_the_message_it_quotes(lab: Any) -> None:
    first = await do(lab, {"text": "một"})
    await do(lab, {"text": "hai", "quote": first["msg_id"]})
    events = await lab.receiver.wait("user_send_text", 2)
    assert {event["message"].get("quote_msg_id") for event in events} == {None, first["msg_id"]}
    assert (await chat(lab))[1]["content"]["quote"] == first["msg_id"]
    await do(lab, {"text": "ba", "quote": "nobody's"}, status=409)


async def test_a_hidden_query_is_sent_as_text_and_marked_as_hidden(lab: Any) -> None:
    await do(lab, {"button": {"type": "oa.query.hide", "payload": "#status 1"}})
    (event,) = await lab.receiver.wait("user_send_text")
    assert event["message"]["text"] == "#status 1"
    assert (await chat(lab))[0]["content"]["hidden"] is True


async def test_a_reaction_stands_on_the_message_until_it_is_taken_back(lab: Any) -> None:
    message_id = (await lab.send())["data"]["msg_id"]
    for icon in ("/-heart", ":>"):
        await do(lab, {"reaction": {"message_id": message_id, "icon": icon}})
    heard = await lab.receiver.wait("user_reacted_message", 2)
    assert heard[0]["message"]["msg_id"] == message_id
    assert {event["message"]["react_icon"] for event in heard} == {"/-heart", ":>"}
    assert (await chat(lab))[0]["content"]["reactions"] == [{"by": "user", "icon": each} for each in ("/-heart", ":>")]
    await do(lab, {"reaction": {"message_id": message_id, "icon": "/-remove"}})
    assert (await chat(lab))[0]["content"]["reactions"] == []


async def test_a_rating_is_heard_and_kept(lab: Any) -> None:
    message_id = (await lab.send())["data"]["msg_id"]
    await do(lab, {"feedback": {"rate": 5, "note": "Tốt", "feedbacks": ["Nhanh"], "msg_id": message_id}})
    (event,) = await lab.receiver.wait("user_feedback")
    assert event["message"]["feedbacks"] == ["Nhanh"]
    assert "rating_type" not in event["message"]


async def test_a_response_button_is_heard_with_its_label(lab: Any) -> None:
    message_id = (await lab.send())["data"]["msg_id"]
    await do(lab, {"response_button": {"data": "Đồng ý"}})
    (event,) = await lab.receiver.wait("user_click_response_button")
    assert event["msg_id"] == message_id
    assert event["message"]["data"] == "Đồng ý"
    assert event["message"]["tracking_id"] == "n-1"


NEWER = {
    "name": "An",
    "phone": "84905123456",
    "full_address": {"user_address": "1 Lê Lợi", "user_ward": "Bến Nghé", "user_city": "TP. Hồ Chí Minh"},
}
OLDER = {"name": "An", "phone": 84905123456, "address": "1 Lê Lợi", "city": "TP. Hồ Chí Minh", "ward": "Bến Nghé"}


@pytest.mark.parametrize(
    ("settings", "info"), [({}, NEWER), ({"older_user_info": True, "user_info_phone_as_number": True}, OLDER)]
)
async def test_the_form_is_shared_in_the_newer_or_the_older_shape(make_lab: Any, settings: Any, info: Any) -> None:
    lab = await make_lab(**settings)
    given = {"name": "An", "address": "1 Lê Lợi", "ward": "Bến Nghé", "city": "TP. Hồ Chí Minh"}
    await do(lab, {"submit_info": given})
    (event,) = await lab.receiver.wait("user_submit_info")
    assert event["info"] == info
    user_id = (await lab.see("phones"))[0]["user_id"]
    detail = await lab.platform("GET", "/v3.0/oa/user/detail", params={"data": json.dumps({"user_id": user_id})})
    assert detail["data"]["shared_info"]["name"] == "An"
    await do(lab, {"withdraw": True})
    (withdrawn,) = await lab.receiver.wait("user_withdraw")
    assert withdrawn["user_id"] == user_id
    detail = await lab.platform("GET", "/v3.0/oa/user/detail", params={"data": json.dumps({"user_id": user_id})})
    assert not detail["data"]["shared_info"].get("name")


@pytest.mark.parametrize(
    ("body", "name", "opens"),
    [
        ({"text": "chào"}, "user_send_text", True),
        ({"menu": "#menu"}, "user_send_text", True),
        ({"button": "#query"}, "user_send_text", True),
        ({"sticker": "1"}, "user_send_sticker", True),
        ({"product": "Còn hàng không?"}, "user_asking_product", True),
        ({"chatnow": True}, "user_click_chatnow", True),
        ({"accept_call": {"call_type": "video", "talk_seconds": 4}}, "oa_call_user", True),
        ({"call": True}, "user_call_oa", False),
        ({"consent": "ALLOW"}, "user_reply_consent", False),
        ({"consent": "USER_BLOCKED"}, "user_reply_consent", False),
        ({"submit_info": {}}, "user_submit_info", False),
        ({"withdraw": True}, "user_withdraw", False),
        ({"widget": {"user_external_id": "w1", "url": SITE}}, "widget_interaction_accepted", False),
        ({"group": {"action": "join"}}, "user_join_group", False),
        ({"group": {"action": "out"}}, "user_out_group", False),
        ({"group": {"action": "leave"}}, "user_leave_group", False),
        ({"group": {"action": "request_join", "group_id": "g1"}}, "user_request_join_group", False),
        ({"group": {"text": "chào nhóm"}}, "user_send_group_text", False),
        ({"group": {"image_url": f"{SITE}/a.jpg", "text": "đây"}}, "user_send_group_image", False),
    ],
)
async def test_an_act_is_heard_and_opens_the_window_or_not(lab: Any, body: Any, name: str, opens: bool) -> None:
    said = await do(lab, body)
    assert said["event_name"] == name
    await lab.receiver.wait(name)
    (phone,) = await lab.see("phones")
    assert (phone["last_interaction_ms"] > 0) is opens


async def test_following_opens_the_window_and_may_have_the_other_name(make_lab: Any) -> None:
    lab = await make_lab(user_follow_names=True)
    await lab.control(f"{PHONE}/state", {"follows": True})
    (event,) = await lab.receiver.wait("user_follow")
    assert event["follower"]["id"] == (await lab.see("phones"))[0]["user_id"]
    assert (await lab.see("phones"))[0]["last_interaction_ms"] > 0


async def test_the_message_button_of_the_profile_tells_once_per_citizen(lab: Any) -> None:
    assert (await do(lab, {"chatnow": True}))["sent"] is True
    assert (await do(lab, {"chatnow": True}))["sent"] is False
    await do(lab, {"text": "sau đó"})
    await lab.receiver.wait("user_send_text")
    assert len(lab.receiver.events("user_click_chatnow")) == 1


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"dance": 1},
        {"text": ""},
        {"text": "a", "sticker": "b"},
        {"quote": "m"},
        {"gif": "ftp://x"},
        {"gif": {"base64": "?"}},
        {"link": {"url": SITE, "x": 1}},
        {"file": {"name": "a.pdf"}},
        {"file": {"base64": "AAAA"}},
        {"file": {"name": "a", "url": SITE, "size": "many"}},
        {"business_card": {"name": "An"}},
        {"reaction": 5},
        {"consent": "MAYBE"},
        {"call": {"call_type": "fax"}},
        {"call": {"talk_seconds": -1}},
        {"submit_info": {"name": 5}},
        {"submit_info": {"colour": "red"}},
        {"widget": {"user_external_id": "w"}},
        {"group": {"action": "sing"}},
        {"group": {}},
        {"chatnow": False},
        {"withdraw": 1},
    ],
)
async def test_an_act_that_cannot_be_understood_is_refused(lab: Any, body: Any) -> None:
    assert (await do(lab, body, status=400))["error"]
    assert (await lab.see("webhook"))["waiting"] == 0


@pytest.mark.parametrize(
    ("body", "name"),
    [
        ({"text": "xin chào"}, "text"),
        ({"image_url": f"{SITE}/a.jpg", "text": "ảnh"}, "image"),
        ({"file": {"name": "a.pdf", "url": f"{SITE}/a.pdf"}}, "file"),
        ({"sticker": "7"}, "sticker"),
    ],
)
async def test_a_visitor_writes_without_a_name(lab: Any, body: Any, name: str) -> None:
    visitor = await lab.control("visitors", {})
    said = await lab.control(f"visitors/{visitor['anonymous_id']}/send", body)
    (event,) = await lab.receiver.wait(f"anonymous_send_{name}")
    assert event["sender"] == {"id": visitor["anonymous_id"]}
    assert event["message"]["conversation_id"] == visitor["conversation_id"]
    assert event["message"]["msg_id"] == said["msg_id"]
    assert "user_id_by_app" not in event
    (seen,) = await lab.see("visitors")
    assert seen["last_interaction_ms"] > 0
    assert [(each["direction"], each["kind"]) for each in seen["messages"]] == [("out", name)]


async def test_a_visitor_keeps_the_conversation_and_strangers_have_none(lab: Any) -> None:
    first = await lab.control("visitors", {"anonymous_id": "khach-1"})
    assert await lab.control("visitors", {"anonymous_id": "khach-1"}) == first
    await lab.control("visitors", {"anonymous_id": 5}, status=400)
    await lab.control("visitors/nobody/send", {"text": "a"}, status=404)
    await lab.control("visitors/khach-1/send", {"location": {}}, status=400)


async def test_an_admin_who_types_is_seen_on_the_phone_and_named_in_the_echo(lab: Any) -> None:
    said = await lab.control(f"{PHONE}/admin", {"text": "Tôi giúp anh", "admin_id": "77"})
    (echo,) = await lab.receiver.wait("oa_send_text")
    assert echo["sender"]["admin_id"] == "77"
    assert echo["message"] == {"msg_id": said["msg_id"], "text": "Tôi giúp anh"}
    (shown,) = await chat(lab)
    assert (shown["text"], shown["direction"]) == ("Tôi giúp anh", "in")


async def test_only_the_app_that_sent_hears_that_a_message_was_seen(lab: Any) -> None:
    await lab.control(f"{PHONE}/admin", {"text": "của quản trị viên"})
    await lab.receiver.wait("user_received_message")
    assert (await do(lab, {"read": True}))["count"] == 1
    await lab.send()
    await lab.receiver.wait("user_received_message", 2)
    await do(lab, {"read": True})
    (seen,) = await lab.receiver.wait("user_seen_message")
    assert len(seen["message"]["msg_ids"]) == 1


@pytest.mark.parametrize(("drops", "count"), [(True, 0), (False, 1)])
async def test_a_template_whose_time_has_passed_is_never_delivered(make_lab: Any, drops: bool, count: int) -> None:
    lab = await make_lab(drop_undelivered=drops)
    await lab.control(f"{PHONE}/state", {"online": False})
    await lab.send()
    await lab.control("clock", {"advance_seconds": 7201})
    await lab.control(f"{PHONE}/state", {"online": True})
    await lab.send(phone="84905999999", tracking_id="after")
    await lab.receiver.wait("user_received_message", count + 1)
    heard = [event["message"]["tracking_id"] for event in lab.receiver.events("user_received_message")]
    assert sorted(heard) == ["after", "n-1"][: count + 1]


async def test_members_come_to_a_known_group_and_go(lab: Any) -> None:
    group = await lab.control("groups", {"name": "Tổ dân phố 5"})
    for action, count in (("join", 1), ("join", 1), ("request_join", 1), ("out", 0)):
        await do(lab, {"group": {"action": action, "group_id": group["group_id"]}})
        (seen,) = await lab.see("groups")
        assert len(seen["user_ids"]) == count
