"""Greetings and thanks: a fitting reply. Who greets learns that an automatic assistant answers."""

from __future__ import annotations

import re
from enum import Enum

from bot import rating
from bot.answers import NO, YES
from bot.context import Context
from bot.menu import main_menu
from bot.router import PASS, Passed, Router
from bot.texts.menu import words_of
from bot.understanding import Label
from dossiers import fold

router = Router("start")


_SURE = 0.99


class Talk(Enum):
    """What a greeting is."""

    HELLO = "hello"
    THANKS = "thanks"
    FAREWELL = "farewell"
    NOTED = "noted"


_THANKS = re.compile(r"\b(cam on|camon|thank\w*|tks|thks|thx|biet on|da ta)\b")
_FAREWELL = re.compile(r"\b(bye+|tam biet|goodbye|good bye|bai bai|bb|hen gap lai|see you|chao tam biet|good night)\b")
_HELLO = re.compile(r"\b(chao|hello|hi|hey|alo|a lo|hallo|good (?:morning|afternoon|evening)|xin chao)\b")
_NOTED = re.compile(
    r"\b(ok\w*|oki|da|vang|u|uh|um|u+h+|roi|hieu|duoc|the thoi|biet roi|ro roi|tot|"
    r"got it|i see|understood|fine|great)\b"
)


_NOTHING_MORE = frozenset(NO) | frozenset(YES)
"""Said when nothing is asked, it ends the talk."""
_SIGNS = re.compile(r"[\u2600-\u27bf\U0001f300-\U0001faff]")
"""A thumb or a smile: seen, not a greeting."""


def read_talk(text: str) -> Talk | None:
    """Return what mere talk is, the first that fits: thanks, a good-bye, a hello, an "ok"; None for none of them."""
    said = fold(text)
    if not any(sign.isalnum() for sign in said):
        return Talk.NOTED if _SIGNS.search(text) else None
    if said.strip(" .!,") in _NOTHING_MORE:
        return Talk.NOTED
    if _THANKS.search(said):
        return Talk.THANKS
    if _FAREWELL.search(said):
        return Talk.FAREWELL
    if _HELLO.search(said):
        return Talk.HELLO
    return Talk.NOTED if _NOTED.search(said) else None


@router.intent(Label.GREETING_THANKS)
async def answer_talk(context: Context) -> Passed | None:
    """Greet with the menu; to the rest, a short word. Thanks are the moment to ask how it went, once."""
    words, talk = words_of(context.language), read_talk(context.text)
    if talk is None and (context.meaning is None or context.meaning.confidence < _SURE):
        return PASS  # meaningless words look like a greeting for want of anything else
    match talk:
        case Talk.HELLO | None:
            text = f"{words.greeting}\n\n{context.words.safety}\n\n{words.choose}"
            await context.answer(text, *main_menu(context.language))
        case Talk.THANKS:
            await context.answer(words.thanks)
        case Talk.FAREWELL:
            await context.answer(words.farewell)
        case Talk.NOTED:
            await context.answer(words.noted)
    if talk in {Talk.THANKS, Talk.FAREWELL}:
        await rating.ask_about_any(context)
    return None
