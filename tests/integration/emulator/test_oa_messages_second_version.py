"""What still works of the second version: reactions, anonymous visitors, broadcasts (docs: zalo 4.6)."""

from typing import Any

import aiohttp
import pytest

DAY = "2026-03-05T10:00:00+07:00"
NIGHT = "2026-03-05T22:00:00+07:00"


@pytest.fixture
async def day(make_lab: Any) -> Any:
    """An emulator in the morning."""
    return await at(await make_lab(), DAY)


async def at(lab: Any, moment: str) -> Any:
    await lab.control("clock", {"now": moment})
    pair = (await lab.see("credentials"))["current"]
    lab.token = (await lab.refresh(pair["refresh_token"]))["access_token"]
    return lab


async def speak(lab: Any, phone: str = "0905123456") -> str:
    await lab.control(f"phones/{phone}/send", {"text": "Xin chào"})
    return str((await lab.control("phones", {"phone": phone}))["user_id"])


async def post(lab: Any, body: Any) -> Any:
    return await lab.platform("POST", "/v2.0/oa/message", json=body)


async def react(lab: Any, user_id: str, message_id: str, icon: Any = "/-strong", **more: Any) -> Any:
    action = {"react_icon": icon, "react_message_id": message_id, **more}
    return await post(lab, {"recipient": {"user_id": user_id}, "sender_action": action})


def article(article_id: str = "a", **target: Any) -> dict[str, Any]:
    element = {"media_type": "article", "attachment_id": article_id}
    payload = {"template_type": "media", "elements": [element]}
    return {
        "recipient": {"target": target},
        "message": {"attachment": {"type": "template", "payload": payload}},
    }


async def publish(lab: Any, **changes: Any) -> str:
    body = {
        "type": "normal",
        "title": "Lịch tiếp dân",
        "author": "UBND phường",
        "cover": {"cover_type": "photo", "photo_url": "https://dvc.example.vn/a.png", "status": "show"},
        "description": "Tháng ba",
        "body": [{"type": "text", "content": "Thứ năm"}],
        "status": "show",
        "comment": "hide",
        **changes,
    }
    said = await lab.platform("POST", "/v2.0/article/create", json=body)
    assert said["error"] == 0, said
    return str(said["data"]["token"])


async def ready(lab: Any, token: str) -> str:
    await lab.control("clock", {"advance_seconds": 60})
    return str((await lab.platform("POST", "/v2.0/article/verify", json={"token": token}))["data"]["id"])


@pytest.mark.provokes_violations("retired")
@pytest.mark.parametrize(
    "body",
    [
        {"recipient": {"user_id": "246845883529197922"}, "message": {"text": "Chào"}},
        {"recipient": {"message_id": "m"}, "message": {"text": "Chào"}},
        {},
    ],
)
async def test_everything_else_of_the_second_version_is_shut_down(lab: Any, body: Any) -> None:
    assert (await post(lab, body))["error"] == -240


async def test_a_reaction_is_shown_and_told_and_can_be_taken_back(lab: Any) -> None:
    user = await speak(lab)
    (spoken,) = await lab.see("messages?direction=out")
    message_id = spoken["message_id"]
    assert (await react(lab, user, message_id))["error"] == 0
    assert (await react(lab, user, message_id, ":>"))["error"] == 0
    (event, _) = await lab.receiver.wait("oa_reacted_message", 2)
    assert event["message"] == {"msg_id": message_id, "react_icon": "/-strong"}
    assert event["recipient"] == {"id": user}
    await lab.control("phones/0905123456/send", {"reaction": {"message_id": message_id, "icon": "/-heart"}})
    (spoken,) = await lab.see("messages?direction=out")
    assert spoken["content"]["reactions"] == [
        {"by": "oa", "icon": "/-strong"},
        {"by": "oa", "icon": ":>"},
        {"by": "user", "icon": "/-heart"},
    ]
    assert (await react(lab, user, message_id, "/-remove"))["error"] == 0
    (spoken,) = await lab.see("messages?direction=out")
    assert spoken["content"]["reactions"] == [{"by": "user", "icon": "/-heart"}]
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations
async def test_each_refusal_of_a_reaction_has_its_code(make_lab: Any) -> None:
    lab = await make_lab(reactions_per_message=2)
    user, other = await speak(lab), await speak(lab, "0905123457")
    message_id = (await lab.see("messages?direction=out&phone=0905123456"))[0]["message_id"]
    assert (await react(lab, user, message_id, "👍"))["error"] == -201
    assert (await react(lab, user, message_id, ["/-strong"]))["error"] == -201
    assert (await react(lab, user, "96d3cdf3af150460909"))["error"] == -201
    assert (await react(lab, other, message_id))["error"] == -201
    assert (await react(lab, "1", message_id))["error"] == -201
    assert (await post(lab, {"recipient": {"user_id": user}, "sender_action": "x"}))["error"] == -201
    for _ in range(2):
        assert (await react(lab, user, message_id))["error"] == 0
    assert (await react(lab, user, message_id))["error"] == -210
    await lab.control("phones/0905123456/state", {"blocked": True})
    assert (await react(lab, user, message_id))["error"] == -227
    await lab.control("phones/0905123456/state", {"blocked": False, "zalo": False})
    assert (await react(lab, user, message_id))["error"] == -222


