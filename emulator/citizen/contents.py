"""What a message may hold, in the platform's shapes: one builder a field of the act (docs: zalo 7.4)."""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from emulator.citizen.deed import Body, Hand, check_fields, read_text, read_url
from emulator.citizen.files import file, hand_over
from emulator.errors import BadControl
from emulator.media import MEDIA_PATH, STICKER_PATH
from emulator.phones import normalise_phone

QUERY_BUTTONS = ("oa.query.show", "oa.query.hide")


@dataclass(frozen=True, slots=True)
class Content:
    """A message's kind, as the event's name ends, what stands in `message`, and what only the page must know."""

    kind: str
    message: Body
    shown: Body = field(default_factory=dict)


Builder = Callable[[Hand], Content]


def _text(hand: Hand) -> Content:
    return Content("text", {"text": hand.text("text")})


def _image_url(hand: Hand) -> Content:
    return _image(hand, read_url(hand.body["image_url"], "image_url"))


def _image_base64(hand: Hand) -> Content:
    written = hand.body["image_base64"]
    if not isinstance(written, str):
        raise BadControl("image_base64 must be a text", field="image_base64")
    return _image(hand, f"{hand.origin}{MEDIA_PATH}{hand.emulator.media.put(written)}")


def _image(hand: Hand, url: str) -> Content:
    message = _attached("image", {"thumbnail": url, "url": url})
    caption = next((hand.text(name) for name in ("text", "caption") if name in hand.body), None)
    return Content("image", message | ({"text": caption} if caption else {}))


def _gif(hand: Hand) -> Content:
    url = hand_over(hand, "gif", "image/gif")
    return Content("gif", _attached("gif", {"thumbnail": url, "url": url}))


def _link(hand: Hand) -> Content:
    given = hand.body["link"] if isinstance(hand.body["link"], dict) else {"url": hand.body["link"]}
    check_fields(given, frozenset({"url", "description", "thumbnail"}), "link")
    url = read_url(given.get("url"), "link.url")
    said = {name: str(given.get(name, "")) for name in ("thumbnail", "description")}
    return Content("link", _attached("link", {**said, "url": url}))


def _audio(hand: Hand) -> Content:
    return Content("audio", _attached("audio", {"url": hand_over(hand, "audio", "audio/amr")}))


def _video(hand: Hand) -> Content:
    url = hand_over(hand, "video", "video/mp4", frozenset({"thumbnail", "description"}))
    given = hand.body["video"] if isinstance(hand.body["video"], dict) else {}
    said = {name: str(given.get(name, "")) for name in ("thumbnail", "description")}
    return Content("video", _attached("video", {"url": url, **said}))


def _sticker(hand: Hand) -> Content:
    payload = {"id": hand.text("sticker"), "url": hand.origin + STICKER_PATH}
    return Content("sticker", _attached("sticker", payload))


def _location(hand: Hand) -> Content:
    place = hand.body["location"]
    found = {name: place.get(name) for name in ("latitude", "longitude")} if isinstance(place, dict) else {}
    coordinates = {
        name: _coordinate(found.get(name), limit, name) for name, limit in (("latitude", 90), ("longitude", 180))
    }
    return Content("location", _attached("location", {"coordinates": coordinates}))


def _coordinate(value: object, limit: int, name: str) -> str:
    try:
        number = float(value) if isinstance(value, int | float | str) and not isinstance(value, bool) else None
    except (ValueError, OverflowError):
        number = None
    if number is None or not -limit <= number <= limit:
        raise BadControl(f"location.{name} must be a number from -{limit} to {limit}", field=f"location.{name}")
    return str(value)  # the platform sends coordinates as strings


def _file(hand: Hand) -> Content:
    payload = file(hand)
    if hand.emulator.config.file_size_as_number:
        payload["size"] = int(payload["size"])
    return Content("file", _attached("file", payload))


def _business_card(hand: Hand) -> Content:
    given = hand.part("business_card")
    check_fields(given, frozenset({"name", "phone"}), "business_card")
    name, written = read_text(given, "name", of="business_card"), read_text(given, "phone", of="business_card")
    number = normalise_phone(written) or written  # anybody's number, proven by nobody
    picture = hand.origin + STICKER_PATH
    description = json.dumps({"phone": number, "qrCodeUrl": picture}, ensure_ascii=False)
    payload = {"thumbnail": picture, "description": description, "url": picture}
    return Content("business_card", {"text": name, **_attached("link", payload)})


def _button(hand: Hand) -> Content:
    """A tap on a query button arrives as its payload; there is no button event. Other buttons tell nobody."""
    button = hand.body["button"]
    if isinstance(button, str):
        button = {"type": "oa.query.show", "payload": button}
    kind = button.get("type", "oa.query.show") if isinstance(button, dict) else None
    if kind not in QUERY_BUTTONS:
        raise BadControl("button must be a payload or {type: oa.query.show or oa.query.hide, payload}", field="button")
    shown = {"hidden": True} if kind == "oa.query.hide" else {}
    return Content("text", {"text": read_text(button, "payload", of="button")}, shown)


def _menu(hand: Hand) -> Content:
    """A tap in the account's menu arrives as text too."""
    return Content("text", {"text": hand.text("menu")})


def _attached(kind: str, payload: Body) -> Body:
    return {"attachments": [{"type": kind, "payload": payload}]}


BUILDERS: dict[str, Builder] = {
    "text": _text,
    "image_url": _image_url,
    "image_base64": _image_base64,
    "gif": _gif,
    "link": _link,
    "audio": _audio,
    "video": _video,
    "sticker": _sticker,
    "location": _location,
    "file": _file,
    "business_card": _business_card,
    "button": _button,
    "menu": _menu,
}
COMPANIONS: dict[str, frozenset[str]] = {
    "image_url": frozenset({"text", "caption"}),
    "image_base64": frozenset({"text", "caption"}),
}
"""Fields that may stand beside a builder's own."""


def choose_content(body: Body, names: Iterable[str] = tuple(BUILDERS)) -> str | None:
    """The one of these fields that a body holds with nothing foreign beside it, or None."""
    fitting = (name for name in names if name in body and body.keys() - {name} <= COMPANIONS.get(name, frozenset()))
    return next(fitting, None)
