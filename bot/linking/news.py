"""Links that ended without the citizen's doing: told once, with the answer to the next question."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.texts.linking import words_of
from storage import links

if TYPE_CHECKING:
    from bot.context import Context


async def ended_links(context: Context) -> list[str]:
    """Return a sentence for each link that ended by itself, or by another phone in the dossier, and was not told yet.

    For the answers of lists and states; the same again when the same message is worked on again.
    """
    words = words_of(context.language)
    told = await links.take_news(context.database, context.citizen.id, context.entry_id)
    return [
        (words.ended_phone if one.reason == "phone_changed" else words.ended_expired).format(code=one.code)
        for one in told
    ]
