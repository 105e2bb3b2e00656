from typing import Any

import pytest

from emulator import credentials

OA_ID = credentials()["oa_id"]


async def speak(lab: Any, text: str = "Xin chào") -> str:
    await lab.control("phones/0905123456/send", {"text": text})
    return str((await lab.control("phones", {"phone": "0905123456"}))["user_id"])


async def test_a_reply_reaches_who_spoke_without_following(lab: Any) -> None:
    user = await speak(lab)
    answer = await lab.reply(user, "Chào bạn")
    assert answer["error"] == 0
    assert answer["data"]["user_id"] == user
    quota = answer["data"]["quota"]
    assert (quota["quota_type"], quota["remain"], quota["total"], quota["owner_id"]) == ("reply", "7", "8", OA_ID)
    (message,) = await lab.see("messages?channel=oa")
    assert (message["text"], message["phone"], message["user_id"]) == ("Chào bạn", "84905123456", user)
    (received,) = await lab.receiver.wait("user_received_message")
    assert received["recipient"] == {"id": user}
    assert received["message"] == {"msg_id": answer["data"]["message_id"]}
    (echo,) = await lab.receiver.wait("oa_send_text")
    assert echo["sender"] == {"id": OA_ID}
    assert await lab.see("violations") == []


async def test_the_window_is_free_then_paid_then_closed(lab: Any) -> None:
    user = await speak(lab)
    await lab.control("clock", {"advance_seconds": 49 * 3600})
    lab.token = (await lab.refresh())["access_token"]
    assert (await lab.reply(user))["data"]["quota"]["quota_type"] == "sub_quota"
    await lab.control("clock", {"advance_seconds": 6 * 86_400})
    pair = await lab.see("credentials")
    lab.token = (await lab.refresh(pair["current"]["refresh_token"]))["access_token"]
    assert (await lab.reply(user))["error"] == -230
    await speak(lab)
    assert (await lab.reply(user))["data"]["quota"]["quota_type"] == "reply"


@pytest.mark.provokes_violations("access_token", "text", "token", "user_id")
async def test_each_refusal_of_a_reply_has_its_code(make_lab: Any) -> None:
    lab = await make_lab(free_replies_per_window=0, package_replies=0)
    stranger = (await lab.control("phones", {"phone": "0912000111"}))["user_id"]
    assert (await lab.reply(stranger))["error"] == -232
    assert (await lab.reply("1"))["error"] == -201
    user = await speak(lab)
    assert (await lab.reply(user, "x" * 2001))["error"] == -210
    assert (await lab.reply(user))["error"] == -211
    await lab.control("phones/0905123456/state", {"blocked": True})
    assert (await lab.reply(user))["error"] == -227
    await lab.control("phones/0905123456/state", {"zalo": False})
    assert (await lab.reply(user))["error"] == -222
    headers = {"access_token": "x"}
    assert (await lab.platform("POST", "/v3.0/oa/message/cs", json={}, headers=headers))["error"] == -216
    await lab.control("clock", {"advance_seconds": 90_001})
    assert (await lab.reply(user))["error"] == -220
    body = {"recipient": {"user_id": user}, "message": {"attachment": {"type": "file", "payload": {}}}}
    lab.token = (await lab.refresh())["access_token"]
    assert (await lab.platform("POST", "/v3.0/oa/message/cs", json=body))["error"] == -201


async def test_following_opens_the_window_and_tells_the_webhook(lab: Any) -> None:
    user = (await lab.control("phones", {"phone": "0905123456"}))["user_id"]
    await lab.control("phones/+84905123456/state", {"follows": True})
    (event,) = await lab.receiver.wait("follow")
    assert (event["oa_id"], event["follower"]) == (OA_ID, {"id": user})
    assert (await lab.reply(user))["error"] == 0
    detail = await lab.platform("GET", "/v3.0/oa/user/detail", params={"data": f'{{"user_id":"{user}"}}'})
    assert detail["data"]["user_is_follower"] is True
    await lab.control("phones/84905123456/state", {"follows": False})
    await lab.receiver.wait("unfollow")
    assert len(lab.receiver.events("follow")) == 1


@pytest.mark.provokes_violations("body", "user_id")
async def test_the_account_and_its_users_can_be_asked_for(lab: Any) -> None:
    assert (await lab.platform("GET", "/v2.0/oa/getoa"))["data"]["oa_id"] == OA_ID
    for data, code in (("", -201), ("{}", -201), ('{"user_id":"1"}', -201), ("x", -201)):
        answer = await lab.platform("GET", "/v3.0/oa/user/detail", params={"data": data})
        assert answer["error"] == code


async def test_a_tap_on_a_button_arrives_as_text(lab: Any) -> None:
    await lab.control("phones/0905123456/send", {"button": {"type": "oa.query.hide", "payload": "#status 1"}})
    (event,) = await lab.receiver.wait("user_send_text")
    assert event["message"]["text"] == "#status 1"
