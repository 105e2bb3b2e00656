"""What is kept no longer than set, step by step: each call drops at most `BATCH` rows of a kind and says how many.

Tickets and outgoing events have retentions of their own.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from storage.database import Database, execute
from storage.sql import queries

_Q = queries("retention")
BATCH: Final = 1000


@dataclass(frozen=True, slots=True)
class Terms:
    """For how long things are kept.

    Attributes:
        transcript: words of chats of people who agreed to that, or whose matter is under way.
        transcript_of_others: of everybody else.
        entries: platform events as they came, once they are done with.
        codes: one-time codes after they were made.
        guesses: counts of codes asked for and typed; longer than any limit looks back.
    """

    transcript: timedelta = timedelta(days=90)
    transcript_of_others: timedelta = timedelta(days=7)
    entries: timedelta = timedelta(days=30)
    codes: timedelta = timedelta(days=1)
    guesses: timedelta = timedelta(days=8)


async def drop_old(database: Database, terms: Terms) -> dict[str, int]:
    """Drop up to `BATCH` rows of each kind that are older than they may be; return how many by kind."""
    seconds = {
        "entries": terms.entries,
        "officer_messages": terms.transcript,
        "code_notices": terms.codes,
        "codes": terms.codes,
        "guesses": terms.guesses,
        "jobs": terms.transcript,
        "reachability": terms.codes,
    }
    short = min(terms.transcript_of_others, terms.transcript)
    dropped = {
        "transcript": await _run(
            database,
            "transcript",
            short_seconds=short.total_seconds(),
            long_seconds=terms.transcript.total_seconds(),
        )
    }
    for name, term in seconds.items():
        dropped[name] = await _run(database, name, seconds=term.total_seconds())
    return {name: count for name, count in dropped.items() if count}


async def drop_transcript(database: Database, citizen_id: int) -> int:
    """Drop all words of one chat; return how many messages there were."""
    return await _run(database, "transcript_of", citizen_id=citizen_id)


async def _run(database: Database, name: str, **params: float) -> int:
    async with database.transaction() as connection:
        cursor = await execute(connection, _Q[name], {"limit": BATCH, **params})
        return cursor.rowcount
