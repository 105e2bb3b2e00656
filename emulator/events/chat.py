"""Messages in both directions, with a citizen or with an anonymous visitor, and reactions (docs: zalo 7.4)."""

from typing import Any

from emulator.credentials import APP_ID, OA_ID
from emulator.events.envelope import Event, account_to, user_to_account
from emulator.messages import Message
from emulator.phones import Phone


def from_user(event_name: str, phone: Phone, message: dict[str, Any], now_ms: int) -> Event:
    """`user_send_…`: the citizen is the sender, the account the recipient."""
    return user_to_account(event_name, phone, {"message": message}, now_ms)


def oa_echo(event_name: str, message: Message, content: dict[str, Any], now_ms: int) -> Event:
    """`oa_send_…`: the account's own message comes back."""
    recipient = message.phone if message.channel == "template" else message.user_id
    return account_to(recipient, event_name, {"msg_id": message.message_id, **content}, now_ms)


def admin_echo(message: Message, text: str, admin_id: str, now_ms: int) -> Event:
    """`oa_send_text` of an admin who typed in the chat tool: `sender.admin_id` tells (docs: zalo 7.3)."""
    event = oa_echo("oa_send_text", message, {"text": text}, now_ms)
    event["sender"]["admin_id"] = admin_id
    return event


def user_reacted(phone: Phone, message_id: str, icon: str, now_ms: int) -> Event:
    """`user_reacted_message`: `message: {msg_id, react_icon}`."""
    return from_user("user_reacted_message", phone, {"msg_id": message_id, "react_icon": icon}, now_ms)


def oa_reacted(user_id: str, message_id: str, icon: str, now_ms: int) -> Event:
    """`oa_reacted_message`: the account's own reaction comes back."""
    return account_to(user_id, "oa_reacted_message", {"msg_id": message_id, "react_icon": icon}, now_ms)


def from_visitor(event_name: str, anonymous_id: str, message: dict[str, Any], now_ms: int) -> Event:
    """`anonymous_send_…`: the sender is the anonymous id; `message` holds `conversation_id`."""
    return {
        "app_id": APP_ID,
        "event_name": event_name,
        "timestamp": str(now_ms),
        "sender": {"id": anonymous_id},
        "recipient": {"id": OA_ID},
        "message": message,
    }


def to_visitor(event_name: str, anonymous_id: str, message: dict[str, Any], now_ms: int) -> Event:
    """`oa_send_anonymous_…`: the account's message to a visitor comes back, with its `conversation_id`."""
    return account_to(anonymous_id, event_name, message, now_ms)
