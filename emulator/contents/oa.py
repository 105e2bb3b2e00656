"""Messages of the account, and what citizens and visitors send (docs: zalo 4.2, 4.5, 4.6, 7.4).

Requests were checked before they came here, but a reader of pictures must not be the one that falls over: whatever has
another shape than expected is left out.
"""

import json
from collections.abc import Callable
from typing import Any

from emulator.contents import template
from emulator.media import STICKER_PATH

BUSINESS_CARD = "user_send_business_card"
_PICTURES = frozenset({"image", "gif"})
Content = dict[str, Any]


def read(direction: str, template_id: str | None, request: dict[str, Any]) -> Content:
    """Kind, text, media and buttons of a message, in either direction."""
    if template_id is not None:
        return template.read(direction, template_id, request)
    message = _object(request.get("message"))
    content: Content = {"kind": "text", "text": _text(message, "text")}
    quote = _text(message, "quote_message_id") or _text(message, "quote_msg_id")
    if quote:
        content["quote"] = quote
    if "attachments" in message:
        return content | _read_received(request, message, content["text"])
    if "attachment" in message:
        return content | _read_sent(_object(message["attachment"]))
    return content


def _read_sent(attachment: Content) -> Content:
    payload = _object(attachment.get("payload"))
    shown: Content = {"buttons": payload["buttons"]} if _list(payload.get("buttons")) else {}
    if attachment.get("type") == "file":
        return {"kind": "file", "file": {"name": "", "size": 0, "url": ""}, **shown}
    template_type = _text(payload, "template_type")
    elements = [_object(element) for element in _list(payload.get("elements"))]
    if template_type.startswith("transaction_") or template_type == "promotion":
        return _read_card(elements, shown)
    read_elements = _TEMPLATES.get(template_type)
    return {**(read_elements(elements) if read_elements and elements else {}), **shown}


def _read_media(elements: list[Content]) -> Content:
    kind = _text(elements[0], "media_type")
    if kind == "sticker":
        return {"kind": "sticker", "image_url": STICKER_PATH}
    if kind in _PICTURES:
        return {"kind": kind, "image_url": _text(elements[0], "url")}
    return {"kind": "article" if kind == "article" else "other"}


def _read_info_request(elements: list[Content]) -> Content:
    first = elements[0]
    picture, title, subtitle = _text(first, "image_url"), _text(first, "title"), _text(first, "subtitle")
    return {"kind": "info_request", "title": title, "subtitle": subtitle, "image_url": picture, "text": title}


def _read_list(elements: list[Content]) -> Content:
    names = ("title", "subtitle", "image_url")
    rows = []
    for element in elements:
        row: Content = {name: _text(element, name) for name in names if name in element}
        action = _object(element.get("default_action"))
        rows.append(row | ({"action": action, "link_url": _text(action, "url")} if action else {}))
    return {"kind": "list", "elements": rows}


def _read_card(elements: list[Content], shown: Content) -> Content:
    by_type: dict[str, list[Content]] = {}
    for element in elements:
        by_type.setdefault(_text(element, "type"), []).append(element)
    cells = [_object(row) for table in by_type.get("table", []) for row in _list(table.get("content"))]
    card = {
        "title": "\n".join(_text(each, "content") for each in by_type.get("header", [])),
        "body": "\n".join(_text(each, "content") for each in by_type.get("text", [])),
        "rows": [{"label": _text(cell, "key"), "value": _text(cell, "value")} for cell in cells],
        "buttons": shown.get("buttons", []),
    }
    lines = [card["title"], card["body"], *(f"{row['label']}: {row['value']}" for row in card["rows"])]
    banner = _text(by_type["banner"][0], "image_url") if by_type.get("banner") else ""
    picture = {"image_url": banner} if banner else {}
    return {"kind": "card", "text": "\n".join(filter(None, lines)), "card": card, **picture}


def _read_received(request: Content, message: Content, text: str) -> Content:
    attachments = [_object(attachment) for attachment in _list(message["attachments"])]
    if not attachments:
        return {}
    kind, payload = _text(attachments[0], "type"), _object(attachments[0].get("payload"))
    if request.get("event_name") == BUSINESS_CARD:
        return _read_business_card(payload, text)
    read_payload = _RECEIVED.get(kind)
    return {"kind": kind, **read_payload(payload)} if read_payload else {"kind": "other"}


def _read_picture(payload: Content) -> Content:
    return {"image_url": _text(payload, "url") or _text(payload, "thumbnail")}


def _read_link(payload: Content) -> Content:
    read = {
        "link_url": _text(payload, "url"),
        "image_url": _text(payload, "thumbnail"),
        "subtitle": _text(payload, "description"),
    }
    return {name: value for name, value in read.items() if value}


def _read_audio(payload: Content) -> Content:
    return {"link_url": _text(payload, "url")}


def _read_file(payload: Content) -> Content:
    size = payload.get("size", 0)
    known = int(size) if isinstance(size, int) or (isinstance(size, str) and size.isdecimal()) else 0
    return {"file": {"name": _text(payload, "name"), "size": known, "url": _text(payload, "url")}}


def _read_location(payload: Content) -> Content:
    place = _object(payload.get("coordinates"))
    return {"location": {name: str(place.get(name, "")) for name in ("latitude", "longitude")}}


def _read_business_card(payload: Content, text: str) -> Content:
    """The contact's phone and picture lie in `description` as JSON in a string (docs: zalo 7.4)."""
    try:
        described = _object(json.loads(_text(payload, "description")))
    except (ValueError, RecursionError):
        described = {}
    picture = _text(described, "qrCodeUrl") or _text(payload, "thumbnail")
    phone = described.get("phone", "")
    card: Content = {"kind": "business_card", "title": text, "subtitle": str(phone)}
    return card | ({"image_url": picture} if picture else {})


def _object(value: object) -> Content:
    return value if isinstance(value, dict) else {}


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(fields: Content, name: str) -> str:
    value = fields.get(name)
    return value if isinstance(value, str) else ""


_TEMPLATES: dict[str, Callable[[list[Content]], Content]] = {
    "media": _read_media,
    "request_user_info": _read_info_request,
    "list": _read_list,
}
_RECEIVED: dict[str, Callable[[Content], Content]] = {
    "image": _read_picture,
    "gif": _read_picture,
    "sticker": _read_picture,
    "link": _read_link,
    "audio": _read_audio,
    "video": _read_link,
    "file": _read_file,
    "location": _read_location,
}
