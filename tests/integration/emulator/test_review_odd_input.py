"""Odd shapes in every corner: each is refused in the platform's words, nothing falls over, all that came is told."""

import json
from typing import Any

import pytest

from tests.integration.emulator.conftest import GIVEN

UID_CARD = {"template_type": "transaction_order", "elements": [{"type": "text", "content": "x"}]}
BOT = "/bot" + GIVEN["bot_token"]


async def post(lab: Any, path: str, body: Any) -> tuple[int, Any]:
    headers = {"access_token": lab.token}
    status, said = await lab.ask("POST", path, json=body, headers=headers)
    return status, said


@pytest.mark.provokes_violations
async def test_lists_where_words_belong_are_refused(make_lab: Any) -> None:
    lab = await make_lab(journey=True, discontinue_by_uid=False)
    user_id = (await lab.control("phones", {"phone": "0905123456", "follows": True}))["user_id"]
    await lab.control("bot/0905123456/send", {"text": "x"})
    chat_id = (await lab.see("bot/0905123456"))["chat_id"]
    cards = [
        {**UID_CARD, "template_type": [[]]},
        {**UID_CARD, "language": []},
        {**UID_CARD, "elements": [{"type": "table", "content": [{"key": "a", "value": "b", "style": {}}]}]},
    ]
    for card in cards:
        body = {"recipient": {"user_id": user_id}, "message": {"attachment": {"type": "template", "payload": card}}}
        status, said = await post(lab, "/v3.0/oa/message/transaction", body)
        assert status == 200
        assert said["error"] in {-201, -233}
    status, said = await post(lab, "/journey/get-token", {"phone": "84905123456", "token_type": []})
    assert (status, said["error"]) == (200, -132)
    status, said = await post(lab, BOT + "/sendMessage", {"chat_id": chat_id, "text": "x", "parse_mode": []})
    assert (status, said["error_code"]) == (400, 400)
    await lab.control("phones/0905123456/send", {"button": {"type": [], "payload": "x"}}, status=400)
    await lab.control("settings", {"daily_quota": 10**400}, status=400)


async def test_an_event_of_any_shape_passes_the_filter_for_hash_texts(make_lab: Any) -> None:
    lab = await make_lab(only_hash_text=True)
    for message in ([1], 7, {"text": "#a"}, {"text": 1}):
        said = await lab.control("events", {"event_name": "user_send_text", "raw": {"message": message}})
        assert said["sent"] == (message == {"text": "#a"})


@pytest.mark.provokes_violations
@pytest.mark.parametrize("odd", ["NaN", "1e999", '"\\ud800"', "[" * 100 + "]" * 100])
async def test_what_is_no_json_reaches_nobody(lab: Any, odd: str) -> None:
    user_id = (await lab.control("phones", {"phone": "0905123456", "follows": True}))["user_id"]
    written = {"recipient": {"user_id": user_id}, "message": {"text": "x"}, "odd": "ODD"}
    raw = json.dumps(written).replace('"ODD"', odd)
    headers = {"access_token": lab.token, "Content-Type": "application/json"}
    assert (await lab.platform("POST", "/v3.0/oa/message/cs", data=raw, headers=headers))["error"] == -201
    assert (await lab.platform("POST", "/message/template", data=raw, headers=headers))["error"] == -122
    assert await lab.see("messages") == []
    requests = (await lab.see("requests"))["requests"]
    assert [exchange["error"] for exchange in requests] == [-201, -122]


@pytest.mark.provokes_violations
async def test_odd_bytes_in_a_header_are_told_without_a_stumble(lab: Any) -> None:
    odd = b"\xff\xfe".decode("utf-8", "surrogateescape")
    said = await lab.platform("GET", "/v2.0/oa/getoa", headers={"access_token": "x", "X-Odd": odd})
    assert said["error"] == -216
    assert len((await lab.see("requests"))["requests"]) == 1


async def test_a_broadcast_reaches_whoever_follows(lab: Any) -> None:
    await lab.control("clock", {"now": "2026-03-02T10:00:00+07:00"})
    await lab.control("phones/0905123456/state", {"follows": True})
    await lab.control("phones/0905123457/send", {"text": "follows nobody"})
    article = {
        "type": "normal",
        "title": "Lịch làm việc",
        "author": "UBND",
        "description": "Tết",
        "cover": {"cover_type": "photo", "photo_url": "https://dvc.example.vn/a.png"},
        "body": [{"type": "text", "content": "Nghỉ"}],
        "status": "show",
    }
    token = (await lab.platform("POST", "/v2.0/article/create", json=article))["data"]["token"]
    await lab.control("clock", {"advance_seconds": 5})
    article_id = (await lab.platform("POST", "/v2.0/article/verify", json={"token": token}))["data"]["id"]
    element = {"media_type": "article", "attachment_id": article_id}
    payload = {"template_type": "media", "elements": [element]}
    message = {"attachment": {"type": "template", "payload": payload}}
    body = {"recipient": {"target": {"gender": 0}}, "message": message}
    assert (await lab.platform("POST", "/v2.0/oa/message", json=body))["error"] == 0
    assert [each["phone"] for each in await lab.see("messages")] == ["84905123456"]
