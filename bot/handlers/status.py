"""Any text: where the sender's dossiers stand, and what this account is."""

from __future__ import annotations

from bot.context import Context
from bot.filters import has_text
from bot.router import Router
from bot.texts import describe_dossier
from channels.base import EventKind
from storage import dossiers

router = Router("status")

MAX_DOSSIERS = 5
"""More in one answer is not read; the latest handled come first."""


@router.on(EventKind.MESSAGE, has_text)
async def answer_text(context: Context, text: str) -> None:  # noqa: ARG001 - every text gets this answer
    """Answer with the linked dossiers, or with what this account does when there is none."""
    words = context.words
    linked = await dossiers.linked_to(context.database, context.citizen.id, limit=MAX_DOSSIERS + 1)
    if not linked:
        await context.reply(f"{words.introduction}\n\n{words.nothing_linked}\n\n{words.safety}")
        return
    blocks = [describe_dossier(dossier, words, context.now) for dossier in linked[:MAX_DOSSIERS]]
    more = [words.more_dossiers] if len(linked) > MAX_DOSSIERS else []
    await context.reply("\n\n".join((words.linked, *blocks, *more, words.short_footer)))
