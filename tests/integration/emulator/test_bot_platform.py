import asyncio
import time
from typing import Any

import pytest

from emulator import credentials

GIVEN = credentials()
TOKEN = GIVEN["bot_token"]
PHONE = "0905123456"


async def call(lab: Any, method: str, body: Any = None, *, token: str = TOKEN, status: int = 200) -> Any:
    got, said = await lab.ask("POST", f"/bot{token}/{method}", json=body if body is not None else {})
    assert got == status, said
    return said


async def refused(lab: Any, method: str, body: Any, code: int) -> None:
    said = await call(lab, method, body, status=code)
    assert said == {"ok": False, "error_code": code, "description": said["description"]}


async def write(lab: Any, body: Any = None, *, phone: str = PHONE, status: int = 200) -> Any:
    return await lab.control(f"bot/{phone}/send", body or {"text": "Xin chào"}, status=status)


async def rules(lab: Any) -> list[str]:
    return [each["rule"] for each in await lab.see("violations")]


async def test_the_bot_tells_about_itself_by_get_and_post(lab: Any) -> None:
    me = (await call(lab, "getMe"))["result"]
    assert me["id"] == TOKEN.partition(":")[0]
    assert me["account_name"].startswith("bot.")
    assert (me["account_type"], me["can_join_groups"]) == ("BASIC", False)
    status, said = await lab.ask("GET", f"/bot{TOKEN}/getMe")
    assert (status, said["result"]) == (200, me)


async def test_an_update_is_one_object_and_is_consumed_when_it_was_returned(lab: Any) -> None:
    first = await write(lab, {"text": "Xin chào"})
    second = await write(lab, {"text": "Còn ai không"})
    said = await call(lab, "getUpdates", {"timeout": "1"})
    message = said["result"]["message"]
    assert said["result"]["event_name"] == "message.text.received"
    assert message == {
        "message_id": first["message_id"],
        "date": message["date"],
        "text": "Xin chào",
        "chat": {"id": first["chat_id"], "chat_type": "PRIVATE"},
        "from": {"id": first["chat_id"], "display_name": "Công dân", "is_bot": False},
    }
    assert isinstance(message["date"], int)
    again = await call(lab, "getUpdates", {"timeout": 1})
    assert again["result"]["message"]["message_id"] == second["message_id"]
    await refused(lab, "getUpdates", {"timeout": 0}, 408)


@pytest.mark.parametrize(
    ("body", "event_name", "content"),
    [
        (
            {"image_url": "https://x.vn/a.jpg", "caption": "Giấy"},
            "message.image.received",
            {"photo_url": "https://x.vn/a.jpg", "caption": "Giấy"},
        ),
        ({"sticker": "42"}, "message.sticker.received", {"sticker": "42"}),
        ({"unsupported": True}, "message.unsupported.received", {}),
    ],
)
async def test_photos_stickers_and_the_rest_have_their_own_events(
    lab: Any, body: Any, event_name: str, content: Any
) -> None:
    await write(lab, body)
    update = (await call(lab, "getUpdates", {"timeout": 1}))["result"]
    assert update["event_name"] == event_name
    assert content.items() <= update["message"].items()
    assert "text" not in update["message"]


async def test_a_photo_from_disk_can_be_fetched_by_its_address(lab: Any) -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    await write(lab, {"image_base64": dot})
    update = (await call(lab, "getUpdates", {"timeout": 1}))["result"]
    async with lab.session.get(update["message"]["photo_url"]) as photo:
        assert photo.content_type == "image/png"


@pytest.mark.parametrize(
    "body",
    [{"x": 1}, {"text": ""}, {"text": "a", "sticker": "b"}, {"unsupported": False}, {"text": "a", "caption": "b"}],
)
async def test_what_a_person_does_must_be_clear(lab: Any, body: Any) -> None:
    await write(lab, body, status=400)
    await write(lab, phone="12", status=400)


async def test_a_phone_without_zalo_or_signal_cannot_write(lab: Any) -> None:
    for flags in ({"zalo": False}, {"zalo": True, "online": False}):
        await lab.control(f"phones/{PHONE}/state", flags)
        await write(lab, status=409)


async def test_a_poll_hangs_until_somebody_writes(lab: Any) -> None:
    poll = asyncio.create_task(call(lab, "getUpdates", {"timeout": "20"}))
    await asyncio.sleep(0.05)
    assert not poll.done()
    sent = await write(lab)
    assert (await asyncio.wait_for(poll, 5))["result"]["message"]["message_id"] == sent["message_id"]


