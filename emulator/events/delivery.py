"""Receipts: a message reached the phone, a message was looked at (docs: zalo 7.4 "Delivery state", "ZNS")."""

from typing import Any

from emulator.events.envelope import Event, account_to
from emulator.messages import Message


def received(message: Message, now_ms: int) -> Event:
    """`user_received_message`: for a template the recipient is the phone, or its hash if it was sent to that."""
    content: dict[str, Any] = {"msg_id": message.message_id}
    if message.channel == "template":
        content |= {"tracking_id": message.tracking_id or "", "delivery_time": str(message.delivered_ms)}
    return account_to(_recipient(message), "user_received_message", content, now_ms)


def seen(messages: list[Message], now_ms: int) -> Event:
    """`user_seen_message` for messages of one person and one channel, at least one."""
    content = {"msg_ids": [message.message_id for message in messages]}
    return account_to(_recipient(messages[0]), "user_seen_message", content, now_ms)


def _recipient(message: Message) -> str:
    if message.channel != "template":
        return message.user_id
    return str(message.shown.get("recipient") or message.phone)