async def visit(lab: Any) -> dict[str, str]:
    ids: dict[str, str] = await lab.control("visitors", {})
    await lab.control(f"visitors/{ids['anonymous_id']}/send", {"text": "Cho hỏi"})
    return ids


def picture(**element: Any) -> dict[str, Any]:
    return {"attachment": {"type": "template", "payload": {"template_type": "media", "elements": [element]}}}


async def test_a_visitor_is_answered_with_text_picture_and_sticker(lab: Any) -> None:
    ids = await visit(lab)
    for message in (
        {"text": "Chào bạn"},
        picture(media_type="image", url="https://dvc.example.vn/a.png"),
        picture(media_type="sticker", attachment_id="s1"),
    ):
        answer = await post(lab, {"recipient": ids, "message": message})
        assert answer["error"] == 0
        assert answer["data"].items() >= ids.items()
    for kind in ("text", "image", "sticker"):
        (echo,) = await lab.receiver.wait(f"oa_send_anonymous_{kind}")
        assert echo["recipient"] == {"id": ids["anonymous_id"]}
        assert echo["message"]["conversation_id"] == ids["conversation_id"]
    (visitor,) = await lab.see("visitors")
    assert [(each["direction"], each["kind"], each["text"]) for each in visitor["messages"]] == [
        ("out", "text", "Cho hỏi"),
        ("in", "text", "Chào bạn"),
        ("in", "image", ""),
        ("in", "sticker", ""),
    ]
    quoted = visitor["messages"][0]["message_id"]
    answer = await post(lab, {"recipient": ids, "message": {"text": "Vâng", "quote_message_id": quoted}})
    assert answer["error"] == 0
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("anonymous", "token")
async def test_a_file_for_a_visitor_may_go_to_either_address(lab: Any) -> None:
    ids = await visit(lab)
    form = aiohttp.FormData()
    form.add_field("file", b"%PDF-1.4\n%%EOF\n", filename="don.pdf")
    token = (await lab.platform("POST", "/v2.0/oa/upload/file", data=form))["data"]["token"]
    for path in ("/v2.0/oa/message", "/v3.0/oa/message/cs"):
        body = {"recipient": ids, "message": {"attachment": {"type": "file", "payload": {"token": token}}}}
        assert (await lab.platform("POST", path, json=body))["error"] == 0
        body["message"]["attachment"]["payload"]["token"] = "unknown"
        assert (await lab.platform("POST", path, json=body))["error"] == -201
    (echo, _) = await lab.receiver.wait("oa_send_anonymous_file", 2)
    assert echo["message"]["attachments"][0]["payload"]["name"] == "don.pdf"
    text = {"recipient": ids, "message": {"text": "Chào"}}
    assert (await lab.platform("POST", "/v3.0/oa/message/cs", json=text))["error"] == -233


