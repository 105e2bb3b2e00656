"""Messages of the Bot Platform: to people as the bot's parameters, from them as updates (docs: zalo 8)."""

from typing import Any


def read(direction: str, _template_id: str | None, request: dict[str, Any]) -> dict[str, Any]:
    """Text, photo, sticker or recording of a message."""
    return _read_update(request.get("message", {})) if direction == "out" else _read_params(request)


def _read_params(params: dict[str, Any]) -> dict[str, Any]:
    content: dict[str, Any] = {"kind": "text", "text": str(params.get("text", ""))}
    if "photo" in params:
        content = {"kind": "image", "text": str(params.get("caption") or ""), "image_url": params["photo"]}
    elif "sticker" in params:
        content = {"kind": "sticker", "text": ""}
    elif "voice_url" in params:
        content = {"kind": "audio", "text": "", "link_url": params["voice_url"]}
    if params.get("reply_to_message_id"):
        content["quote"] = str(params["reply_to_message_id"])
    return content


def _read_update(message: dict[str, Any]) -> dict[str, Any]:
    if "photo_url" in message:
        return {"kind": "image", "text": message.get("caption", ""), "image_url": message["photo_url"]}
    if "sticker" in message:
        return {"kind": "sticker", "text": "", "image_url": message["url"]}
    return {"kind": "text" if "text" in message else "other", "text": message.get("text", "")}
