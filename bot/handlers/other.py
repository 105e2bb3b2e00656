"""Stickers, pictures, voice, files, places: an answer, never silence."""

from __future__ import annotations

from bot.context import Context
from bot.router import Router
from channels.base import EventKind

router = Router("other")


@router.on(EventKind.MESSAGE)
async def answer_anything(context: Context) -> None:
    """Say that only text is read here, and what text may ask."""
    await context.reply(f"{context.words.only_text}\n\n{context.words.safety}")