@pytest.mark.provokes_violations("anonymous", "anonymous_id", "conversation_id", "text")
async def test_each_refusal_of_a_message_to_a_visitor_has_its_code(lab: Any) -> None:
    ids = await visit(lab)
    text = {"text": "Chào"}
    assert (await post(lab, {"recipient": {**ids, "anonymous_id": "nobody"}, "message": text}))["error"] == -201
    assert (await post(lab, {"recipient": {**ids, "conversation_id": "other"}, "message": text}))["error"] == -201
    assert (await post(lab, {"recipient": {"anonymous_id": "x"}, "message": text}))["error"] == -201
    gif = picture(media_type="gif", url="https://dvc.example.vn/a.gif", width=1, height=1)
    assert (await post(lab, {"recipient": ids, "message": gif}))["error"] == -233
    assert (await post(lab, {"recipient": ids, "message": {"text": "x" * 2001}}))["error"] == -210
    gone = {"recipient": ids, "message": {"text": "Vâng", "quote_message_id": "gone"}}
    assert (await post(lab, gone))["error"] == -201


async def test_an_article_reaches_those_who_follow_and_nobody_else(day: Any) -> None:
    for number, state in enumerate(({}, {"blocked": True}, {"follows": False}, {"zalo": False}, {"inactive": True})):
        phone = f"090512345{number}"
        await day.control("phones", {"phone": phone, "follows": True})
        if state:
            await day.control(f"phones/{phone}/state", state)
    article_id = await ready(day, await publish(day))
    target = {"ages": 3, "gender": 1, "locations": 2, "cities": 4, "platform": 1}
    answer = await post(day, article(article_id, **target))
    assert answer["error"] == 0
    (message,) = await day.see("messages?channel=oa")
    assert message["phone"] == "84905123450"
    content = message["content"]
    assert (content["kind"], content["title"], content["subtitle"]) == ("article", "Lịch tiếp dân", "Tháng ba")
    async with day.session.get(day.url + content["link_url"]) as page:
        assert "Thứ năm" in await page.text()
    (echo,) = await day.receiver.wait("oa_send_link")
    assert echo["message"]["attachments"][0]["payload"]["url"] == day.url + content["link_url"]
    await day.receiver.wait("user_received_message")
    assert await day.see("violations") == []


@pytest.mark.provokes_violations("attachment_id", "token")
async def test_an_article_under_way_answers_that_it_is_processed(day: Any) -> None:
    token = await publish(day)
    assert (await post(day, article(token)))["error"] == -214
    await ready(day, token)
    assert (await post(day, article(token)))["error"] == -201
    assert (await post(day, article("unknown")))["error"] == -201
    hidden = await ready(day, await publish(day, status="hide"))
    assert (await post(day, article(hidden)))["error"] == -201


async def test_broadcasts_need_daylight_and_a_package(make_lab: Any) -> None:
    lab = await at(await make_lab(package_broadcasts=1), DAY)
    article_id = await ready(lab, await publish(lab))
    assert (await post(lab, article(article_id)))["error"] == 0
    assert (await post(lab, article(article_id)))["error"] == -211
    await at(lab, NIGHT)
    assert (await post(lab, article(article_id)))["error"] == -234


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("body", "code"),
    [
        (article(ages=8), -210),
        (article(gender=3), -210),
        (article(locations=-1), -210),
        (article(cities=64), -210),
        (article(platform=0), -210),
        (article(cities="4,99"), -210),
        (article(ages="all"), -201),
        (article(ages=True), -201),
        ({**article(), "recipient": {"target": "all"}}, -201),
        ({**article(), "message": {"text": "Chào cả làng"}}, -233),
        ({**article(), "message": picture(media_type="image", attachment_id="a")}, -233),
        ({**article(), "message": {"attachment": {"type": "file", "payload": {"token": "t"}}}}, -233),
        ({**article(), "message": picture(media_type="article")}, -201),
        ({**article(), "message": "x"}, -201),
    ],
)
async def test_a_broadcast_that_breaks_a_rule_is_refused_with_its_code(day: Any, body: Any, code: int) -> None:
    assert (await post(day, body))["error"] == code
    (violation,) = await day.see("violations")
    assert violation["code"] == code


@pytest.mark.provokes_violations("cities", "unknown_field")
async def test_several_values_of_a_target_are_let_through_with_a_remark(day: Any) -> None:
    article_id = await ready(day, await publish(day))
    assert (await post(day, article(article_id, cities="4,9", town=1)))["error"] == 0
    assert {each["rule"] for each in await day.see("violations")} == {"cities", "unknown_field"}
