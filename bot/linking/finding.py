"""Is this dossier one that the citizen may ask about? The one door to dossiers by their code."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.linking import limits, metrics
from dossiers import DossierCodeError, normalise_dossier_code
from storage import guesses, links
from storage.guesses import Kind

if TYPE_CHECKING:
    from bot.context import Context
    from storage.dossiers import Dossier
    from storage.links import Link


async def find_link(context: Context, code: str) -> Link | None:
    """Return the citizen's link to a dossier, by its code in any written form or by our id of it.

    None for what is wrong, unknown and not theirs: the caller says the same words for all, and nothing tells them
    apart here. Each such miss counts against the citizen's limit (`is_guessing`).
    """
    link = await _look(context, code)
    if link is None:
        await _note_miss(context)
    return link


async def find_linked(context: Context, code: str) -> Dossier | None:
    """Return the dossier with this code (or id) if the citizen may ask about it; as `find_link`."""
    link = await find_link(context, code)
    return None if link is None else link.dossier


async def is_guessing(context: Context) -> bool:
    """Say whether a citizen asked about so many dossiers of others that they should be told to wait."""
    async with context.database.transaction() as connection:
        return not await limits.may_look_up(connection, context.services, limits.citizen_subject(context.citizen.id))


async def _look(context: Context, code: str) -> Link | None:
    text = code.strip()
    if text.isascii() and text.isdecimal() and len(text) <= 18:
        return await links.get(context.database, context.citizen.id, int(text))
    try:
        return await links.find(context.database, context.citizen.id, normalise_dossier_code(text))
    except DossierCodeError:
        return None


async def _note_miss(context: Context) -> None:
    citizen = limits.citizen_subject(context.citizen.id)
    async with context.database.transaction() as connection:
        await guesses.lock(connection, context.services.cipher, (citizen,))
        is_allowed = await limits.may_look_up(connection, context.services, citizen)
        kind = Kind.LOOKUP if is_allowed else Kind.REFUSED
        await guesses.add(connection, context.services.cipher, kind, {citizen: True})
        await limits.watch(connection, context.services, citizen)
    metrics.LOOKUPS.labels("counted" if is_allowed else "refused").inc()
