"""What one-time codes are for besides links: a task registers what follows on a proof.

    @when_proved("stop")
    async def stop(context: Context, proof: Proof) -> None: …

It may run again with the same `context.entry_id`, as every handler.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from bot.linking.asking import LINK, RELATIVE
from storage.link_codes import Proof

if TYPE_CHECKING:
    from bot.context import Context

Follows = Callable[["Context", Proof], Awaitable[None]]
_FOLLOWS: dict[str, Follows] = {}


def when_proved(purpose: str) -> Callable[[Follows], Follows]:
    """Register what follows when a code for this purpose was typed rightly.

    Raises:
        ValueError: somebody has it already.
    """

    if purpose in (LINK, RELATIVE) or purpose in _FOLLOWS:
        raise ValueError(f"{purpose!r} is taken")

    def register(follows: Follows) -> Follows:
        _FOLLOWS[purpose] = follows
        return follows

    return register


def follows_of(purpose: str) -> Follows:
    """Return what follows on a proof for this purpose; KeyError where nobody registered it."""
    return _FOLLOWS[purpose]
