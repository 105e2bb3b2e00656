"""Groups, shared phones and whatever else is no text, without a platform: impersonal where others read along."""

import pytest

from bot import handlers
from bot.answers import Choice
from bot.context import Context
from bot.dispatcher import Dispatcher
from bot.menu import main_menu
from bot.texts.other import words_of
from bot.updates import MESSAGES, UpdateKind
from tests.unit.bot.contexts import Heard, make_context


async def told(kind: UpdateKind, language: str, text: str | None = None) -> Heard:
    context: Context = make_context(text, kind=kind, language=language)
    assert await Dispatcher(handlers.router).dispatch(context)
    assert isinstance(context.say, Heard)
    return context.say


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_in_a_group_nothing_personal_is_said_and_nothing_offered(language: str) -> None:
    heard = await told(UpdateKind.GROUP, language, "hồ sơ H17.33.2-260302-0001 tới đâu rồi")
    (answer,) = heard.answers
    assert (answer.text, answer.options) == (words_of(language).group, ())
    assert "H17" not in answer.text


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_a_shared_phone_links_nothing_and_the_way_to_link_is_offered(language: str) -> None:
    heard = await told(UpdateKind.CONTACT_SHARED, language)
    (answer,) = heard.answers
    assert answer.text == words_of(language).shared_phone
    assert [option.payload for option in answer.options if isinstance(option, Choice)] == ["#link", "#menu"]


@pytest.mark.parametrize("kind", [UpdateKind.OTHER, UpdateKind.GIF, UpdateKind.TEXT])
async def test_what_nobody_knows_gets_the_menu(kind: UpdateKind) -> None:
    heard = await told(kind, "vi")
    (answer,) = heard.answers
    assert answer.options == main_menu("vi")


def test_every_kind_of_message_and_every_command_of_the_menu_has_somebody_who_answers() -> None:
    names = handlers.router.names()
    assert {f"kind:{kind}" for kind in MESSAGES} <= names
    commands = {"menu", "help", "mine", "status", "timeline", "rate", "norate", "rated", "genuine", "language"}
    commands |= {"link", "procedures", "papers", "fee", "where", "post", "feedback", "person", "stop", "mydata"}
    assert {f"command:{name}" for name in commands} <= names
