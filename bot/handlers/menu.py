"""The menu, and help: what may be asked here."""

from __future__ import annotations

from bot.context import Context
from bot.handlers.start import Talk, read_talk
from bot.menu import main_menu, more_menu
from bot.router import Router
from bot.texts.menu import words_of
from bot.understanding import Label

router = Router("menu")


@router.command("menu")
async def show_menu(context: Context, argument: str) -> None:
    """`#menu`, and its second half by `#menu more`. What was under way is left."""
    context.leave()
    words = words_of(context.language)
    if argument == "more":
        await context.answer(words.more, *more_menu(context.language))
    else:
        await context.answer(words.choose, *main_menu(context.language))


@router.command("help")
async def help_by_command(context: Context, argument: str) -> None:  # noqa: ARG001 - the command takes none
    """`#help`, as on the platform's menu."""
    await help_by_words(context)


@router.intent(Label.HELP)
async def help_by_words(context: Context) -> None:
    """Say what may be asked, with examples, and how to reach a person."""
    words = words_of(context.language)
    await context.answer(f"{words.help}\n\n{context.words.safety}", *main_menu(context.language))


@router.intent(Label.OUT_OF_SCOPE)
async def decline(context: Context) -> None:
    """Say politely what this account cannot do, and what it can."""
    words = words_of(context.language)
    if read_talk(context.text) is Talk.NOTED:  # "no", when nothing is asked
        await context.answer(words.noted)
        return
    await context.answer(f"{words.out_of_scope}\n{words.choose}", *main_menu(context.language))
