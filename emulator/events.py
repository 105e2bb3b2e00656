"""The events the platform sends, as dictionaries with its own names (docs: zalo 7.3, 7.4). Pure."""

from typing import Any

from emulator.credentials import APP_ID, OA_ID
from emulator.messages import Message
from emulator.phones import Phone

Event = dict[str, Any]


def from_user(event_name: str, phone: Phone, message: dict[str, Any], now_ms: int) -> Event:
    """`user_send_…`: the citizen is the sender, the account the recipient."""
    return {
        "app_id": APP_ID,
        "user_id_by_app": phone.user_id_by_app,
        "event_name": event_name,
        "timestamp": str(now_ms),
        "sender": {"id": phone.user_id},
        "recipient": {"id": OA_ID},
        "message": message,
    }


def relationship(event_name: str, phone: Phone, now_ms: int) -> Event:
    """`follow` and `unfollow`: no sender and recipient, but `oa_id` and `follower`."""
    return {
        "app_id": APP_ID,
        "oa_id": OA_ID,
        "user_id_by_app": phone.user_id_by_app,
        "event_name": event_name,
        "source": "oa_profile",
        "timestamp": str(now_ms),
        "follower": {"id": phone.user_id},
    }


def received(message: Message, now_ms: int) -> Event:
    """`user_received_message`: for a template the recipient is the phone number, with tracking id and time."""
    content: dict[str, Any] = {"msg_id": message.message_id}
    if message.channel == "template":
        content |= {"tracking_id": message.tracking_id or "", "delivery_time": str(message.delivered_ms)}
    return _to_recipient("user_received_message", message, content, now_ms)


def seen(messages: list[Message], now_ms: int) -> Event:
    """`user_seen_message` for messages of one person and one channel, at least one."""
    content = {"msg_ids": [message.message_id for message in messages]}
    return _to_recipient("user_seen_message", messages[0], content, now_ms)


def oa_echo(event_name: str, message: Message, content: dict[str, Any], now_ms: int) -> Event:
    """`oa_send_…`: the account's own message comes back."""
    return _to_recipient(event_name, message, {"msg_id": message.message_id, **content}, now_ms)


def feedback(message: Message, rate: int, note: str, feedbacks: list[str], now_ms: int) -> Event:
    """`user_feedback` on a template message: `rate` from 1 to 5."""
    return {
        "event_name": "user_feedback",
        "app_id": APP_ID,
        "oa_id": OA_ID,
        "timestamp": str(now_ms),
        "message": {
            "note": note,
            "rate": rate,
            "submit_time": str(now_ms),
            "msg_id": message.message_id,
            "feedbacks": feedbacks,
            "tracking_id": message.tracking_id or "",
        },
    }


def _to_recipient(event_name: str, message: Message, content: dict[str, Any], now_ms: int) -> Event:
    # The account is seen as the sender of receipts (docs: zalo 7.3).
    return {
        "event_name": event_name,
        "app_id": APP_ID,
        "timestamp": str(now_ms),
        "sender": {"id": OA_ID},
        "recipient": {"id": message.phone if message.channel == "template" else message.user_id},
        "message": content,
    }
