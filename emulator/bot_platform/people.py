"""`/_emulator/bot/<phone>…`: people who write to the bot."""

from typing import Any

from aiohttp import web

from emulator.bot_platform.platform import chat_id_of
from emulator.bot_platform.updates import make_update
from emulator.control import control, read_object
from emulator.envelopes import answer, encode
from emulator.errors import BadControl
from emulator.media import MEDIA_PATH, STICKER_PATH
from emulator.phones import Phone, normalise_phone
from emulator.state import Emulator, new_message_id

MAX_TEXT_CHARS = 2000
FIELDS = {"text", "image_url", "image_base64", "caption", "sticker", "unsupported"}

Content = dict[str, Any]


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/_emulator/bot/{phone}", tell_chat)
    app.router.add_post("/_emulator/bot/{phone}/send", write_to_bot)


@control
async def tell_chat(request: web.Request, emulator: Emulator) -> web.Response:
    """`{"phone", "chat_id", "open"}`: a chat is open once its owner wrote to the bot."""
    number = _parse_phone(request)
    chat_id = chat_id_of(number)
    return answer({"phone": number, "chat_id": chat_id, "open": emulator.bot.phone_of(chat_id) is not None})


@control
async def write_to_bot(request: web.Request, emulator: Emulator) -> web.Response:
    """Somebody writes to the bot; `{"event_name", "message_id", "chat_id"}`."""
    phone = emulator.find_or_create_phone(_parse_phone(request))
    event_name, content = _read_content(await read_object(request, FIELDS), request, emulator)
    if not phone.zalo or not phone.online:
        raise BadControl(f"this phone {'is offline' if phone.zalo else 'has no Zalo'}; change its state", status=409)
    return answer(_leave(emulator, phone, event_name, content))


def _leave(emulator: Emulator, phone: Phone, event_name: str, content: Content) -> dict[str, Any]:
    chat_id, message_id = emulator.bot.open_chat(phone.phone), new_message_id()
    now_ms = emulator.clock.now_ms()
    update = make_update(event_name, content, phone=phone, chat_id=chat_id, message_id=message_id, now_ms=now_ms)
    message = emulator.leave(phone, message_id, encode(update), channel="bot")
    message.shown["chat_id"] = chat_id
    emulator.bot.post(update)
    return {"event_name": event_name, "message_id": message_id, "chat_id": chat_id}


def _read_content(body: Content, request: web.Request, emulator: Emulator) -> tuple[str, Content]:
    """The event's name and what it adds to the message. Raises BadControl."""
    origin = f"{request.scheme}://{request.host}"
    chosen = sorted(body.keys() - {"caption"})
    if len(chosen) != 1 or ("caption" in body and not chosen[0].startswith("image_")):
        raise BadControl("give one of text, image_url, image_base64 (with a caption or without), sticker, unsupported")
    kind = chosen[0]
    caption = {"caption": _text(body, "caption")} if "caption" in body else {}
    if kind == "text":
        return "message.text.received", {"text": _text(body, "text")}
    if kind == "image_url":
        return "message.image.received", {"photo_url": _text(body, kind), **caption}
    if kind == "image_base64":
        if not isinstance(body[kind], str):
            raise BadControl("image_base64 must be a text", field=kind)
        return "message.image.received", {
            "photo_url": f"{origin}{MEDIA_PATH}{emulator.media.put(body[kind])}",
            **caption,
        }
    if kind == "sticker":
        return "message.sticker.received", {"sticker": _text(body, kind), "url": origin + STICKER_PATH}
    if body[kind] is not True:
        raise BadControl("unsupported must be true", field=kind)
    return "message.unsupported.received", {}


def _text(body: Content, name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT_CHARS:
        raise BadControl(f"{name} must be a text of 1 to {MAX_TEXT_CHARS} characters", field=name)
    return value


def _parse_phone(request: web.Request) -> str:
    number = normalise_phone(request.match_info["phone"])
    if number is None:
        raise BadControl("phone must be a Vietnamese mobile number: 0…, 84… or +84…", field="phone")
    return number
