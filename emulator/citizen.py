"""What a citizen does with the phone: type, tap, send a photo or a place, follow, look (docs: zalo 7.4)."""

import json
from collections.abc import Callable
from typing import Any

from emulator import events
from emulator.errors import BadControl
from emulator.messages import TO_CITIZEN
from emulator.phones import Phone
from emulator.state import Emulator, new_message_id

MAX_TEXT_CHARS = 2000
MAX_RATE = 5
QUERY_BUTTONS = frozenset({"oa.query.show", "oa.query.hide"})
Body = dict[str, Any]


def act(emulator: Emulator, phone: Phone, body: Body, origin: str) -> dict[str, Any]:
    """Do what the body says; `{"event_name", "msg_id"?}`. `origin` makes photo addresses. Raises BadControl."""
    unknown = body.keys() - _ACTS.keys() - {"caption"}
    if unknown:
        raise BadControl(f"unknown field {min(unknown)[:40]!r}; use one of {', '.join(_ACTS)}", field=min(unknown)[:40])
    chosen = [name for name in _ACTS if name in body]
    if not chosen or (len(chosen) > 1 and chosen != ["text", "image_url"] and chosen != ["text", "image_base64"]):
        raise BadControl(f"give one of {', '.join(_ACTS)}")
    if not phone.zalo or not phone.online or phone.blocked:
        reason = "has no Zalo" if not phone.zalo else "is offline" if not phone.online else "blocks the account"
        raise BadControl(f"this phone {reason}; change its state first", status=409)
    return _ACTS[chosen[-1]](emulator, phone, body, origin)


def send(emulator: Emulator, phone: Phone, event_name: str, content: Body) -> dict[str, Any]:
    """A message of the citizen: the free window opens, the webhook goes out, the chat shows it."""
    now_ms = emulator.clock.now_ms()
    phone.interact(now_ms)
    message_id = new_message_id()
    event = events.from_user(event_name, phone, {"msg_id": message_id, **content}, now_ms)
    emulator.leave(phone, message_id, json.dumps(event, ensure_ascii=False).encode())
    emulator.outbox.post(event)
    emulator.tell_phone(phone)
    return {"event_name": event_name, "msg_id": message_id}


def follow(emulator: Emulator, phone: Phone, follows: bool) -> None:
    """Follow or unfollow the account; following opens the window (docs: zalo 4.7)."""
    now_ms = emulator.clock.now_ms()
    phone.follows = follows
    if follows:
        phone.interact(now_ms)
    emulator.outbox.post(events.relationship("follow" if follows else "unfollow", phone, now_ms))


def _send_text(emulator: Emulator, phone: Phone, body: Body, _: str) -> dict[str, Any]:
    return send(emulator, phone, "user_send_text", {"text": _text(body, "text")})


def _send_image_url(emulator: Emulator, phone: Phone, body: Body, _: str) -> dict[str, Any]:
    return _send_image(emulator, phone, body, _text(body, "image_url"))


def _send_image_base64(emulator: Emulator, phone: Phone, body: Body, origin: str) -> dict[str, Any]:
    written = body["image_base64"]
    if not isinstance(written, str):
        raise BadControl("image_base64 must be a text", field="image_base64")
    return _send_image(emulator, phone, body, f"{origin}/_emulator/media/{emulator.media.put(written)}")


def _send_image(emulator: Emulator, phone: Phone, body: Body, url: str) -> dict[str, Any]:
    content: Body = {"attachments": [{"type": "image", "payload": {"thumbnail": url, "url": url}}]}
    if "text" in body or "caption" in body:
        content["text"] = _text(body, "text" if "text" in body else "caption")
    return send(emulator, phone, "user_send_image", content)


def _send_location(emulator: Emulator, phone: Phone, body: Body, _: str) -> dict[str, Any]:
    place = body["location"]
    coordinates = {name: place.get(name) for name in ("latitude", "longitude")} if isinstance(place, dict) else {}
    for name, limit in (("latitude", 90), ("longitude", 180)):
        coordinates[name] = _coordinate(coordinates.get(name), limit, name)
    attachment = {"type": "location", "payload": {"coordinates": coordinates}}
    return send(emulator, phone, "user_send_location", {"attachments": [attachment]})


def _coordinate(value: object, limit: int, name: str) -> str:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        number = None
    if number is None or not -limit <= number <= limit:
        raise BadControl(f"location.{name} must be a number from -{limit} to {limit}", field=f"location.{name}")
    return str(value)  # the platform sends coordinates as strings


def _send_sticker(emulator: Emulator, phone: Phone, body: Body, origin: str) -> dict[str, Any]:
    sticker = _text(body, "sticker")
    payload = {"id": sticker, "url": f"{origin}/page/sticker.svg"}
    return send(emulator, phone, "user_send_sticker", {"attachments": [{"type": "sticker", "payload": payload}]})


def _tap_button(emulator: Emulator, phone: Phone, body: Body, _: str) -> dict[str, Any]:
    """A tap on a query button arrives as its payload; there is no button event. Other buttons tell nobody."""
    button = body["button"]
    if isinstance(button, str):
        button = {"type": "oa.query.show", "payload": button}
    if not isinstance(button, dict) or button.get("type", "oa.query.show") not in QUERY_BUTTONS:
        raise BadControl("button must be a payload or {type: oa.query.show or oa.query.hide, payload}", field="button")
    return send(emulator, phone, "user_send_text", {"text": _text(button, "payload")})


def _look(emulator: Emulator, phone: Phone, body: Body, _: str) -> dict[str, Any]:
    if body["read"] is not True:
        raise BadControl("read must be true", field="read")
    return {"event_name": "user_seen_message", "count": emulator.receipts.read_all(phone)}


def _rate(emulator: Emulator, phone: Phone, body: Body, _: str) -> dict[str, Any]:
    given = body["feedback"]
    rate = given.get("rate") if isinstance(given, dict) else None
    if isinstance(rate, bool) or not isinstance(rate, int) or not 1 <= rate <= MAX_RATE:
        raise BadControl(f"feedback.rate must be a whole number from 1 to {MAX_RATE}", field="feedback.rate")
    note, chosen = given.get("note", ""), given.get("feedbacks", [])
    if not isinstance(note, str) or not isinstance(chosen, list) or not all(isinstance(each, str) for each in chosen):
        raise BadControl("feedback.note is a text and feedback.feedbacks a list of texts", field="feedback")
    templates = [
        message
        for message in emulator.messages.of_phone(phone.phone)
        if message.channel == "template"
        and message.direction == TO_CITIZEN
        and given.get("msg_id", message.message_id) == message.message_id
    ]
    if not templates:
        raise BadControl("this phone has no such template message", field="feedback", status=409)
    event = events.feedback(templates[-1], rate, note, chosen, emulator.clock.now_ms())
    emulator.outbox.post(event, is_template=True)
    return {"event_name": "user_feedback", "msg_id": templates[-1].message_id}


def _text(body: Body, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT_CHARS:
        raise BadControl(f"{name} must be a text of 1 to {MAX_TEXT_CHARS} characters", field=name)
    return value


_ACTS: dict[str, Callable[[Emulator, Phone, Body, str], dict[str, Any]]] = {
    "text": _send_text,
    "image_url": _send_image_url,
    "image_base64": _send_image_base64,
    "location": _send_location,
    "sticker": _send_sticker,
    "button": _tap_button,
    "read": _look,
    "feedback": _rate,
}
