"""A tree of routers: an update walks down until one handler answers.

Handlers are indexed by what an update is looked up by: the command it carries, the state of the conversation, the
intent understood, its kind. An update meets only the handlers listed there, in the order of registration, parents
before children. Filters are coroutines on the same loop, never threads (facts: performance 6).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum, StrEnum
from typing import TYPE_CHECKING, Any, Final

from bot.updates import UpdateKind

if TYPE_CHECKING:
    from bot.context import Context
    from bot.understanding import Label

Match = bool | Mapping[str, Any]
"""No, yes, or yes with extras that the handler gets as keyword arguments."""


class Passed(Enum):
    """What a handler returns that does not want the update after all."""

    PASS = "pass"  # noqa: S105 - no password


PASS: Final = Passed.PASS

Filter = Callable[["Context"], Awaitable[Match]]
Handler = Callable[..., Awaitable[Passed | None]]


@dataclass(frozen=True, slots=True)
class _Rule:
    handler: Handler
    filters: tuple[Filter, ...]


class Router:
    """Handlers of one task, and routers below it; the first match in the order of registration answers.

    `filters` hold for all handlers of this router and below.
    """

    def __init__(self, name: str, *filters: Filter) -> None:
        self.name = name
        self._filters = filters
        self._rules: list[tuple[str, _Rule]] = []
        self._children: list[Router] = []
        self._parents: list[Router] = []
        self._index: dict[str, tuple[_Rule, ...]] | None = None

    def command(self, name: str, *filters: Filter) -> Callable[[Handler], Handler]:
        """Register for `#name` and `#name words`: what a button sends. The handler gets `argument`, a str."""
        return self._register([f"command:{name}"], filters)

    def state(
        self, state: StrEnum, *filters: Filter, kinds: Iterable[UpdateKind] = (UpdateKind.TEXT,)
    ) -> Callable[[Handler], Handler]:
        """Register for messages of these kinds while the conversation is in a state."""
        return self._register([f"state:{state.value}:{kind.value}" for kind in kinds], filters)

    def intent(self, *labels: Label, filters: tuple[Filter, ...] = ()) -> Callable[[Handler], Handler]:
        """Register for texts that were understood as one of these; `context.meaning` says the rest."""
        return self._register([f"intent:{label.value}" for label in labels], filters)

    def danger(self) -> Callable[[Handler], Handler]:
        """Register for words of danger; asked before everything."""
        return self._register(["danger"], ())

    def unclear(self) -> Callable[[Handler], Handler]:
        """Register for texts that were not understood well enough, or that no other handler wanted."""
        return self._register(["unclear"], ())

    def on(self, kind: UpdateKind, *filters: Filter) -> Callable[[Handler], Handler]:
        """Register for updates of a kind that pass every filter."""
        return self._register([f"kind:{kind.value}"], filters)

    def include(self, *routers: Router) -> None:
        """Put routers below this one; they are asked after its own handlers, in this order."""
        self._children += routers
        for router in routers:
            router._parents.append(self)  # noqa: SLF001 - the same class
        self._outdate()

    async def walk(self, context: Context, keys: Iterable[str], extras: Mapping[str, Any] | None = None) -> bool:
        """Let the first handler under these keys, in their order, that wants the update answer it; say whether one did.

        `extras` are for handlers of commands.
        """
        index = self._index
        if index is None:
            index = self._index = self._build()
        for key in keys:
            for rule in index.get(key, ()):
                matched = await _collect(rule.filters, context) if rule.filters else {}
                if matched is None:
                    continue
                if extras and key.startswith("command:"):
                    matched = {**extras, **matched}
                if await rule.handler(context, **matched) is not PASS:
                    return True
        return False

    def names(self) -> set[str]:
        """Return the keys that have handlers, for tests and documents."""
        return {key for key, _ in self._flat(())}

    def _register(self, keys: list[str], filters: tuple[Filter, ...]) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            rule = _Rule(handler, filters)
            self._rules += [(key, rule) for key in keys]
            self._outdate()
            return handler

        return register

    def _outdate(self) -> None:
        self._index = None
        for parent in self._parents:
            parent._outdate()  # noqa: SLF001 - the same class

    def _flat(self, above: tuple[Filter, ...]) -> Iterator[tuple[str, _Rule]]:
        filters = above + self._filters
        for key, rule in self._rules:
            yield key, _Rule(rule.handler, filters + rule.filters)
        for child in self._children:
            yield from child._flat(filters)  # noqa: SLF001 - the same class

    def _build(self) -> dict[str, tuple[_Rule, ...]]:
        lists: defaultdict[str, list[_Rule]] = defaultdict(list)
        for key, rule in self._flat(()):
            lists[key].append(rule)
        return {key: tuple(rules) for key, rules in lists.items()}


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