async def test_an_update_is_kept_for_the_next_poll_when_the_client_has_left(lab: Any) -> None:
    poll = asyncio.create_task(call(lab, "getUpdates", {"timeout": "20"}))
    await asyncio.sleep(0.05)
    poll.cancel()
    await asyncio.gather(poll, return_exceptions=True)
    await asyncio.sleep(0.05)
    sent = await write(lab)
    said = await call(lab, "getUpdates", {"timeout": 1})
    assert said["result"]["message"]["message_id"] == sent["message_id"]


async def test_a_poll_never_hangs_longer_than_the_setting_says(make_lab: Any) -> None:
    lab = await make_lab(bot_max_poll_seconds=0.05)
    started = time.monotonic()
    await refused(lab, "getUpdates", None, 408)
    assert time.monotonic() - started < 5


async def test_updates_may_come_as_a_list_when_set_so(make_lab: Any) -> None:
    lab = await make_lab(bot_updates_as_array=True)
    sent = await write(lab)
    (update,) = (await call(lab, "getUpdates", {"timeout": 1}))["result"]
    assert update["message"]["message_id"] == sent["message_id"]


@pytest.mark.parametrize(
    ("method", "body", "kind"),
    [
        ("sendMessage", {"text": "Hồ sơ mới"}, "text"),
        ("sendMessage", {"text": "**Hồ sơ**", "parse_mode": "markdown", "reply_to_message_id": "m-1"}, "text"),
        ("sendMessage", {"text": "Hồ sơ", "text_styles": [{"start": 0, "len": 2, "st": ["b"]}]}, "text"),
        ("sendMessage", {"text": "o\u0302" * 2000}, "text"),  # 2,000 characters once composed
        ("sendPhoto", {"photo": "https://x.vn/a.png", "caption": "Biên nhận", "reply_to_message_id": "m-1"}, "image"),
        ("sendSticker", {"sticker": "0e078a2fb66a5f34067b"}, "sticker"),
    ],
)
async def test_what_the_bot_sends_arrives_on_the_phone(lab: Any, method: str, body: Any, kind: str) -> None:
    chat_id = (await write(lab))["chat_id"]
    result = (await call(lab, method, {"chat_id": chat_id, **body}))["result"]
    assert isinstance(result["date"], int)
    (message,) = await lab.see(f"messages?channel=bot&phone={PHONE}")
    assert (message["message_id"], message["state"]) == (result["message_id"], "delivered")
    assert (message["content"]["kind"], message["content"]["chat_id"]) == (kind, chat_id)
    assert message["user_id"] != chat_id
    assert await rules(lab) == []
    assert lab.receiver.got == []  # the Official Account's webhook hears nothing of bots


async def test_parameters_may_come_as_a_form_or_in_the_query(lab: Any) -> None:
    chat_id = (await write(lab))["chat_id"]
    form = {"chat_id": chat_id, "text": "theo mẫu"}
    for how in ({"data": form}, {"params": form}):
        assert (await lab.ask("POST", f"/bot{TOKEN}/sendMessage", **how))[0] == 200
    assert [each["text"] for each in await lab.see("messages?channel=bot")] == ["theo mẫu"] * 2


async def test_typing_has_no_result_and_shows_nothing(lab: Any) -> None:
    chat_id = (await write(lab))["chat_id"]
    assert await call(lab, "sendChatAction", {"chat_id": chat_id, "action": "typing"}) == {"ok": True}
    assert await lab.see("messages?channel=bot") == []


@pytest.mark.provokes_violations
@pytest.mark.parametrize(
    ("method", "body", "code"),
    [
        ("sendMessage", {"text": ""}, 400),
        ("sendMessage", {"text": " "}, 400),
        ("sendMessage", {"text": 5}, 400),
        ("sendMessage", {}, 400),
        ("sendMessage", {"text": "x" * 2001}, 400),
        ("sendMessage", {"text": "x", "parse_mode": "telegram"}, 400),
        ("sendMessage", {"text": "x", "chat_id": ""}, 400),
        ("sendMessage", {"text": "x", "chat_id": "6ede9afa66b88fe6d6a9"}, 404),
        ("sendPhoto", {"photo": "khong-phai-dia-chi"}, 400),
        ("sendPhoto", {"photo": "https://x.vn/a.png", "caption": "x" * 2001}, 400),
        ("sendSticker", {"sticker": ""}, 400),
        ("sendChatAction", {"action": "upload_photo"}, 400),
        ("sendVoice", {"voice_url": "https://x.vn/a.aac"}, 404),
        ("sendDocument", {}, 404),
        ("sendmessage", {"text": "x"}, 404),
        ("getUpdates", {"timeout": "lâu"}, 400),
        ("setWebhook", {"url": "http://x.vn/hook", "secret_token": "12345678"}, 400),
        ("setWebhook", {"url": "khong", "secret_token": "12345678"}, 400),
        ("setWebhook", {"url": "https://x.vn/hook"}, 400),
        ("setWebhook", {"url": "https://x.vn/hook", "secret_token": "1234567"}, 400),
        ("setWebhook", {"url": "https://x.vn/hook", "secret_token": "x" * 257}, 400),
        ("setWebhook", {"url": "https://x.vn/hook", "secret_token": "bí mật của tôi"}, 400),
    ],
)
async def test_a_broken_rule_has_its_code_and_is_listed_without_the_token(
    lab: Any, method: str, body: Any, code: int
) -> None:
    chat_id = (await write(lab))["chat_id"]
    await refused(lab, method, {"chat_id": chat_id, **body}, code)
    violation = (await lab.see("violations"))[-1]
    assert violation["code"] == code
    assert violation["path"] == f"/bot…/{method}"


