"""The bot's methods that bring something to a chat (docs: zalo 8.1)."""

import unicodedata
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from emulator.bot_platform.gate import BAD_REQUEST, NOT_FOUND, Method, Params, remark, succeed
from emulator.envelopes import encode
from emulator.errors import Refused
from emulator.media import STICKER_PATH
from emulator.phones import Phone
from emulator.state import EMULATOR, Emulator, new_message_id
from emulator.trouble import faults_of

MAX_TEXT_CHARS = 2000  # docs: zalo 8.1
PARSE_MODES = frozenset({"markdown", "html"})
QUOTE_FIELD = "reply_to_message_id"
RICH_FIELDS = frozenset({"parse_mode", "text_styles", QUOTE_FIELD})


async def send_message(request: web.Request, emulator: Emulator, params: Params) -> web.Response:
    """`sendMessage`: a text of 1 to 2000 characters after NFC."""
    rich = RICH_FIELDS if emulator.config.bot_rich_text else frozenset()
    _note_unknown(request, params, {"chat_id", "text"} | rich)
    phone = _find_phone(params, emulator)
    _check_text(params.get("text"), "text")
    if rich and params.get("parse_mode") not in (None, *PARSE_MODES):
        raise Refused(BAD_REQUEST, rule="parse_mode", detail="parse_mode must be markdown or html")
    return _bring(request, emulator, phone, params)


async def send_photo(request: web.Request, emulator: Emulator, params: Params) -> web.Response:
    """`sendPhoto`: a public address, with a caption or without."""
    _note_unknown(request, params, {"chat_id", "photo", "caption"})
    phone = _find_phone(params, emulator)
    _check_address(params.get("photo"), "photo")
    if params.get("caption") is not None:
        _check_text(params["caption"], "caption")
    return _bring(request, emulator, phone, params)


async def send_sticker(request: web.Request, emulator: Emulator, params: Params) -> web.Response:
    """`sendSticker`: an id of the sticker collection; any is taken."""
    _note_unknown(request, params, {"chat_id", "sticker"})
    phone = _find_phone(params, emulator)
    sticker = params.get("sticker")
    if not isinstance(sticker, str) or not sticker.strip():
        raise Refused(BAD_REQUEST, rule="sticker", detail="sticker must be the id of a sticker")
    return _bring(request, emulator, phone, params, {"image_url": STICKER_PATH})


async def send_voice(request: web.Request, emulator: Emulator, params: Params) -> web.Response:
    """`sendVoice`: the address of a recording."""
    _note_unknown(request, params, {"chat_id", "voice_url"})
    phone = _find_phone(params, emulator)
    _check_address(params.get("voice_url"), "voice_url")
    return _bring(request, emulator, phone, params)


async def send_chat_action(request: web.Request, emulator: Emulator, params: Params) -> web.Response:
    """`sendChatAction`: `typing`; shows nothing, and has no result."""
    _note_unknown(request, params, {"chat_id", "action"})
    _find_phone(params, emulator)
    if params.get("action") != "typing":
        raise Refused(BAD_REQUEST, rule="action", detail="action must be typing; upload_photo is only announced")
    return succeed()


METHODS: dict[str, Method] = {
    "sendMessage": send_message,
    "sendPhoto": send_photo,
    "sendSticker": send_sticker,
    "sendChatAction": send_chat_action,
}


def _bring(
    request: web.Request, emulator: Emulator, phone: Phone, params: Params, shown: dict[str, Any] | None = None
) -> web.Response:
    emulator.bot.charge(params["chat_id"])
    message_id = new_message_id()
    result = {"message_id": message_id, "date": emulator.clock.now_ms()}
    emulator.arrive(
        phone,
        channel="bot",
        message_id=message_id,
        request=encode(params),
        answer=encode({"ok": True, "result": result}),
        faults=faults_of(request),
        shown={"chat_id": params["chat_id"], **(shown or {})},
    )
    return succeed(result)


def _find_phone(params: Params, emulator: Emulator) -> Phone:
    """The phone of `chat_id`. Raises Refused: 400 without one, 404 when nobody of this id wrote to the bot."""
    chat_id = params.get("chat_id")
    if not isinstance(chat_id, str) or not chat_id:
        raise Refused(BAD_REQUEST, rule="chat_id", detail="chat_id must be a text")
    number = emulator.bot.phone_of(chat_id)
    if number is None:
        raise Refused(NOT_FOUND, rule="chat_id", detail="nobody with this chat_id wrote to the bot")
    phone = emulator.find_or_create_phone(number)
    if not phone.zalo:
        raise Refused(NOT_FOUND)
    return phone


def _check_text(text: object, name: str) -> None:
    is_text = isinstance(text, str) and bool(text.strip())
    if not is_text or len(unicodedata.normalize("NFC", str(text))) > MAX_TEXT_CHARS:
        raise Refused(BAD_REQUEST, rule=name, detail=f"{name} must be a text of 1 to {MAX_TEXT_CHARS} characters")


def _check_address(url: object, name: str) -> None:
    try:
        parts = urlsplit(url) if isinstance(url, str) else None
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise Refused(BAD_REQUEST, rule=name, detail=f"{name} must be a public address")


def _note_unknown(request: web.Request, params: Params, known: set[str] | frozenset[str]) -> None:
    # A public client quotes with photos and stickers too, though only sendMessage is documented so.
    quoting = {QUOTE_FIELD} if request.app[EMULATOR].config.bot_rich_text else set()
    for name in sorted(params.keys() - known - quoting):
        remark(request, "unknown_field", f"no parameter {name[:40]!r} is documented")
