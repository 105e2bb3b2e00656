"""The walk through the tree of routers."""

from datetime import UTC, datetime
from typing import Any, cast

from bot.context import Context
from bot.router import Match, Router
from bot.texts import words_for
from channels.base import EventKind, IncomingEvent, RawPayload
from storage.citizens import Citizen
from storage.database import Database


def context(kind: EventKind = EventKind.MESSAGE) -> Context:
    async def reply(text: str) -> None: ...

    event = IncomingEvent(platform="zalo", event_name="e", dedup_key="k", kind=kind, payload=RawPayload())
    return Context(event, Citizen(1, "vi", None), cast("Database", None), reply, words_for("vi"), datetime.now(UTC))


def noting(router: Router, name: str, calls: list[Any], *filters: Any, kind: EventKind = EventKind.MESSAGE) -> None:
    async def handler(_context: Context, **extras: Any) -> None:
        calls.append((name, extras))

    router.on(kind, *filters)(handler)


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
    assert await router.walk(context())
    assert calls == [("b", {})]


async def test_extras_of_all_filters_reach_the_handler() -> None:
    router, calls = Router("r"), []
    noting(router, "a", calls, word, yes, nothing_extra)
    assert await router.walk(context())
    assert calls == [("a", {"word": "xin"})]


async def test_children_are_asked_in_order_after_the_own_handlers() -> None:
    root, first, second, calls = Router("root"), Router("first"), Router("second"), []
    root.include(first, second)
    noting(second, "second", calls)
    noting(first, "first", calls, no)
    assert await root.walk(context())
    noting(root, "root", calls)
    assert await root.walk(context())
    assert [name for name, _ in calls] == ["second", "root"]


async def test_nobody_answers_an_event_of_another_kind() -> None:
    router, calls = Router("r"), []
    noting(router, "a", calls)
    assert not await router.walk(context(EventKind.RELATIONSHIP))
    assert calls == []
