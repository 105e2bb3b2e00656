"""Asking once how a finished dossier was handled: only in a chat that its owner began, never with a notice.

docs: public-services 6.2 (once, three levels, never a condition), 6.4 (no survey inside a status notice).
"""

from __future__ import annotations

from enum import StrEnum

from bot.answers import Answer, Choice
from bot.beside import answer_beside
from bot.context import Context
from bot.texts.rating import words_of
from storage import outgoing, ratings
from storage.database import Connection

GIVEN = "hoso.rating.given"
"""The event that tells the one-stop system; with words when the citizen adds some."""


class Rating(StrEnum):
    """What the next message may be; both end with whatever it is."""

    ASKED = "rating.asked"
    WORDS = "rating.words"


STATES = frozenset(state.value for state in Rating)


async def ask_about(context: Context, dossier_id: int, code: str) -> bool:
    """Ask about a finished dossier after the answer that the person came for, if nobody asked yet; say whether it did.

    Not when the message holds a second wish, or something is under way: that comes first.
    """
    meaning = context.meaning
    if context.standing.state is not None or (meaning is not None and meaning.second is not None):
        return False
    if not await ratings.may_ask(context.database, context.citizen.id, dossier_id, entry_id=context.entry_id):
        return False
    words = words_of(context.language)
    levels = [Choice(title, f"#rate {code} {level}") for level, title in words.levels.items()]
    question = Answer(words.ask.format(code=code), (*levels, Choice(words.decline, "#norate")))
    await answer_beside(context, question)
    context.go(Rating.ASKED, code=code)
    return True


async def ask_about_any(context: Context) -> bool:
    """Ask about the person's dossier that finished last, if there is one that nobody asked about."""
    finished = await ratings.unasked(context.database, context.citizen.id, entry_id=context.entry_id)
    return finished is not None and await ask_about(context, finished.id, finished.code)


async def tell_one_stop(
    connection: Connection, context: Context, code: str, level: int, *, words: str | None = None
) -> None:
    """Keep the event in the transaction that keeps the rating; who rated is not told."""
    data = {"dossier": code, "level": level, "words": words}
    cipher, entry = context.services.cipher, context.entry_id
    await outgoing.add(connection, cipher, type=GIVEN, subject=code, data=data, entry_id=entry)
