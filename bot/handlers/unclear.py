"""What was not understood: the likeliest readings or the menu, and after the second time in a row a person.

docs: public-services 5: "Very low confidence → menu with buttons, then a person after two failures".
"""

from __future__ import annotations

from dataclasses import replace

from bot.answers import Call, Choice, Option
from bot.context import Context
from bot.menu import main_menu, whole_menu, wish_button
from bot.router import Router
from bot.texts.menu import words_of
from storage import conversations

router = Router("unclear")

TOO_MANY = 2
"""With so many failures in a row a person is offered."""
_WORTH_A_GUESS = 0.2
"""Below it the likeliest reading is no better than another."""


@router.unclear()
async def ask_back(context: Context) -> None:
    """Ask what was meant; the second time in a row, offer a person."""
    failures = 1 if context.conversation is None else context.conversation.failures + 1
    words = words_of(context.language)
    if failures >= TOO_MANY:
        hotline = context.services.config.hotline
        person = Choice(words.person, "#person")
        call = Call(words.call_hotline.format(hotline=hotline), hotline)
        await context.answer(words.unclear_again, person, call, whole_menu(context.language))
    elif readings := readings_of(context):
        await context.answer(words.unclear_which, *readings, whole_menu(context.language))
    else:
        await context.answer(words.unclear, *main_menu(context.language))
    # After the answer: tried again after a crash, the message must meet the same number.
    await conversations.note_failures(context.database, context.citizen.id, failures)
    if context.conversation is not None:
        context.conversation = replace(context.conversation, failures=failures)


def readings_of(context: Context) -> list[Option]:
    """Return buttons for what it may have meant, the likeliest first."""
    meaning = context.meaning
    if meaning is None or meaning.confidence < _WORTH_A_GUESS:
        return []
    labels = [meaning.label] + ([meaning.second] if meaning.second is not None else [])
    buttons = [wish_button(label, meaning.entities, context.language) for label in dict.fromkeys(labels)]
    return [button for button in buttons if button is not None]
