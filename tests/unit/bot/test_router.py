"""The walk through the tree of routers."""

from collections.abc import Iterable
from typing import Any

import pytest

from bot.context import Context
from bot.router import PASS, Match, Passed, Router
from bot.updates import UpdateKind
from tests.unit.bot.contexts import make_context

TEXT = ("kind:text",)


def noting(router: Router, name: str, calls: list[Any], *filters: Any, kind: UpdateKind = UpdateKind.TEXT) -> None:
    async def handler(_context: Context, **extras: Any) -> None:
        calls.append((name, extras))

    router.on(kind, *filters)(handler)


async def walk(router: Router, keys: Iterable[str] = TEXT, **extras: Any) -> bool:
    return await router.walk(make_context(), keys, extras)


async def yes(_context: Context) -> Match:
    return True


async def no(_context: Context) -> Match:
    return False


async def word(_context: Context) -> Match:
    return {"word": "xin"}


async def nothing_extra(_context: Context) -> Match:
    return {}


async def test_the_first_match_answers_and_nobody_after_it() -> None:
    router, calls = Router("r"), []
    noting(router, "a", calls, no)
    noting(router, "b", calls, yes)
    noting(router, "c", calls)
    assert await walk(router)
    assert calls == [("b", {})]


async def test_extras_of_all_filters_reach_the_handler() -> None:
    router, calls = Router("r"), []
    noting(router, "a", calls, word, yes, nothing_extra)
    assert await walk(router)
    assert calls == [("a", {"word": "xin"})]


async def test_children_are_asked_in_order_after_the_own_handlers() -> None:
    root, first, second, calls = Router("root"), Router("first"), Router("second"), []
    root.include(first, second)
    noting(second, "second", calls)
    noting(first, "first", calls, no)
    assert await walk(root)
    noting(root, "root", calls)
    assert await walk(root)
    assert [name for name, _ in calls] == ["second", "root"]


async def test_a_handler_that_is_added_below_later_is_asked_too() -> None:
    root, child, calls = Router("root"), Router("child"), []
    root.include(child)
    assert not await walk(root)
    noting(child, "late", calls)
    assert await walk(root)


async def test_the_filters_of_a_router_hold_for_all_below_it() -> None:
    root, child, calls = Router("root", no), Router("child"), []
    root.include(child)
    noting(child, "child", calls)
    assert not await walk(root)
    assert calls == []


async def test_nobody_answers_what_is_listed_under_another_key() -> None:
    router, calls = Router("r"), []
    noting(router, "a", calls)
    assert not await walk(router, ("kind:photo", "intent:fee", "state:x:text"))
    assert calls == []


async def test_a_handler_that_passes_lets_the_next_one_look() -> None:
    router, calls = Router("r"), []

    @router.danger()
    async def does_not_want_it(_context: Context) -> Passed:
        calls.append(("danger", {}))
        return PASS

    noting(router, "text", calls)
    assert await walk(router, ("danger", *TEXT))
    assert [name for name, _ in calls] == ["danger", "text"]


async def test_only_a_commands_handler_gets_the_argument() -> None:
    router, calls = Router("r"), []

    @router.command("status")
    async def status(_context: Context, argument: str) -> Passed:
        calls.append(argument)
        return PASS

    noting(router, "text", calls)
    assert await walk(router, ("command:status", *TEXT), argument="12")
    assert calls == ["12", ("text", {})]


async def test_keys_are_not_even_asked_for_once_somebody_has_answered() -> None:
    router, calls = Router("r"), []
    noting(router, "a", calls)

    def keys() -> Iterable[str]:
        yield from TEXT
        pytest.fail("nobody needed this one")

    assert await walk(router, keys())


def test_the_names_tell_what_is_listed() -> None:
    router = Router("r")
    noting(router, "a", [], kind=UpdateKind.PHOTO)
    assert router.names() == {"kind:photo"}
