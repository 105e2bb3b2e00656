"""What is owed after any answer: the second wish of a message is offered, and failures in a row are counted anew."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from bot.answers import MAX_CHOICES, Answer, Choice
from bot.context import Context, Say
from bot.dispatcher import Next
from bot.handlers.procedures import Asking
from bot.menu import wish_button
from bot.rating import STATES as MESSAGE_LONG_STATES
from bot.rendering import typed_choices
from bot.texts.menu import words_of
from bot.understanding import Label
from storage import conversations

_ONE_TASK = {Label.DOSSIER_STATUS, Label.LIST_DOSSIERS}
"""An answer to the one leads to the other anyway."""
_OF_WHAT_WAS_SHOWN: Mapping[Label, str] = {
    Label.PROCEDURE_PAPERS: "papers",
    Label.FEE: "fee",
    Label.WHERE_WHEN: "where",
}


@dataclass(slots=True)
class _LastHeldBack:
    """Passes answers on, one behind: the last may still get a button more."""

    say: Say
    held: Answer | None = None

    async def __call__(self, answer: Answer) -> None:
        await self.let_go()
        self.held = answer

    async def let_go(self) -> None:
        answer, self.held = self.held, None
        if answer is not None:
            await self.say(answer)


async def count_failures_anew(context: Context, next_: Next) -> bool:
    """Begin to count again after a message that was understood."""
    before = 0 if context.conversation is None else context.conversation.failures
    is_handled = await next_(context)
    is_failure = context.conversation is not None and context.conversation.failures > before
    if before and is_handled and not is_failure and context.update.is_message:
        await conversations.note_failures(context.database, context.citizen.id, 0)
    return is_handled


async def end_short_states(context: Context, next_: Next) -> bool:
    """Let a state that stands for the next message alone end with it, also when that was a command."""
    before = context.standing
    is_handled = await next_(context)
    is_untouched = context.standing.state == before.state and context.standing.data is before.data
    if before.state in MESSAGE_LONG_STATES and is_untouched:
        context.leave()
    return is_handled


async def offer_second_wish(context: Context, next_: Next) -> bool:
    """Put the second wish of a message under the last answer to the first (docs: public-services 5, "two intents").

    Not when the first began something that waits for an answer of the person's, or goes on with such a thing.
    """
    meaning = context.meaning
    if meaning is None or meaning.second in {None, meaning.label} or _waits_for_something(context):
        return await next_(context)
    direct = context.say
    context.say = last = _LastHeldBack(direct)
    try:
        is_handled = await next_(context)
    except Exception:
        await last.let_go()  # what a handler said before it failed goes out as it would have without us
        raise
    finally:
        context.say = direct
    last.held = _with_second_wish(context, last.held)
    await last.let_go()
    return is_handled


def _waits_for_something(context: Context) -> bool:
    """Whether a task waits for words of the person; a procedure that was shown is merely remembered."""
    return context.standing.state not in {None, Asking.SHOWN}


def _with_second_wish(context: Context, answer: Answer | None) -> Answer | None:
    meaning = context.meaning
    if answer is None or meaning is None or meaning.second is None or _waits_for_something(context):
        return answer
    if {meaning.label, meaning.second} == _ONE_TASK:
        return answer
    button = wish_button(meaning.second, meaning.entities, context.language)
    if button is not None and meaning.second in _OF_WHAT_WAS_SHOWN and context.standing.state == Asking.SHOWN:
        # Of the procedure that was just shown, and so under the button that it may have already.
        shown = f"#{_OF_WHAT_WAS_SHOWN[meaning.second]} {context.standing.data.get('code')}"
        button = replace(button, payload=shown)
    if button is None or any(isinstance(one, Choice) and one.payload == button.payload for one in answer.options):
        return answer
    offer = words_of(context.language).also.format(wish=button.title.lower())
    options = (*answer.options[: MAX_CHOICES - 1], button)
    combined = replace(answer, text=f"{answer.text}\n\n{offer}", options=options)
    context.standing = replace(context.standing, choices=dict(context.standing.choices) | typed_choices(combined))
    return combined
