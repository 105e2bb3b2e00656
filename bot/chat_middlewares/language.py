"""Who writes in English is answered in English, until they say or show otherwise."""

from __future__ import annotations

import unicodedata
from dataclasses import replace

from bot.context import Context
from bot.dispatcher import Next
from storage import citizens

_MARKS = frozenset("\u0300\u0301\u0302\u0303\u0306\u0309\u031b\u0323")  # of tones and letters


async def guess_language(context: Context, next_: Next) -> bool:
    """Follow the language of a message for this answer and the next ones, unless the person chose one."""
    citizen, meaning = context.citizen, context.meaning
    if citizen.has_chosen_language or meaning is None:
        return await next_(context)
    seems = language_of(context.text, is_english=meaning.entities.is_english, present=citizen.language)
    if seems != citizen.language:
        await citizens.set_language(context.database, citizen.id, seems, is_choice=False)
        context.citizen = replace(citizen, language=seems)
    return await next_(context)


def language_of(text: str, *, is_english: bool, present: str) -> str:
    """Return the language to answer a text in: vi, en, or the present one where the text says nothing about it."""
    if is_english and len(text.split()) > 1:  # "menu", "stop", "ok": Vietnamese people write these too
        return "en"
    return "vi" if present != "vi" and _is_surely_vietnamese(text) else present


def _is_surely_vietnamese(text: str) -> bool:
    """Whether there are letters that English does not have; "ok" and numbers say nothing."""
    return "đ" in text.lower() or any(char in _MARKS for char in unicodedata.normalize("NFD", text))
