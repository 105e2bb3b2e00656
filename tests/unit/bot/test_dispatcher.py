"""The order in which handlers are asked, and the middlewares around them."""

from enum import StrEnum
from typing import Any

import pytest

from bot.context import Context
from bot.dispatcher import Dispatcher, Next
from bot.fsm import Standing
from bot.router import PASS, Passed, Router
from bot.understanding import Label, Meaning
from bot.updates import UpdateKind
from tests.unit.bot.contexts import make_context, meaning, reads_as

DANGER = meaning(is_danger=True)
OPT_OUT = meaning(is_opt_out=True)


class Asking(StrEnum):
    CODE = "asking.code"


def listening(*, passing: tuple[str, ...] = ()) -> tuple[Router, list[Any]]:
    """A router with one handler of each sort, and what they noted."""
    router, calls = Router("all"), []

    def note(name: str) -> Any:
        async def handler(_context: Context, **extras: Any) -> Passed | None:
            calls.append((name, *extras.values()))
            return PASS if name in passing else None

        return handler

    router.danger()(note("danger"))
    router.command("status")(note("command"))
    router.state(Asking.CODE, kinds=(UpdateKind.TEXT, UpdateKind.PHOTO))(note("state"))
    router.intent(Label.STOP_NOTIFICATIONS)(note("stop"))
    router.intent(Label.FEE)(note("fee"))
    router.unclear()(note("unclear"))
    router.on(UpdateKind.TEXT)(note("text"))
    router.on(UpdateKind.PHOTO)(note("photo"))
    return router, calls


async def dispatch(router: Router, context: Context, read: Meaning | None = None) -> bool:
    return await Dispatcher(router, understands=reads_as(read or meaning())).dispatch(context)


IN_STATE = Standing(Asking.CODE.value, {"a": 1})


@pytest.mark.parametrize(
    ("text", "standing", "read", "who"),
    [
        ("lệ phí bao nhiêu", Standing(), meaning(), ("fee",)),
        ("a b c", Standing(), meaning(confidence=0.2), ("unclear",)),
        ("a b c", Standing(), meaning(Label.HELP), ("unclear",)),  # nobody is listed under it
        ("123456", IN_STATE, meaning(confidence=0.1), ("state",)),
        ("cứu tôi với", IN_STATE, DANGER, ("danger",)),
        ("dừng", Standing(), OPT_OUT, ("stop",)),
        ("#status 12", IN_STATE, meaning(), ("command", "12")),
        ("/status", Standing(), meaning(), ("command", "")),
        ("#status  H17.33.2-260302-0001 \n", Standing(), meaning(), ("command", "H17.33.2-260302-0001")),
        ("#nobody", Standing(), meaning(confidence=0.1), ("unclear",)),
        ("Xem hồ sơ", Standing(choices={"xem ho so": "#status 5"}), meaning(), ("command", "5")),
        ("1.", Standing(choices={"1": "#status 6"}), meaning(), ("command", "6")),
        ("2", Standing(choices={"1": "#status 6"}), meaning(confidence=0.1), ("unclear",)),
    ],
)
async def test_who_is_asked_first(text: str, standing: Standing, read: Meaning, who: tuple[str, ...]) -> None:
    router, calls = listening()
    assert await dispatch(router, make_context(text, standing=standing), read)
    assert calls == [who]


async def test_every_handler_may_pass_and_the_last_one_is_that_of_the_kind() -> None:
    router, calls = listening(passing=("danger", "command", "state", "stop", "fee", "unclear"))
    read = meaning(is_danger=True, is_opt_out=True)
    assert await dispatch(router, make_context("#status 1", standing=IN_STATE), read)
    assert [call[0] for call in calls] == ["command", "danger", "state", "stop", "fee", "unclear", "text"]


async def test_other_kinds_go_to_the_state_and_then_to_their_own_handler() -> None:
    router, calls = listening(passing=("state",))
    photo = make_context(None, kind=UpdateKind.PHOTO, standing=IN_STATE)
    assert await dispatch(router, photo)
    assert [call[0] for call in calls] == ["state", "photo"]
    assert photo.meaning is None


async def test_what_is_said_in_a_group_is_neither_a_command_nor_a_choice() -> None:
    router, calls = listening()
    group = make_context("#status 1", kind=UpdateKind.GROUP, standing=Standing(choices={"1": "#status 6"}))
    assert not await dispatch(router, group)
    assert calls == []


async def test_nobody_wants_a_kind_without_handlers() -> None:
    router, _ = listening()
    assert not await dispatch(router, make_context(None, kind=UpdateKind.VOICE))


async def test_middlewares_stand_around_the_rest_and_may_end_the_way() -> None:
    router, calls = listening()

    def named(name: str, *, ends: bool = False) -> Any:
        async def middleware(context: Context, next_: Next) -> bool:
            calls.append((name, context.meaning is not None))
            handled = ends or await next_(context)
            calls.append((name, "after"))
            return handled

        return middleware

    dispatcher = Dispatcher(router, middlewares=[named("a"), named("b")], understands=reads_as(meaning()))
    assert await dispatcher.dispatch(make_context())
    assert calls == [("a", True), ("b", True), ("fee",), ("b", "after"), ("a", "after")]
    calls.clear()
    dispatcher = Dispatcher(router, middlewares=[named("a", ends=True), named("b")], understands=reads_as(meaning()))
    assert await dispatcher.dispatch(make_context())
    assert calls == [("a", True), ("a", "after")]
