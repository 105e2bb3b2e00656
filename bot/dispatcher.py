"""From an update to its handler: middlewares around, then the look-up keys in their order.

The order: danger before everything; a command (what a button sends); the state that the conversation is in; an opt-out
word; the intent; what is not understood; the kind. A handler that returns `PASS` lets the next one look.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

from bot.context import Context
from bot.rendering import chosen
from bot.router import Router
from bot.understanding import LOW_CONFIDENCE, Label, Meaning, understand
from bot.updates import UpdateKind

DANGER: Final = "danger"
UNCLEAR: Final = "unclear"
_OPT_OUT: Final = f"intent:{Label.STOP_NOTIFICATIONS.value}"
_ANY_TEXT: Final = f"kind:{UpdateKind.TEXT.value}"
_COMMAND = re.compile(r"[#/]([a-z][a-z_]{0,31})(?:\s+(.{0,500}))?", re.DOTALL)

Next = Callable[[Context], Awaitable[bool]]
Middleware = Callable[[Context, Next], Awaitable[bool]]
"""Does something around the rest of the way, or ends it by not calling `next_`; returns whether it was handled."""


class Dispatcher:
    """Takes one update at a time, many at once.

    Args:
        router: the tree of handlers.
        middlewares: outermost first.
        understands: reads a text; a part so that other languages or a stricter reader can take its place.
    """

    def __init__(
        self,
        router: Router,
        *,
        middlewares: Sequence[Middleware] = (),
        understands: Callable[..., Meaning] = understand,
    ) -> None:
        self._router = router
        self._understands = understands
        way: Next = self._route
        for middleware in reversed(middlewares):
            way = _around(middleware, way)
        self._way = way

    async def dispatch(self, context: Context) -> bool:
        """Have an update answered, and say whether somebody wanted it.

        A text is read before the middlewares: `context.command`, or else `context.meaning`.
        """
        update = context.update
        if update.kind is UpdateKind.TEXT and update.text:
            text = chosen(update.text, context.standing.choices) or update.text
            if command := _COMMAND.fullmatch(text.strip()):
                context.command = (command[1], (command[2] or "").strip())
            else:
                self._understand(context)
        return await self._way(context)

    def _understand(self, context: Context) -> Meaning:
        if context.meaning is None:
            context.meaning = self._understands(context.text, now=context.now)
        return context.meaning

    async def _route(self, context: Context) -> bool:
        if context.command is not None:
            name, argument = context.command
            if await self._router.walk(context, (f"command:{name}",), {"argument": argument}):
                return True
        elif context.meaning is None:
            return await self._router.walk(context, _keys_of_kind(context))
        return await self._router.walk(context, self._keys_of_text(context))

    def _keys_of_text(self, context: Context) -> Iterator[str]:
        # Lazily: most texts end at the first keys, and commands are hardly ever read as sentences.
        meaning = self._understand(context)
        if meaning.is_danger:
            yield DANGER
        if context.standing.state is not None:
            yield f"state:{context.standing.state}:text"
        if meaning.is_opt_out:
            yield _OPT_OUT
        yield UNCLEAR if meaning.confidence < LOW_CONFIDENCE else f"intent:{meaning.label.value}"
        yield UNCLEAR
        yield _ANY_TEXT


def _keys_of_kind(context: Context) -> Iterator[str]:
    if context.standing.state is not None:
        yield f"state:{context.standing.state}:{context.update.kind}"
    yield f"kind:{context.update.kind}"


def _around(middleware: Middleware, way: Next) -> Next:
    def go(context: Context) -> Awaitable[bool]:
        return middleware(context, way)

    return go
