"""Everything that is known of one person: a summary for the chat, and a full copy by phone for the officer."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Final

from storage.citizens import USER_COLUMN
from storage.conversations import TEXT_COLUMN as MESSAGE_COLUMN
from storage.crypto import Cipher
from storage.database import Database
from storage.dossiers import EMAIL_COLUMN, NAME_COLUMN, PEOPLE_COLUMN, PHONE_COLUMN
from storage.errors import UndecipherableValue
from storage.notices import CONTENT_COLUMN
from storage.postal import ADDRESS_COLUMN
from storage.ratings import NOTE_COLUMN
from storage.sql import queries
from storage.tickets import ANSWER_COLUMN
from storage.tickets import TEXT_COLUMN as TICKET_COLUMN

_Q = queries("subject")
MAX_OWNERS: Final = 20
"""A phone with dossiers of more people than that is an office's or a shop's (docs: design, shared phones)."""
UNREADABLE: Final = "(cannot be read: its key is missing)"

_Bindings = Mapping[str, str]
_DOSSIER: _Bindings = {
    "phone_enc": PHONE_COLUMN,
    "name_enc": NAME_COLUMN,
    "email_enc": EMAIL_COLUMN,
    "people_enc": PEOPLE_COLUMN,
}
_JSON = frozenset({"people", "content"})


@dataclass(frozen=True, slots=True)
class Summary:
    """How much is known of a chat: numbers of rows; `oldest_message`: when the transcript begins."""

    language: str
    follows: bool | None
    created_at: datetime
    stopped_at: datetime | None
    messages: int
    oldest_message: datetime | None
    links: int
    tickets: int
    open_tickets: int
    ratings: int
    wishes: int


async def summary(database: Database, citizen_id: int) -> Summary:
    """Return how much is known of a chat."""
    (row,) = await database.fetch(_Q["summary"], {"citizen_id": citizen_id})
    return Summary(**row)


async def count_notices(database: Database, cipher: Cipher, phone: str) -> int:
    """Return how many messages were made for a phone (84…)."""
    rows = await database.fetch(_Q["notices_of_chat"], {"hashes": cipher.lookup_hashes(phone)})
    return int(rows[0]["notices"])


async def export(database: Database, cipher: Cipher, phone: str) -> dict[str, Any]:
    """Return everything that is known of a phone (84…) and of the chats of those who proved it, as JSON has it.

    Of several dossiers some may be other people's, when a family or an office shares the phone: `owners` says how many,
    and whoever hands the copy out must look.
    """
    hashes = cipher.lookup_hashes(phone)

    async def rows(name: str, bindings: _Bindings | None = None, **params: Any) -> list[dict[str, Any]]:
        found = await database.fetch(_Q[name], {"hashes": hashes} | params)
        return [_opened(row, bindings or {}, cipher) for row in found]

    dossiers = await rows("dossiers", _DOSSIER)
    owners = len({one["name"] or one["code"] for one in dossiers})
    chats = []
    for chat in await rows("chats", {"user_enc": USER_COLUMN}):
        known = {"citizen_id": chat.pop("id")}
        chats.append(
            chat
            | {
                "messages": await rows("messages", {"text_enc": MESSAGE_COLUMN}, **known),
                "links": await rows("links", **known),
                "tickets": await rows("tickets", {"text_enc": TICKET_COLUMN, "answer_enc": ANSWER_COLUMN}, **known),
                "ratings": await rows("ratings", {"note_enc": NOTE_COLUMN}, **known),
                "postal_wishes": await rows("wishes", {"address_enc": ADDRESS_COLUMN}, **known),
                "consents": await rows("consents", **known),
            }
        )
    return {
        "phone": phone,
        "owners": owners,
        "is_shared": owners > MAX_OWNERS,
        "dossiers": dossiers,
        "notices": await rows("notices", {"content_enc": CONTENT_COLUMN}),
        "preferences": await rows("preferences"),
        "muted_dossiers": await rows("mutes"),
        "announcements": await rows("subscriptions"),
        "uploaded_lists": await rows("listed"),
        "closed_channels": await rows("reachability"),
        "erasures": await rows("erasures"),
        "chats": chats,
    }


def _plain(value: Any) -> Any:
    if isinstance(value, bytes):
        return value.hex()
    return value.isoformat(timespec="minutes") if isinstance(value, time) else value


def _opened(row: Mapping[str, Any], bindings: _Bindings, cipher: Cipher) -> dict[str, Any]:
    """Return a row with its encrypted columns opened, under their names without `_enc`, and bytes as hex digits."""
    opened: dict[str, Any] = {}
    for name, value in row.items():
        if not name.endswith("_enc"):
            opened[name] = _plain(value)
            continue
        short = name.removesuffix("_enc")
        try:
            text = cipher.decrypt_optional(value, bindings[name])
        except UndecipherableValue:
            opened[short] = UNREADABLE
            continue
        opened[short] = json.loads(text) if short in _JSON and text else text
    return opened
