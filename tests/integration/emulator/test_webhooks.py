import asyncio
import hashlib
from typing import Any

import pytest

from emulator import credentials

GIVEN = credentials()


async def type_text(lab: Any, text: str = "hồ sơ của tôi") -> Any:
    return await lab.control("phones/0905123456/send", {"text": text})


async def test_an_event_carries_the_documented_signature_and_envelope(lab: Any) -> None:
    said = await type_text(lab)
    await lab.receiver.wait("user_send_text")
    headers, raw, event = lab.receiver.got[0]
    signed = GIVEN["app_id"].encode() + raw + event["timestamp"].encode() + GIVEN["oa_secret_key"].encode()
    assert headers["x-zevent-signature"] == "mac=" + hashlib.sha256(signed).hexdigest()
    assert headers["content-type"].startswith("application/json")
    assert "num_retry" not in headers
    user = (await lab.control("phones", {"phone": "0905123456"}))["user_id"]
    assert event == {
        "app_id": GIVEN["app_id"],
        "user_id_by_app": event["user_id_by_app"],
        "event_name": "user_send_text",
        "timestamp": event["timestamp"],
        "sender": {"id": user},
        "recipient": {"id": GIVEN["oa_id"]},
        "message": {"msg_id": said["msg_id"], "text": "hồ sơ của tôi"},
    }
    assert event["timestamp"].isdecimal()


async def test_template_events_carry_the_extra_header(lab: Any) -> None:
    await lab.send()
    await lab.receiver.wait("user_received_message")
    assert lab.receiver.got[0][0]["x-zevent-server"] == "ZNS"


@pytest.mark.parametrize(
    ("body", "name", "kind"),
    [
        ({"image_url": "https://x.example.vn/a.jpg", "text": "Biên nhận"}, "user_send_image", "image"),
        ({"location": {"latitude": 16.06, "longitude": "108.22"}}, "user_send_location", "location"),
        ({"sticker": "42"}, "user_send_sticker", "sticker"),
    ],
)
async def test_a_photo_a_place_and_a_sticker_have_their_shapes(lab: Any, body: Any, name: str, kind: str) -> None:
    await lab.control("phones/0905123456/send", body)
    (event,) = await lab.receiver.wait(name)
    attachment = event["message"]["attachments"][0]
    assert attachment["type"] == kind
    if kind == "location":
        assert attachment["payload"] == {"coordinates": {"latitude": "16.06", "longitude": "108.22"}}
    if kind == "image":
        assert event["message"]["text"] == "Biên nhận"


async def test_a_photo_from_disk_can_be_fetched_by_its_address(lab: Any) -> None:
    dot = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    await lab.control("phones/0905123456/send", {"image_base64": dot})
    (event,) = await lab.receiver.wait("user_send_image")
    async with lab.session.get(event["message"]["attachments"][0]["payload"]["url"]) as photo:
        assert photo.content_type == "image/png"
    for bad in ("x", "AAAA", 5):
        await lab.control("phones/0905123456/send", {"image_base64": bad}, status=400)


async def test_reading_and_rating_tell_the_webhook(lab: Any) -> None:
    message_id = (await lab.send())["data"]["msg_id"]
    await lab.receiver.wait("user_received_message")
    await lab.control("phones/0905123456/send", {"read": True})
    (seen,) = await lab.receiver.wait("user_seen_message")
    assert seen["message"] == {"msg_ids": [message_id]}
    await lab.control("phones/0905123456/send", {"feedback": {"rate": 4, "note": "Nhanh"}})
    (rated,) = await lab.receiver.wait("user_feedback")
    assert rated["message"]["rate"] == 4
    assert rated["message"]["tracking_id"] == "n-1"
    assert (await lab.see("messages"))[0]["state"] == "read"


async def test_messages_are_read_by_themselves_when_set_so(make_lab: Any) -> None:
    lab = await make_lab(read_delay_seconds=0.0)
    await lab.send()
    await lab.receiver.wait("user_seen_message")


async def test_without_an_address_events_wait(make_lab: Any) -> None:
    lab = await make_lab(webhook=False)
    await type_text(lab, "1")
    await type_text(lab, "2")
    assert (await lab.see("webhook"))["waiting"] == 2
    await lab.control("webhook", {"url": lab.receiver.url, "platform": "oa"})
    events = await lab.receiver.wait("user_send_text", 2)
    assert {event["message"]["text"] for event in events} == {"1", "2"}


async def test_an_event_is_repeated_with_num_retry_and_the_same_bytes(make_lab: Any) -> None:
    lab = await make_lab(webhook_retry_delays_seconds=(0.01, 0.01))
    lab.receiver.answers = [503, 500]
    await type_text(lab)
    await lab.receiver.wait("user_send_text", 3)
    assert [headers.get("num_retry") for headers, _, _ in lab.receiver.got] == [None, "1", "2"]
    assert len({(raw, headers["x-zevent-signature"]) for headers, raw, _ in lab.receiver.got}) == 1


@pytest.mark.provokes_violations
async def test_repeats_follow_the_clock_and_end_in_a_cancelled_subscription(lab: Any) -> None:
    lab.receiver.default = 500
    await type_text(lab)
    await lab.receiver.wait("user_send_text", 1)
    for attempt, delay_seconds in enumerate((30, 300, 900, 1800, 3600), start=2):
        while (await lab.see("webhook"))["failed_attempts"] < attempt - 1:
            await asyncio.sleep(0.005)
        await lab.control("clock", {"advance_seconds": delay_seconds})
        await lab.receiver.wait("user_send_text", attempt)
    while (await lab.see("webhook"))["subscribed"]:
        await asyncio.sleep(0.005)
    assert [each["rule"] for each in await lab.see("violations")] == ["webhook_cancelled"]
    lab.receiver.default = 200
    await type_text(lab, "lost")
    await lab.control("webhook", {"url": lab.receiver.url})
    await type_text(lab, "heard")
    events = await lab.receiver.wait("user_send_text", 7)
    assert [event["message"]["text"] for event in events[6:]] == ["heard"]


async def test_an_address_where_nobody_listens_is_tried_again(make_lab: Any) -> None:
    lab = await make_lab(webhook=False, webhook_retry_delays_seconds=(0.01,) * 100)
    await lab.control("webhook", {"url": "http://127.0.0.1:9/hook"})
    await type_text(lab)
    while (await lab.see("webhook"))["failed_attempts"] < 2:
        await asyncio.sleep(0.005)
    await lab.control("webhook", {"url": lab.receiver.url})
    await lab.receiver.wait("user_send_text")


async def test_a_thousand_receipts_come_through_with_few_connections(make_lab: Any) -> None:
    lab = await make_lab(webhook_concurrency=8)
    for start in range(0, 1000, 50):
        sends = (lab.send(f"8490{number:07d}", tracking_id=f"n-{number}") for number in range(start, start + 50))
        await asyncio.gather(*sends)
    events = await lab.receiver.wait("user_received_message", 1000)
    assert len({event["message"]["tracking_id"] for event in events}) == 1000
    assert len(events) == 1000