@pytest.mark.provokes_violations("token")
async def test_a_wrong_token_is_unauthorized(lab: Any) -> None:
    assert (await call(lab, "getMe", token="1:no", status=401))["description"] == "Unauthorized"
    assert await rules(lab) == ["token"]


@pytest.mark.provokes_violations("body")
async def test_a_body_that_is_no_json_is_a_bad_request(lab: Any) -> None:
    for raw in (b"{", b"[]", b'{"text": "\\ud800"}'):
        status, said = await lab.ask(
            "POST", f"/bot{TOKEN}/getMe", data=raw, headers={"Content-Type": "application/json"}
        )
        assert (status, said["error_code"]) == (400, 400)


@pytest.mark.provokes_violations("token")
async def test_the_http_status_of_errors_is_a_setting(make_lab: Any) -> None:
    lab = await make_lab(bot_error_status=False)
    assert (await call(lab, "getMe", token="1:no"))["error_code"] == 401


async def test_the_plan_ends_with_its_people_and_its_month(make_lab: Any) -> None:
    lab = await make_lab(bot_users=1, bot_monthly_messages=2)
    await lab.control("clock", {"now": "2026-03-31T23:00:00+07:00"})
    first, second = [(await write(lab, phone=phone))["chat_id"] for phone in ("0905123456", "0905123457")]
    await refused(lab, "sendMessage", {"chat_id": second, "text": "x"}, 429)
    for _ in range(2):
        await call(lab, "sendMessage", {"chat_id": first, "text": "x"})
    await refused(lab, "sendMessage", {"chat_id": first, "text": "x"}, 429)
    await lab.control("clock", {"advance_seconds": 3600})
    await call(lab, "sendMessage", {"chat_id": first, "text": "x"})
    assert await rules(lab) == []  # quotas are ordinary life


async def test_the_webhook_carries_the_secret_and_the_documented_envelope(make_lab: Any) -> None:
    lab = await make_lab(webhook=False)
    said = await call(lab, "setWebhook", {"url": lab.receiver.url, "secret_token": "bi-mat-cua-toi"})
    assert said["result"]["url"] == lab.receiver.url
    assert isinstance(said["result"]["updated_at"], int)
    assert (await call(lab, "getWebhookInfo"))["result"] == said["result"]
    sent = await write(lab)
    headers, body = await arrived(lab)
    assert headers["x-bot-api-secret-token"] == "bi-mat-cua-toi"
    assert body["ok"] is True
    assert body["result"]["message"]["message_id"] == sent["message_id"]
    await refused(lab, "getUpdates", {"timeout": 0}, 408)  # polling is silent beside a webhook
    assert (await call(lab, "deleteWebhook"))["result"]["url"] == ""
    later = await write(lab)
    assert (await call(lab, "getUpdates", {"timeout": 1}))["result"]["message"]["message_id"] == later["message_id"]


async def arrived(lab: Any) -> tuple[dict[str, str], Any]:
    deadline = time.monotonic() + 5
    while not lab.receiver.got:
        assert time.monotonic() < deadline, "nothing came"
        await asyncio.sleep(0.005)
    headers, _, body = lab.receiver.got.pop(0)
    return headers, body


async def test_the_webhook_may_get_the_update_at_top_level(make_lab: Any) -> None:
    lab = await make_lab(webhook=False, bot_webhook_wrapped=False)
    await write(lab)  # waits, and goes to the webhook once there is one
    await lab.control("webhook", {"platform": "bot", "url": lab.receiver.url})
    headers, body = await arrived(lab)
    assert body["event_name"] == "message.text.received"
    assert headers["x-bot-api-secret-token"] == GIVEN["bot_secret_token"]


