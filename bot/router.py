"""A tree of routers: an event walks down until one handler answers.

Handlers are listed by kind of event, so that an event meets only those that could want it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

from bot.context import Context
from channels.base import EventKind

Match = bool | Mapping[str, Any]
"""No, yes, or yes with extras that the handler gets as keyword arguments."""

Filter = Callable[[Context], Awaitable[Match]]
Handler = Callable[..., Awaitable[None]]


@dataclass(frozen=True, slots=True)
class _Rule:
    handler: Handler
    filters: tuple[Filter, ...]


class Router:
    """Handlers of one task, and routers below it; the first match in the order of registration answers."""

    def __init__(self, name: str) -> None:
        self.name = name
        self._rules: defaultdict[EventKind, list[_Rule]] = defaultdict(list)
        self._children: list[Router] = []

    def on(self, kind: EventKind, *filters: Filter) -> Callable[[Handler], Handler]:
        """Register the decorated handler for events of a kind that pass every filter."""

        def register(handler: Handler) -> Handler:
            self._rules[kind].append(_Rule(handler, filters))
            return handler

        return register

    def include(self, *routers: Router) -> None:
        """Put routers below this one; they are asked after its own handlers, in this order."""
        self._children += routers

    async def walk(self, context: Context) -> bool:
        """Let the first handler that wants the event answer it, and say whether there was one."""
        for rule in self._rules.get(context.event.kind, ()):
            extras = await _collect(rule.filters, context)
            if extras is not None:
                await rule.handler(context, **extras)
                return True
        for child in self._children:
            if await child.walk(context):
                return True
        return False


async def _collect(filters: tuple[Filter, ...], context: Context) -> dict[str, Any] | None:
    """Return the extras of all filters, or None when one says no."""
    extras: dict[str, Any] = {}
    for wants in filters:
        match = await wants(context)
        if match is False:
            return None
        if match is not True:
            extras.update(match)
    return extras
