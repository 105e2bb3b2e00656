"""A further answer beside the first one: what the first offered may still be typed."""

from __future__ import annotations

from dataclasses import replace

from bot.answers import Answer
from bot.context import Context


async def answer_beside(context: Context, answer: Answer) -> None:
    """Send an answer without forgetting the titles that the answer before it offered; numbers mean the newest list.

    Raises:
        ChannelError: as `Context.send`.
    """
    before = {typed: payload for typed, payload in context.standing.choices.items() if not typed.isdecimal()}
    await context.send(answer)
    context.standing = replace(context.standing, choices=before | dict(context.standing.choices))
