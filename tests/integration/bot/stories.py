"""What stories of everyday answers share: a dossier of somebody's own, and the buttons under an answer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from storage import citizens
from tests.integration.bot.town import Phone, Town


def titles(message: Mapping[str, Any]) -> list[str]:
    """The titles of the buttons under a message."""
    return [button["title"] for button in message["content"].get("buttons", [])]


def payloads(message: Mapping[str, Any]) -> dict[str, Any]:
    """What the buttons of a message send or open, by title."""
    return {button["title"]: button["payload"] for button in message["content"].get("buttons", [])}


async def last(phone: Phone) -> Mapping[str, Any]:
    """The newest message of somebody's chat."""
    return (await phone.messages())[-1]


async def says(phone: Phone, text: str) -> Mapping[str, Any]:
    """Write a message and return the one answer to it, buttons and all."""
    (answer,) = await phone.sends({"text": text})
    return answer


async def presses(phone: Phone, title: str) -> Mapping[str, Any]:
    """Press the newest button with this title, and return the one answer to what it sends."""
    found = [payloads(message)[title] for message in await phone.messages() if title in titles(message)]
    (answer,) = await phone.sends({"button": {"type": "oa.query.hide", "payload": found[-1]}})
    return answer


async def dossier_id(town: Town, code: str) -> int:
    (row,) = await town.database.fetch("SELECT id FROM dossiers WHERE code = %(code)s", {"code": code})
    return int(row["id"])


async def own(town: Town, phone: Phone, code: str, status: int, *, at: datetime | None = None, **data: Any) -> int:
    """A dossier of somebody's own: an event, and a link. No phone is tied to it, so notices stay out of the chat."""
    await town.event(code, status, phone="0" + phone.number[2:], at=at, **data)
    found = await dossier_id(town, code)
    await citizens.link(town.database, await town.citizen(phone), found, proof="test")
    return found
