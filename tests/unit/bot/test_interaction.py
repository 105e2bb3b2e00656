"""Which events open the window for consultation messages."""

import json
from typing import Any

import pytest

from bot.interaction import opens_window
from bot.reading import read_update
from channels.zalo.webhook import parse_verified

IDS = {"sender": {"id": "246845883529197922"}, "recipient": {"id": "388613280878808645"}, "timestamp": "1767225600000"}


def _opens(event_name: str, **more: Any) -> bool:
    (event,) = parse_verified({}, json.dumps({"event_name": event_name, "app_id": "1", **IDS, **more}).encode())
    update = read_update(event)
    return update is not None and opens_window(update)


@pytest.mark.parametrize("event_name", ["user_send_text", "user_send_sticker", "user_send_image", "user_send_new_kind"])
def test_whatever_a_person_sends_opens_it(event_name: str) -> None:
    assert _opens(event_name, message={"msg_id": "m", "text": "Xin chào"})


def test_a_follow_and_the_message_button_open_it() -> None:
    assert _opens("follow", follower={"id": "246845883529197922"})
    assert _opens("user_click_chatnow", user_id="246845883529197922", oa_id="388613280878808645")


@pytest.mark.parametrize("event_name", [
    "unfollow", "user_withdraw", "user_submit_info", "user_reacted_message", "user_received_message",
    "user_seen_message", "user_feedback", "oa_send_text", "a_new_name",
])  # fmt: skip
def test_nothing_else_does(event_name: str) -> None:
    assert not _opens(event_name, message={"msg_id": "m"}, follower={"id": "246845883529197922"})
