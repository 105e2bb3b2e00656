"""The second wish of a message, states that stand for one message, and the buttons of wishes."""

from dataclasses import replace
from enum import StrEnum

import pytest

from bot.answers import MAX_CHOICES, Answer, Choice
from bot.chat_middlewares.after_answer import end_short_states, offer_second_wish
from bot.context import Context
from bot.dispatcher import Dispatcher
from bot.fsm import Standing
from bot.handlers.unclear import readings_of
from bot.menu import main_menu, more_menu, wish_button
from bot.rating import Rating
from bot.router import Router
from bot.texts.menu import words_of
from bot.understanding import Entities, Label
from tests.unit.bot.contexts import Heard, make_context, meaning, reads_as

VI = words_of("vi")


class Asking(StrEnum):
    CODE = "asking.code"


async def answered(context: Context, *answers: Answer, then: StrEnum | None = None) -> list[Answer]:
    """What is heard when a handler gives these answers to a message with two wishes."""
    router = Router("test")

    @router.intent(Label.FEE)
    async def handle(context: Context) -> None:
        for answer in answers:
            await context.send(answer)
        if then is not None:
            context.go(then)

    read = reads_as(meaning(Label.FEE, second=Label.WHERE_WHEN))
    await Dispatcher(router, middlewares=(offer_second_wish,), understands=read).dispatch(context)
    assert isinstance(context.say, Heard)
    return context.say.answers


async def test_the_last_answer_gets_the_second_wish_as_its_last_button() -> None:
    context = make_context("phí bao nhiêu, nộp ở đâu")
    first, last = await answered(context, Answer("một", (Choice("A", "#a"),)), Answer("hai", (Choice("B", "#b"),)))
    assert first == Answer("một", (Choice("A", "#a"),))
    assert last.text == f"hai\n\n{VI.also.format(wish='địa điểm, giờ làm việc')}"
    assert last.options == (Choice("B", "#b"), Choice(VI.where, "#where"))
    # It may be typed as well, by its title and by its number.
    assert {typed for typed, payload in context.standing.choices.items() if payload == "#where"} == {
        "2",
        "dia diem, gio lam viec",
    }


async def test_there_is_room_for_it_among_five_buttons_and_nothing_is_offered_twice() -> None:
    many = tuple(Choice(str(number), f"#n {number}") for number in range(MAX_CHOICES))
    (full,) = await answered(make_context(), Answer("đầy", many))
    assert full.options == (*many[:-1], Choice(VI.where, "#where"))
    (has_it,) = await answered(make_context(), Answer("có", (Choice(VI.where, "#where"),)))
    assert has_it == Answer("có", (Choice(VI.where, "#where"),))


async def test_nothing_is_offered_where_something_waits_for_an_answer() -> None:
    (asked,) = await answered(make_context(), Answer("mã nào?"), then=Asking.CODE)
    assert asked == Answer("mã nào?")
    begun = make_context(standing=Standing(Asking.CODE.value))
    assert await answered(begun, Answer("còn nữa")) == [Answer("còn nữa")]


async def test_what_was_said_before_a_failure_goes_out() -> None:
    router, context = Router("test"), make_context()

    @router.intent(Label.FEE)
    async def handle(context: Context) -> None:
        await context.answer("một")
        raise ZeroDivisionError

    read = reads_as(meaning(Label.FEE, second=Label.WHERE_WHEN))
    with pytest.raises(ZeroDivisionError):
        await Dispatcher(router, middlewares=(offer_second_wish,), understands=read).dispatch(context)
    assert isinstance(context.say, Heard)
    assert context.say.texts == ["một"]


async def test_a_state_for_one_message_ends_with_it_and_others_stay() -> None:
    async def do_nothing(_context: Context) -> bool:
        return True

    async def ask_again(context: Context) -> bool:
        context.go(Rating.WORDS, code="X")
        return True

    context = make_context(standing=Standing(Rating.WORDS.value, {"code": "X"}))
    await end_short_states(context, ask_again)
    assert context.standing.state == Rating.WORDS
    await end_short_states(context, do_nothing)
    assert context.standing.state is None
    context.standing = replace(context.standing, state=Asking.CODE.value)
    await end_short_states(context, do_nothing)
    assert context.standing.state == Asking.CODE


def test_a_wish_takes_the_code_that_was_named_with_it() -> None:
    code = Entities(dossier_codes=("H17.33.2-260302-0001",), procedure_codes=("1.001193",))
    assert wish_button(Label.DOSSIER_STATUS, code, "vi") == Choice(VI.status, "#status H17.33.2-260302-0001")
    assert wish_button(Label.FEE, code, "vi") == Choice(VI.fee, "#fee 1.001193")
    assert wish_button(Label.PROCEDURE_PAPERS, code, "vi") == Choice(VI.procedures, "#papers 1.001193")
    assert wish_button(Label.PROCEDURE_PAPERS, Entities(), "vi") == Choice(VI.procedures, "#procedures")
    assert wish_button(Label.GREETING_THANKS, Entities(), "vi") is None


@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_menu_fits_a_platform_with_five_buttons(language: str) -> None:
    for menu in (main_menu(language), more_menu(language)):
        assert len(menu) == MAX_CHOICES
        assert all(isinstance(option, Choice) and option.payload.startswith("#") for option in menu)


def test_what_was_not_understood_well_is_asked_back_by_its_likeliest_readings() -> None:
    context = make_context()
    context.meaning = meaning(Label.FEE, 0.3, second=Label.WHERE_WHEN)
    assert readings_of(context) == [Choice(VI.fee, "#fee"), Choice(VI.where, "#where")]
    context.meaning = meaning(Label.GREETING_THANKS, 0.4, second=Label.FEE)
    assert readings_of(context) == [Choice(VI.fee, "#fee")]
    context.meaning = meaning(Label.FEE, 0.1)
    assert readings_of(context) == []
