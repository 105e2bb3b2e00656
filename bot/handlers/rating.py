"""The answer to the one question about a finished dossier: a level, words if somebody likes, or nothing."""

from __future__ import annotations

from bot.answers import Choice
from bot.context import Context
from bot.handlers.status import say_not_linked
from bot.linking import find_linked
from bot.menu import whole_menu
from bot.rating import Rating, tell_one_stop
from bot.router import PASS, Passed, Router
from bot.texts.rating import words_of
from bot.understanding import Label
from dossiers import fold, redact
from dossiers.text import truncate
from storage import ratings
from storage.dossiers import Dossier

router = Router("rating")

MAX_WORDS_CHARS = 1000
LOWEST = 1
_NO = frozenset(
    {"khong", "ko", "k", "kg", "hong", "thoi", "khoi", "khong can", "thoi khoi", "no", "nope", "skip", "no thanks"}
)
_BY_WORDS = (
    # The first that is found: "không hài lòng" holds "hài lòng". Folded.
    (1, ("khong hai long", "chua hai long", "not content", "not happy", "unhappy")),
    (3, ("rat hai long", "very content", "very happy", "very good")),
    (2, ("hai long", "content", "happy")),
)
_MAX_LEVEL_WORDS = 6
"""A longer sentence says more than a level."""
_SURE = 0.7
_TALK = frozenset({Label.FEEDBACK, Label.OUT_OF_SCOPE})
"""What words about a finished dossier look like; everything else is another wish."""


@router.command("rate")
async def take_level(context: Context, argument: str) -> None:
    """`#rate CODE LEVEL`: keep it, if the dossier is the person's own and finished."""
    code, _, level = argument.rpartition(" ")
    await _rate(context, code.strip(), int(level) if level in {"1", "2", "3"} else None)


@router.command("norate")
async def decline(context: Context, argument: str) -> None:  # noqa: ARG001 - commands have one
    """Be content with no answer; nobody is asked twice."""
    context.leave()
    await context.answer(words_of(context.language).declined, whole_menu(context.language))


@router.command("rated")
async def end(context: Context, argument: str) -> None:  # noqa: ARG001 - commands have one
    """No words: the level is kept already."""
    context.leave()
    await context.answer(words_of(context.language).noted, whole_menu(context.language))


@router.state(Rating.ASKED)
async def read_level(context: Context) -> Passed | None:
    """Take a typed level or a no; anything else is another matter, and the question is over."""
    code = str(context.standing.data.get("code", ""))
    context.leave()
    said = fold(context.text).strip(" .!")
    if said in _NO:
        await decline(context, "")
        return None
    level = next((level for level, names in _BY_WORDS if any(name in said for name in names)), None)
    if level is None or len(said.split()) > _MAX_LEVEL_WORDS:
        return PASS
    await _rate(context, code, level)
    return None


@router.state(Rating.WORDS)
async def take_words(context: Context) -> Passed | None:
    """Keep a few words beside the level, unless they are surely another wish."""
    code = str(context.standing.data.get("code", ""))
    context.leave()
    if fold(context.text).strip(" .!") in _NO:
        await end(context, "")
        return None
    meaning = context.meaning
    if meaning is None or (meaning.label not in _TALK and meaning.confidence >= _SURE):
        return PASS
    dossier = await find_linked(context, code)
    if dossier is None:
        return PASS
    note = truncate(redact(context.text), MAX_WORDS_CHARS)
    async with context.database.transaction() as connection:
        cipher = context.services.cipher
        level = await ratings.add_note(connection, cipher, context.citizen.id, dossier.id, note)
        if level is not None:
            await tell_one_stop(connection, context, dossier.code, level, words=note)
    await context.answer(words_of(context.language).noted, whole_menu(context.language))
    return None


async def _rate(context: Context, code: str, level: int | None) -> None:
    context.leave()
    dossier = await find_linked(context, code) if level is not None else None
    if dossier is None or level is None:
        await say_not_linked(context, code)
        return
    words = words_of(context.language)
    if dossier.status not in ratings.FINISHED or not await _keep(context, dossier, level):
        await context.answer(words.already, whole_menu(context.language))
        return
    said = (words.sorry if level == LOWEST else words.thanks).format(level=words.levels[level])
    complain = _complain(context) if level == LOWEST else ()
    await context.answer(said, *complain, Choice(words.end, "#rated"))
    context.go(Rating.WORDS, code=dossier.code)


async def _keep(context: Context, dossier: Dossier, level: int) -> bool:
    async with context.database.transaction() as connection:
        is_kept = await ratings.rate(connection, context.citizen.id, dossier.id, level, entry_id=context.entry_id)
        if is_kept:
            await tell_one_stop(connection, context, dossier.code, level)
    return is_kept


def _complain(context: Context) -> tuple[Choice, ...]:
    from bot.texts.menu import words_of as menu_words

    return (Choice(menu_words(context.language).feedback, "#feedback"),)
