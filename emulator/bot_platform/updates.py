"""Updates: what the bot hears when somebody writes to it (docs: zalo 8.3)."""

from typing import Any

from emulator.config import EmulatorConfig
from emulator.phones import Phone

Update = dict[str, Any]


def make_update(
    event_name: str, content: dict[str, Any], *, phone: Phone, chat_id: str, message_id: str, now_ms: int
) -> Update:
    """An update in its newest shape. `content` is what the kind of message adds, such as `text`."""
    return {
        "event_name": event_name,
        "message": {
            "message_id": message_id,
            "date": now_ms,
            **content,
            "chat": {"id": chat_id, "chat_type": "PRIVATE"},
            "from": {"id": chat_id, "display_name": phone.name, "is_bot": False},
        },
    }


def write_update(update: Update, config: EmulatorConfig) -> Update:
    """The update as this emulator is set to tell it: older samples omit `event_name` and say `first_name`."""
    message = update["message"]
    if config.bot_first_name:
        sender = dict(message["from"])
        sender["first_name"] = sender.pop("display_name")
        message = {**message, "from": sender}
    return {"event_name": update["event_name"], "message": message} if config.bot_event_names else {"message": message}
