"""Where a broadcast's recipients and their words come from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from storage.broadcast_rows import Moving


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who gets a message; `content` is what a notice's is (storage/notices.py, `NewNotice`).

    `phone`: 84 and nine digits; `key`: the place in the audience's order.
    """

    key: str
    phone: str = field(repr=False)
    language: str
    content: Mapping[str, Any] = field(repr=False)


class Source(Protocol):
    """The people of a broadcast, page by page in an order that stays the same."""

    async def page(self, broadcast: Moving, *, after: str | None, limit: int) -> Sequence[Person]:
        """Return the next people after a key, at most `limit`; nobody: there are no more."""
        ...

    async def count_opted_out(self, broadcast: Moving) -> int:
        """Count the people of the audience who want nothing, and so are on no page."""
        ...
