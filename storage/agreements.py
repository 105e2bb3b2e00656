"""What citizens agreed to, each purpose by itself, with the wording that they saw (docs: public-services 6.3).

Only what is not the city's duty needs it: a longer memory of chats, questions about satisfaction, announcements.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from storage.database import Database, execute
from storage.sql import queries

_Q = queries("agreements")


class Purpose(StrEnum):
    """What may be agreed to."""

    CHAT_MEMORY = "chat_memory"
    RATING = "rating"
    ANNOUNCEMENTS = "announcements"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One consent; `wording` is the version of the text that was shown."""

    purpose: str
    wording: str
    given_at: datetime
    withdrawn_at: datetime | None


async def current(database: Database, citizen_id: int) -> dict[str, Agreement]:
    """Return what a citizen agrees to now, by purpose."""
    rows = await database.fetch(_Q["current"], {"citizen_id": citizen_id})
    return {row["purpose"]: Agreement(**row) for row in rows}


async def history(database: Database, citizen_id: int) -> list[Agreement]:
    """Return everything that a citizen ever agreed to, in order."""
    return [Agreement(**row) for row in await database.fetch(_Q["history"], {"citizen_id": citizen_id})]


async def has_agreed(database: Database, citizen_id: int, purpose: Purpose) -> bool:
    """Return whether a citizen agrees to a purpose now."""
    return purpose in await current(database, citizen_id)


async def give(database: Database, citizen_id: int, purpose: Purpose, *, wording: str, entry_id: int | None) -> None:
    """Note that a citizen agrees; `entry_id` is the message by which."""
    params = {"citizen_id": citizen_id, "purpose": purpose.value, "wording": wording, "entry_id": entry_id}
    async with database.transaction() as connection:
        await execute(connection, _Q["give"], params)


async def withdraw(database: Database, citizen_id: int, purpose: Purpose | None) -> list[str]:
    """Take an agreement back, or all with None; return the purposes that were agreed to."""
    params = {"citizen_id": citizen_id, "purpose": purpose.value if purpose else None}
    return [row["purpose"] for row in await database.fetch(_Q["withdraw"], params)]