async def test_an_update_that_nobody_takes_is_lost_unless_repeats_are_set(make_lab: Any) -> None:
    for delays, calls in (((), 1), ((0.01, 0.01), 3)):
        lab = await make_lab(webhook=False, bot_webhook_retry_delays_seconds=delays)
        lab.receiver.got.clear()
        lab.receiver.default = 500
        await lab.control("webhook", {"platform": "bot", "url": lab.receiver.url})
        await write(lab)
        await dropped(lab)
        assert len(lab.receiver.got) == calls


async def dropped(lab: Any) -> None:
    deadline = time.monotonic() + 5
    while not (await lab.see("webhook"))["platforms"]["bot"]["dropped"]:
        assert time.monotonic() < deadline, "it was not given up"
        await asyncio.sleep(0.01)


async def test_a_fresh_bot_has_no_webhook_info(make_lab: Any) -> None:
    await refused(await make_lab(), "getWebhookInfo", {}, 404)
    other = await make_lab(bot_fresh_webhook_info_404=False)
    assert (await call(other, "getWebhookInfo"))["result"]["url"] == ""


@pytest.mark.provokes_violations("url")
async def test_http_for_this_machine_is_a_setting(make_lab: Any) -> None:
    lab = await make_lab(bot_allow_http_loopback=False)
    await refused(lab, "setWebhook", {"url": lab.receiver.url, "secret_token": "12345678"}, 400)


async def test_a_webhook_can_be_tried(make_lab: Any) -> None:
    lab = await make_lab(webhook=False, bot_webhook_verification=True)
    await refused(lab, "testWebhook", {}, 404)
    said = await call(lab, "setWebhook", {"url": lab.receiver.url, "secret_token": "12345678"})
    assert said["result"]["verification"] == {"ok": True, "outcome": "SUCCESS"}
    tried = (await call(lab, "testWebhook"))["result"]
    assert tried["status"] == 200
    assert tried["latency"] >= 0
    gone = await call(lab, "setWebhook", {"url": "http://127.0.0.1:9/", "secret_token": "12345678"})
    assert gone["result"]["verification"] == {"ok": False, "outcome": "UNREACHABLE"}


@pytest.mark.provokes_violations("method", "unknown_field")
async def test_methods_of_one_source_are_settings(make_lab: Any) -> None:
    lab = await make_lab(bot_send_voice=True, bot_test_webhook=False, bot_rich_text=False)
    chat_id = (await write(lab))["chat_id"]
    await call(lab, "sendVoice", {"chat_id": chat_id, "voice_url": "https://x.vn/a.aac"})
    await lab.control("webhook", {"platform": "bot", "url": lab.receiver.url})
    await refused(lab, "testWebhook", {}, 404)
    await call(lab, "sendMessage", {"chat_id": chat_id, "text": "x", "parse_mode": "html"})
    assert (await rules(lab))[-1] == "unknown_field"


async def test_a_chat_is_told_by_its_phone(lab: Any) -> None:
    before = await lab.see(f"bot/{PHONE}")
    assert before["open"] is False
    await write(lab)
    assert await lab.see(f"bot/{PHONE}") == {**before, "open": True}


async def test_a_phone_that_is_offline_gets_the_message_later(lab: Any) -> None:
    chat_id = (await write(lab))["chat_id"]
    await lab.control(f"phones/{PHONE}/state", {"online": False})
    await call(lab, "sendMessage", {"chat_id": chat_id, "text": "x"})
    assert (await lab.see("messages?channel=bot"))[0]["state"] == "sent"
    await lab.control(f"phones/{PHONE}/state", {"online": True})
    assert (await lab.see("messages?channel=bot"))[0]["state"] == "delivered"
    await lab.control(f"phones/{PHONE}/state", {"zalo": False})
    await refused(lab, "sendMessage", {"chat_id": chat_id, "text": "x"}, 404)


@pytest.mark.parametrize("code", [400, 401, 403, 404, 408, 429])
async def test_every_code_can_be_ordered(lab: Any, code: int) -> None:
    await lab.control("faults", {"path": "/bot", "mode": f"error:{code}", "times": 1})
    await refused(lab, "getMe", {}, code)
    await call(lab, "getMe")


async def test_the_bot_survives_in_the_state_file(make_lab: Any, tmp_path: Any) -> None:
    file = tmp_path / "emulator.json"
    lab = await make_lab(state_file=file)
    chat_id = (await write(lab))["chat_id"]
    sent = (await call(lab, "sendMessage", {"chat_id": chat_id, "text": "x"}))["result"]
    deadline = time.monotonic() + 10
    while sent["message_id"] not in file.read_text():
        assert time.monotonic() < deadline, "it was not saved"
        await asyncio.sleep(0.02)
    other = await make_lab(state_file=file)
    assert (await call(other, "getUpdates", {"timeout": 1}))["result"]["message"]["chat"]["id"] == chat_id
    await call(other, "sendMessage", {"chat_id": chat_id, "text": "y"})
