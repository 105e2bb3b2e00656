"""The citizens' handlers without server and platform: real database, real understanding, answers in a list.

For what a conversation over HTTP would be too slow for: thousands of guesses, two processes in the same moment.
"""

import itertools
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from bot import handlers
from bot.answers import Answer
from bot.context import Context, Say
from bot.dispatcher import Dispatcher
from bot.fsm import BLANK, Standing
from bot.linking.config import LinkingConfig
from bot.services import ChatConfig, ChatServices
from bot.updates import Update, UpdateKind
from storage import citizens, dossiers, links, notices
from storage.citizens import Citizen
from storage.crypto import Cipher
from storage.database import Database, fetch
from storage.dossiers import DossierUpdate, SealedPeople

_entries = itertools.count(1)
_dispatcher = Dispatcher(handlers.router)


@dataclass
class Chatter:
    """A citizen who types; `standing` is what Valkey would keep."""

    services: ChatServices
    citizen: Citizen
    user_id: str
    standing: Standing = field(default=BLANK)

    async def says(
        self, text: str, *, entry_id: int | None = None, kind: UpdateKind = UpdateKind.TEXT, **more: Any
    ) -> str:
        """Have a message answered; return the answers as one text."""
        answers: list[str] = []

        async def say(answer: Answer) -> None:
            answers.append(answer.text)

        number = next(_entries) if entry_id is None else entry_id
        context = self.context(number, text, say=say, kind=kind, **more)
        await _dispatcher.dispatch(context)
        self.standing = context.standing
        return "\n".join(answers)

    def context(
        self, entry_id: int, text: str, *, say: Say, kind: UpdateKind = UpdateKind.TEXT, **more: Any
    ) -> Context:
        """What a handler gets for a message."""
        return Context(
            update=Update(
                id=str(entry_id),
                platform="zalo",
                kind=kind,
                user_id=self.user_id,
                chat_id=self.user_id,
                text=text,
                **more,
            ),
            citizen=self.citizen,
            entry_id=entry_id,
            services=self.services,
            now=datetime.now(UTC),
            say=say,
            standing=self.standing,
        )


def next_entry() -> int:
    """The number of an inbox entry that nobody else has."""
    return next(_entries)


def services_of(database: Database, cipher: Cipher, **limits: Any) -> ChatServices:
    """What handlers use, with these limits of linking."""
    config = ChatConfig(linking=LinkingConfig(**limits))
    return ChatServices(database=database, cipher=cipher, config=config, ring=lambda _lane: None)


async def chatter(services: ChatServices, name: str) -> Chatter:
    """A citizen of the platform."""
    citizen = await citizens.meet(services.database, services.cipher, platform="zalo", user_id=name)
    return Chatter(services, citizen, name)


async def make_dossiers(database: Database, cipher: Cipher, phones: dict[str, str | None]) -> dict[str, int]:
    """Dossiers by code with the phone (84…) of their applicant; return their ids."""
    now = datetime.now(UTC)
    async with database.transaction() as connection:
        known = await dossiers.lock(connection, list(phones))
        await dossiers.save(
            connection, [_update(known[code].id, cipher, now, code, phone) for code, phone in phones.items()]
        )
    return {code: known[code].id for code in phones}


def _update(dossier_id: int, cipher: Cipher, now: datetime, code: str, phone: str | None) -> DossierUpdate:
    people = SealedPeople(
        phone_given=phone is not None,
        phone_enc=cipher.encrypt_optional(phone, dossiers.PHONE_COLUMN),
        phone_hash=cipher.lookup_hash(phone) if phone else None,
        name_hash=cipher.lookup_hash(f"owner of {phone or code}"),
    )
    return DossierUpdate(
        dossier_id, 2, now, None, None, 0, "test", None, "Đăng ký khai sinh", None, None, now, None, None, None, people
    )


async def digits_of(services: ChatServices, chatter_: Chatter) -> str:
    """The digits of the citizen's newest code, as its message holds them (a decoy's too)."""
    async with services.database.transaction() as connection:
        (row,) = await fetch(
            connection,
            "SELECT n.content_enc FROM link_codes c JOIN notices n ON n.id = c.notice_id"
            " WHERE c.citizen_id = %(id)s ORDER BY c.id DESC LIMIT 1",
            {"id": chatter_.citizen.id},
        )
    digits: str = json.loads(services.cipher.decrypt(row["content_enc"], notices.CONTENT_COLUMN))["params"]["otp"]
    return digits


async def linked(chatter_: Chatter) -> list[str]:
    """The codes that a citizen may ask about."""
    return [one.dossier.code for one in await links.current(chatter_.services.database, chatter_.citizen.id)]


__all__ = [
    "Chatter",
    "chatter",
    "digits_of",
    "linked",
    "make_dossiers",
    "next_entry",
    "services_of",
]
