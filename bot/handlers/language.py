"""The language of answers: Vietnamese first, English on request."""

from __future__ import annotations

import re
from dataclasses import replace

from bot.context import Context
from bot.menu import main_menu
from bot.router import PASS, Passed, Router
from bot.texts.menu import words_of
from bot.understanding import Label
from dossiers import fold
from storage import citizens

router = Router("language")

_ASKING = (
    r"(?:(?:can|could) you |do you |please |i want |let s )?"
    r"(?:(?:speak|write|answer|reply|use|talk|switch|change)(?: me)?(?: (?:in|to|into))? |in )?"
)
_POLITE = r"(?: please| pls| only| di| nhe| nha| a| ad| voi| duoc khong| dc k| dc khong)*"
_VIETNAMESE_ASKING = (
    r"(?:(?:xin|hay|vui long|cho toi|toi muon|muon|doi|chuyen|noi|dung|tra loi|viet|ngon ngu|sang|bang|qua|thanh) )"
    r"{0,5}"
)
_ENGLISH = re.compile(rf"{_ASKING}english{_POLITE}|{_VIETNAMESE_ASKING}tieng anh{_POLITE}")
_VIETNAMESE = re.compile(rf"{_ASKING}vietnamese{_POLITE}|{_VIETNAMESE_ASKING}tieng viet{_POLITE}")
_MAX_CHARS = 60


def language_wished(text: str) -> str | None:
    """Return `en` or `vi` for a message that asks for nothing but a language, else None."""
    if len(text) > _MAX_CHARS:
        return None
    said = re.sub(r"[^a-z0-9]+", " ", fold(text)).strip()
    if _ENGLISH.fullmatch(said):
        return "en"
    return "vi" if _VIETNAMESE.fullmatch(said) else None


async def wishes_language(context: Context) -> dict[str, str] | bool:
    """The text asks for a language; extra `language`."""
    language = language_wished(context.text)
    return {"language": language} if language else False


@router.intent(*Label, filters=(wishes_language,))
async def set_by_words(context: Context, language: str) -> None:
    """Keep what was asked for."""
    await _set(context, language)


@router.unclear()
async def set_by_unclear_words(context: Context) -> Passed | None:
    """The same, where the words are understood as nothing else."""
    language = language_wished(context.text)
    if language is None:
        return PASS
    await _set(context, language)
    return None


@router.command("language")
async def set_by_command(context: Context, argument: str) -> None:
    """`#language en`, `#language vi`; without one, the other language than the present one."""
    wished = argument.strip().lower()
    other = "vi" if context.language == "en" else "en"
    await _set(context, wished if wished in {"vi", "en"} else other)


async def _set(context: Context, language: str) -> None:
    await citizens.set_language(context.database, context.citizen.id, language, is_choice=True)
    context.citizen = replace(context.citizen, language=language, has_chosen_language=True)
    words = words_of(language)
    await context.answer(f"{words.language_set}\n{words.choose}", *main_menu(language))
