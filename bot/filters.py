"""Small questions about an update: no, yes, or yes with extras."""

from __future__ import annotations

from bot.context import Context
from bot.router import Match


async def has_text(context: Context) -> Match:
    """A message with words in it; extra `text`, as it was typed."""
    text = context.update.text
    return {"text": text} if text and text.strip() else False


async def is_english(context: Context) -> bool:
    """The person reads English."""
    return context.language == "en"
