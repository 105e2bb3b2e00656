"""Consultation messages, and what citizens send (docs: zalo 4.2, 7.4)."""

from typing import Any

from emulator.contents import template


def read(direction: str, template_id: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """Text, media and buttons of a message."""
    if template_id is not None:
        return template.read(direction, template_id, request)
    message = request.get("message", {})
    content: dict[str, Any] = {"kind": "text", "text": str(message.get("text", ""))}
    buttons = message.get("attachment", {}).get("payload", {}).get("buttons")
    if buttons:
        content["buttons"] = buttons
    for attachment in message.get("attachments", []):
        content["kind"] = attachment["type"]
        if attachment["type"] in {"image", "sticker"}:
            content["image_url"] = attachment["payload"]["url"]
        if attachment["type"] == "location":
            content["location"] = attachment["payload"]["coordinates"]
    return content
