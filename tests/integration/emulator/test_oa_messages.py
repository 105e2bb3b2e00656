"""Consultation messages of every kind, as a client of the Official Account sees them (docs: zalo 4.2, 4.3, 7.4)."""

from typing import Any

import aiohttp
import pytest

from emulator import credentials

OA_ID = credentials()["oa_id"]
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c4890000000d49444154789c6360000002000001e221bc33"
    "0000000049454e44ae426082"
)
GIF = (
    b"GIF89a\x01\x00\x01\x00\x80\x00\x00\x00\x00\x00\xff\xff\xff,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
)
QUERY = {"title": "Xem trạng thái", "type": "oa.query.show", "payload": "#status H29-1"}
URL = {"title": "Mở cổng", "type": "oa.open.url", "payload": {"url": "https://dvc.example.vn"}}
CALL = {"title": "Gọi", "type": "oa.open.phone", "payload": {"phone_code": "84281022"}}
INFO = {
    "title": "Xác nhận thông tin",
    "subtitle": "Chia sẻ tên và số điện thoại",
    "image_url": "https://dvc.example.vn/banner.png",
}


async def speak(lab: Any, phone: str = "0905123456") -> str:
    await lab.control(f"phones/{phone}/send", {"text": "Xin chào"})
    return str((await lab.control("phones", {"phone": phone}))["user_id"])


async def write(lab: Any, user_id: str, **message: Any) -> Any:
    body = {"recipient": {"user_id": user_id}, "message": message}
    return await lab.platform("POST", "/v3.0/oa/message/cs", json=body)


async def upload(lab: Any, kind: str, name: str, content: bytes) -> str:
    form = aiohttp.FormData()
    form.add_field("file", content, filename=name)
    said = await lab.platform("POST", f"/v2.0/oa/upload/{kind}", data=form)
    assert said["error"] == 0, said
    return str(said["data"].get("attachment_id") or said["data"]["token"])


async def last(lab: Any) -> Any:
    return (await lab.see("messages?channel=oa"))[-1]


def template(**payload: Any) -> dict[str, Any]:
    return {"type": "template", "payload": payload}


def picture(**element: Any) -> dict[str, Any]:
    return template(template_type="media", elements=[element])


@pytest.mark.provokes_violations("quote_message_id")
async def test_a_reply_may_quote_a_message_of_its_chat_only(lab: Any) -> None:
    user = await speak(lab)
    (spoken,) = await lab.see("messages?direction=out")
    answer = await write(lab, user, text="Hồ sơ của bạn đã được tiếp nhận.", quote_message_id=spoken["message_id"])
    assert answer["error"] == 0
    assert (await last(lab))["content"]["quote"] == spoken["message_id"]
    (echo,) = await lab.receiver.wait("oa_send_text")
    assert echo["message"]["quote_msg_id"] == spoken["message_id"]
    assert (await write(lab, user, text="x", quote_message_id="96d3cdf3af150460909"))["error"] == -201
    assert await lab.see("violations") == []
    other = await speak(lab, "0905123457")
    assert (await write(lab, other, text="x", quote_message_id=spoken["message_id"]))["error"] == -201
    assert [each["rule"] for each in await lab.see("violations")] == ["quote_message_id"]


async def test_an_uploaded_picture_arrives_with_its_caption_until_it_expires(lab: Any) -> None:
    user = await speak(lab)
    asset = await upload(lab, "image", "bien-nhan.png", PNG)
    answer = await write(lab, user, text="Biên nhận", attachment=picture(media_type="image", attachment_id=asset))
    assert answer["error"] == 0
    content = (await last(lab))["content"]
    assert (content["kind"], content["text"]) == ("image", "Biên nhận")
    async with lab.session.get(lab.url + content["image_url"]) as shown:
        assert await shown.read() == PNG
    (echo,) = await lab.receiver.wait("oa_send_image")
    (attachment,) = echo["message"]["attachments"]
    assert attachment["payload"]["url"] == lab.url + content["image_url"]
    assert echo["message"]["text"] == "Biên nhận"
    assert await lab.see("violations") == []
    await lab.control("clock", {"advance_seconds": 7 * 86_400})
    pair = (await lab.see("credentials"))["current"]
    lab.token = (await lab.refresh(pair["refresh_token"]))["access_token"]
    await speak(lab)
    assert (await write(lab, user, attachment=picture(media_type="image", attachment_id=asset)))["error"] == -100
    assert await lab.see("violations") == []


async def test_gif_file_and_sticker_arrive_and_come_back(lab: Any) -> None:
    user = await speak(lab)
    gif = await upload(lab, "gif", "a.gif", GIF)
    token = await upload(lab, "file", "don.pdf", b"%PDF-1.4\n%%EOF\n")
    moving = picture(media_type="gif", attachment_id=gif, width=1, height=1)
    assert (await write(lab, user, attachment=moving))["error"] == 0
    file = {"type": "file", "payload": {"token": token, "buttons": [URL]}}
    assert (await write(lab, user, attachment=file))["error"] == 0
    content = (await last(lab))["content"]
    assert (content["kind"], content["file"]["name"], content["buttons"]) == ("file", "don.pdf", [URL])
    sticker = picture(media_type="sticker", attachment_id="s1")
    assert (await write(lab, user, attachment=sticker))["error"] == 0
    for name, kind in (("oa_send_gif", "gif"), ("oa_send_file", "file"), ("oa_send_sticker", "sticker")):
        (echo,) = await lab.receiver.wait(name)
        assert echo["message"]["attachments"][0]["type"] == kind
    (told,) = lab.receiver.events("oa_send_file")
    assert told["message"]["attachments"][0]["payload"]["name"] == "don.pdf"
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("attachment_id", "token")
async def test_an_upload_is_taken_for_what_it_is_only(lab: Any) -> None:
    user = await speak(lab)
    gif = await upload(lab, "gif", "a.gif", GIF)
    for attachment in (
        picture(media_type="image", attachment_id=gif),
        picture(media_type="image", attachment_id="PWRX…"),
        {"type": "file", "payload": {"token": gif}},
        {"type": "file", "payload": {"token": "unknown"}},
    ):
        assert (await write(lab, user, attachment=attachment))["error"] == -201
    assert len(await lab.see("violations")) == 4
    assert await lab.see("messages?channel=oa") == []


