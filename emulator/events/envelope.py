"""The few envelopes that every event comes in (docs: zalo 7.3): who sends, who receives, or whose account it is."""

from typing import Any

from emulator.credentials import APP_ID, OA_ID
from emulator.phones import Phone

Event = dict[str, Any]
Fields = dict[str, Any]


def user_to_account(event_name: str, phone: Phone, content: Fields, now_ms: int) -> Event:
    """The citizen is the sender, the account the recipient; `content` is the rest, such as `message` or `info`."""
    return {
        "app_id": APP_ID,
        "user_id_by_app": phone.user_id_by_app,
        "event_name": event_name,
        "timestamp": str(now_ms),
        "sender": {"id": phone.user_id},
        "recipient": {"id": OA_ID},
        **content,
    }


def account_to(recipient_id: str, event_name: str, message: Fields, now_ms: int) -> Event:
    """The account is the sender: its own messages, and receipts too (docs: zalo 7.3)."""
    return {
        "event_name": event_name,
        "app_id": APP_ID,
        "timestamp": str(now_ms),
        "sender": {"id": OA_ID},
        "recipient": {"id": recipient_id},
        "message": message,
    }


def of_account(event_name: str, fields: Fields, now_ms: int, *, id_name: str = "oa_id") -> Event:
    """No sender and recipient, but the account's id: relationship, tags, groups, management."""
    return {id_name: OA_ID, "app_id": APP_ID, "event_name": event_name, "timestamp": str(now_ms), **fields}


def of_user(event_name: str, phone: Phone, fields: Fields, now_ms: int) -> Event:
    """As `of_account`, with the citizen's two ids."""
    ids = {"user_id": phone.user_id, "user_id_by_app": phone.user_id_by_app}
    return of_account(event_name, {**ids, **fields}, now_ms)
