"""What the platform refuses in a consultation message, as pure checks on the body (docs: zalo 4.2, 4.8)."""

import json
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.config import EmulatorConfig
from emulator.errors import Refused
from emulator.phones import Phone

MAX_TEXT_CHARS = 2000  # docs: zalo 4.2
MAX_BUTTONS = 5
MAX_BUTTON_TITLE_CHARS = 100
MAX_QUERY_PAYLOAD_CHARS = 1000
MAX_SMS_CONTENT_CHARS = 160
FREE_WINDOW_MS = 48 * 3600 * 1000  # docs: zalo 4.7
WINDOW_MS = 7 * 24 * 3600 * 1000


@dataclass(frozen=True, slots=True)
class ConsultationMessage:
    """A message that passed: plain text, with up to five buttons as they came."""

    user_id: str
    text: str
    buttons: tuple[dict[str, Any], ...]


def check_consultation(raw: bytes) -> ConsultationMessage:
    """A text message from its raw body. Raises Refused: -201, -210, or -233 for a kind not emulated yet."""
    body = parse_object(raw)
    recipient, message = body.get("recipient"), body.get("message")
    user_id = recipient.get("user_id") if isinstance(recipient, dict) else None
    if not isinstance(user_id, str) or not user_id:
        raise Refused(-201, rule="recipient", detail="recipient.user_id must be a string")
    if not isinstance(message, dict):
        raise Refused(-201, rule="message", detail="message must be an object")
    buttons = _check_attachment(message.get("attachment"))
    return ConsultationMessage(user_id, _check_text(message.get("text")), buttons)


def parse_object(raw: bytes) -> dict[str, Any]:
    """The JSON object in a body or in the query parameter `data`. Raises Refused(-201)."""
    try:
        body = json.loads(raw.decode())  # UTF-8 and nothing else
        json.dumps(body, ensure_ascii=False).encode()  # lone surrogates are no text
    except (ValueError, RecursionError) as error:
        raise Refused(-201, rule="body", detail="this is not JSON") from error
    if not isinstance(body, dict):
        raise Refused(-201, rule="body", detail="this is not a JSON object")
    return body


def check_window(phone: Phone, now_ms: int) -> bool:
    """Whether the free 48 hours are open (docs: zalo 4.7). Raises Refused: -232 never spoke, -230 seven days ago."""
    if not phone.last_interaction_ms:
        raise Refused(-232)
    age_ms = now_ms - phone.last_interaction_ms
    if age_ms > WINDOW_MS:
        raise Refused(-230)
    return age_ms <= FREE_WINDOW_MS


def charge(phone: Phone, is_free_window: bool, package_left: int, config: EmulatorConfig) -> dict[str, Any]:
    """The `quota` object after taking this message; its type tells who paid (docs: zalo 4.3). Raises Refused(-211)."""
    if is_free_window and phone.free_replies_used < config.free_replies_per_window:
        phone.free_replies_used += 1
        left = config.free_replies_per_window - phone.free_replies_used
        return {"quota_type": "reply", "remain": str(left), "total": str(config.free_replies_per_window)}
    if package_left <= 0:
        raise Refused(-211)
    return {"quota_type": "sub_quota", "remain": str(package_left - 1), "total": str(config.package_replies)}


def _check_text(text: object) -> str:
    if not isinstance(text, str) or not text.strip():
        raise Refused(-201, rule="text", detail="message.text must be a text that is not empty")
    _check_length(text, MAX_TEXT_CHARS, "text")
    return text


def _check_attachment(attachment: object) -> tuple[dict[str, Any], ...]:
    if attachment is None:
        return ()
    payload = attachment.get("payload") if isinstance(attachment, dict) else None
    if not isinstance(attachment, dict) or attachment.get("type") not in {"template", "file"}:
        raise Refused(-201, rule="attachment", detail='attachment.type must be "template" or "file"')
    if not isinstance(payload, dict):
        raise Refused(-201, rule="attachment", detail="attachment.payload must be an object")
    if attachment["type"] == "file" or "template_type" in payload:
        raise Refused(-233)
    buttons = payload.get("buttons")
    if not isinstance(buttons, list) or not buttons:
        raise Refused(-201, rule="buttons", detail="payload.buttons must be a list with at least one button")
    if len(buttons) > MAX_BUTTONS:
        raise Refused(-210, rule="buttons", detail=f"at most {MAX_BUTTONS} buttons")
    return tuple(_check_button(button) for button in buttons)


def _check_button(button: object) -> dict[str, Any]:
    check = _BUTTONS.get(str(button.get("type"))) if isinstance(button, dict) else None
    if check is None or not isinstance(button, dict):
        raise Refused(-201, rule="buttons", detail="a button has a documented type")
    title = button.get("title")
    if not isinstance(title, str) or not title.strip():
        raise Refused(-201, rule="buttons", detail="a button has a title")
    _check_length(title, MAX_BUTTON_TITLE_CHARS, "button title")
    if not check(button.get("payload")):
        raise Refused(-201, rule="buttons", detail="a button's payload fits its type")
    return button


def _check_length(text: str, max_chars: int, name: str) -> None:
    if len(unicodedata.normalize("NFC", text)) > max_chars:
        raise Refused(-210, rule=name, detail=f"{name} is longer than {max_chars}")


def _has(payload: object, *names: str) -> bool:
    return isinstance(payload, dict) and all(isinstance(payload.get(name), str) and payload[name] for name in names)


def _is_query(payload: object) -> bool:
    return isinstance(payload, str) and 0 < len(payload) <= MAX_QUERY_PAYLOAD_CHARS


def _is_sms(payload: object) -> bool:
    if not isinstance(payload, dict) or not _has(payload, "content", "phone_code"):
        return False
    return len(payload["content"]) <= MAX_SMS_CONTENT_CHARS


_BUTTONS: dict[str, Callable[[object], bool]] = {
    "oa.open.url": lambda payload: _has(payload, "url"),
    "oa.query.show": _is_query,
    "oa.query.hide": _is_query,
    "oa.open.sms": _is_sms,
    "oa.open.phone": lambda payload: _has(payload, "phone_code"),
}