async def test_buttons_info_requests_and_pictures_from_elsewhere_arrive(lab: Any) -> None:
    user = await speak(lab)
    assert (await write(lab, user, text="Bạn muốn làm gì?", attachment=template(buttons=[QUERY, URL, CALL])))[
        "error"
    ] == 0
    assert (await last(lab))["content"]["buttons"] == [QUERY, URL, CALL]
    request = template(template_type="request_user_info", elements=[INFO])
    assert (await write(lab, user, attachment=request))["error"] == 0
    content = (await last(lab))["content"]
    assert (content["kind"], content["title"], content["image_url"]) == (
        "info_request",
        INFO["title"],
        INFO["image_url"],
    )
    await lab.receiver.wait("oa_send_request_user_info")
    away = picture(media_type="image", url="https://dvc.example.vn/a.png")
    assert (await write(lab, user, attachment=away))["error"] == 0
    assert (await last(lab))["content"]["image_url"] == "https://dvc.example.vn/a.png"
    assert await lab.see("violations") == []


@pytest.mark.provokes_violations("template_type")
async def test_a_list_is_unsupported_unless_the_settings_say_otherwise(make_lab: Any) -> None:
    rows = template(template_type="list", elements=[{"title": "Một"}, {"title": "Hai"}])
    strict = await make_lab()
    assert (await write(strict, await speak(strict), attachment=rows))["error"] == -233
    lab = await make_lab(list_messages=True)
    assert (await write(lab, await speak(lab), attachment=rows))["error"] == 0
    assert (await last(lab))["content"]["elements"] == [{"title": "Một"}, {"title": "Hai"}]
    await lab.receiver.wait("oa_send_list")


@pytest.mark.provokes_violations("unknown_field")
async def test_what_is_let_through_is_listed_as_a_violation(lab: Any) -> None:
    user = await speak(lab)
    body = {"recipient": {"user_id": user, "message_id": "old"}, "message": {"text": "Chào"}, "tag": "x"}
    assert (await lab.platform("POST", "/v3.0/oa/message/cs", json=body))["error"] == 0
    listed = await lab.see("violations")
    assert [(each["rule"], each["code"]) for each in listed] == [("unknown_field", None)] * 2


@pytest.mark.provokes_violations("attachment_id", "text")
async def test_a_refused_message_costs_nothing(make_lab: Any) -> None:
    lab = await make_lab(free_replies_per_window=1, package_replies=1)
    user = await speak(lab)
    assert (await write(lab, user, attachment=picture(media_type="image", attachment_id="unknown")))["error"] == -201
    assert (await write(lab, user, text="x" * 2001))["error"] == -210
    quota = (await write(lab, user, text="Chào"))["data"]["quota"]
    assert (quota["quota_type"], quota["remain"], quota["total"]) == ("reply", "0", "1")
    quota = (await write(lab, user, text="Chào"))["data"]["quota"]
    assert (quota["quota_type"], quota["remain"], quota["total"]) == ("sub_quota", "0", "1")
    assert (await write(lab, user, text="Chào"))["error"] == -211


async def test_the_answer_has_the_documented_shape(lab: Any) -> None:
    await lab.control("clock", {"now": "2026-04-28T10:00:00+07:00"})
    pair = (await lab.see("credentials"))["current"]
    lab.token = (await lab.refresh(pair["refresh_token"]))["access_token"]
    user = await speak(lab)
    answer = await write(lab, user, text="Chào")
    data = answer["data"]
    assert data["sent_time"].isdecimal()
    assert data == {
        "message_id": data["message_id"],
        "user_id": user,
        "sent_time": data["sent_time"],
        "quota": {
            "quota_type": "reply",
            "remain": "7",
            "total": "8",
            "expired_date": "30/04/2026",
            "owner_type": "OA",
            "owner_id": OA_ID,
        },
    }


async def test_somebody_inactive_cannot_be_reached(lab: Any) -> None:
    user = await speak(lab)
    await lab.control("phones/0905123456/state", {"inactive": True})
    assert (await write(lab, user, text="Chào"))["error"] == -222


async def test_echoes_may_be_switched_off(make_lab: Any) -> None:
    lab = await make_lab(echo_oa_messages=False)
    user = await speak(lab)
    assert (await write(lab, user, text="Chào"))["error"] == 0
    await lab.receiver.wait("user_received_message")
    assert lab.receiver.events("oa_send_text") == []


@pytest.mark.parametrize("kind", ["text", "photo", "sticker", "place", "file"])
async def test_what_citizens_send_is_shown(lab: Any, kind: str) -> None:
    said = {
        "text": {"text": "Chào"},
        "photo": {"image_url": "https://dvc.example.vn/a.png"},
        "sticker": {"sticker": "s1"},
        "place": {"location": {"latitude": 10.5, "longitude": 106.7}},
        "file": {"file": {"name": "don.pdf", "base64": "JVBERi0xLjQK"}},
    }
    expected = {"text": "text", "photo": "image", "sticker": "sticker", "place": "location", "file": "file"}
    await lab.control("phones/0905123456/send", said[kind])
    (message,) = await lab.see("messages?direction=out")
    assert message["content"]["kind"] == expected[kind]
