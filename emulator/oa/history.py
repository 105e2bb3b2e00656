"""What was said, newest first: with one user, and with everybody (docs: zalo 5.2)."""

import json
from collections.abc import Iterable
from itertools import islice
from typing import Any
from urllib.parse import urljoin

from aiohttp import web

from emulator.credentials import OA_ID, OA_NAME
from emulator.envelopes import answer, success
from emulator.gate import platform_face
from emulator.messages import TO_CITIZEN, Message
from emulator.oa.asked import Asked, read_data, read_number, read_user
from emulator.oa.gate import check_token
from emulator.oa.pictures import account_picture, user_picture
from emulator.phones import Phone
from emulator.state import Emulator

MAX_COUNT = 10  # docs: zalo 5.2
MAX_OFFSET = 1_000_000
FROM_ACCOUNT = 0
FROM_USER = 1
# The words of the fact sheet's sources; it names no full list, so clients should keep what they do not know.
_TYPES = {
    "text": "text",
    "image": "photo",
    "gif": "GIF",
    "audio": "voice",
    "location": "location",
    "sticker": "sticker",
    "file": "file",
    "video": "video",
    "link": "link",
    "business_card": "link",
}
_OF_LINKS = "links"  # cards, lists, forms, articles


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/v2.0/oa/conversation", tell_conversation)
    app.router.add_get("/v2.0/oa/listrecentchat", list_recent)


@platform_face
async def tell_conversation(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/oa/conversation?data={"user_id","offset","count"}`."""
    check_token(request, emulator)
    asked = read_data(request)
    user_id = read_user(asked, emulator).user_id
    found = (message for message in emulator.messages.newest_first() if message.user_id == user_id)
    return _rows(request, asked, emulator, found)


@platform_face
async def list_recent(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/oa/listrecentchat?data={"offset","count"}`: every row is a message, not a chat."""
    check_token(request, emulator)
    return _rows(request, read_data(request), emulator, emulator.messages.newest_first())


def _rows(request: web.Request, asked: Asked, emulator: Emulator, found: Iterable[Message]) -> web.Response:
    offset = read_number(request, asked, "offset", at_least=0, at_most=MAX_OFFSET)
    count = read_number(request, asked, "count", at_least=1, at_most=MAX_COUNT)
    known = (
        (message, phone)
        for message in found
        if message.channel == "oa" and (phone := emulator.phones.by_user(message.user_id)) is not None
    )
    pictures = (account_picture(request), user_picture(request))
    rows = [_row(*each, *pictures) for each in islice(known, offset, offset + count)]
    return answer(success(rows))


def _row(message: Message, phone: Phone, account_avatar: str, user_avatar: str) -> dict[str, Any]:
    content = message.view()["content"]
    is_ours = message.direction == TO_CITIZEN
    account, user = (OA_ID, OA_NAME, account_avatar), (phone.user_id, phone.name, user_avatar)
    (from_id, from_name, from_avatar), (to_id, to_name, to_avatar) = (account, user) if is_ours else (user, account)
    return {
        "src": FROM_ACCOUNT if is_ours else FROM_USER,
        "time": message.at_ms,
        "type": _TYPES.get(content["kind"], _OF_LINKS),
        "message": content["text"],
        "message_id": message.message_id,
        "from_id": from_id,
        "to_id": to_id,
        "from_display_name": from_name,
        "from_avatar": from_avatar,
        "to_display_name": to_name,
        "to_avatar": to_avatar,
        **_media(content, account_avatar),
    }


def _media(content: dict[str, Any], base: str) -> dict[str, Any]:
    """`url`, `thumb`, `links`, `location`: what the kind of content has. Our own addresses become whole by `base`."""
    kind = content["kind"]
    if kind == "location":
        return {"location": json.dumps(content.get("location", {}))}
    if kind == "text":
        return {}
    picture = _whole(content.get("image_url"), base)
    target = _whole(content.get("link_url") or (content.get("file") or {}).get("url"), base) or picture
    if kind in _TYPES and _TYPES[kind] != "link":
        return {"url": target, "thumb": picture or target}
    return {"links": _links(content, target, picture, base)}


def _links(content: dict[str, Any], target: str, picture: str, base: str) -> list[dict[str, str]]:
    rows = content.get("elements") or [content]
    return [
        {
            "title": str(row.get("title") or ""),
            "description": str(row.get("subtitle") or ""),
            "url": _whole(row.get("link_url"), base) or target,
            "thumb": _whole(row.get("image_url"), base) or picture,
        }
        for row in rows
    ]


def _whole(address: object, base: str) -> str:
    return urljoin(base, address) if isinstance(address, str) and address else ""
