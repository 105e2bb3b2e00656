"""Following and no longer following the account."""

from __future__ import annotations

from bot.context import Context
from bot.menu import main_menu
from bot.router import Router
from bot.updates import UpdateKind
from storage import citizens

router = Router("follow")


@router.on(UpdateKind.FOLLOWED)
async def welcome(context: Context) -> None:
    """Note it on the citizen, and welcome who has come: who answers here, what never is asked for, the menu."""
    await citizens.set_follows(context.database, context.citizen.id, follows=True)
    await context.answer(f"{context.words.welcome}\n\n{context.words.safety}", *main_menu(context.language))


@router.on(UpdateKind.UNFOLLOWED)
async def note_leaving(context: Context) -> None:
    """Note it, and leave in peace who has gone."""
    await citizens.set_follows(context.database, context.citizen.id, follows=False)


@router.on(UpdateKind.CHAT_OPENED)
async def note_opening(context: Context) -> None:
    """Say nothing: the person has not said anything yet."""
