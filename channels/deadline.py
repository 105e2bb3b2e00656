"""Until when a message may still leave: the last look at the clock, in the moment in which its bytes are handed over.

A sender holds a lease on its message. Between the sender's own look at that lease and the write lie a token, a check, a
free connection and turns of the loop; a process that is frozen there would send on thaw, when the message is somebody
else's already and the next one may be out. So whoever writes asks once more: `refuse_if_late` right before.

The deadline travels in the context of the sender's task, for a channel's interface has no place for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from types import TracebackType
from typing import Final, Self

from channels.errors import NotSent

TOO_LATE: Final = "too_late"


class Deadline:
    """When a message must have left, by `clock` (both in seconds): `with Deadline(until, clock): …` sends it."""

    __slots__ = ("_token", "clock", "until", "was_late")

    def __init__(self, until: float, clock: Callable[[], float]) -> None:
        self.until = until
        self.clock = clock
        self.was_late = False
        """Whether a write was refused. Nothing of this message leaves after that, for no clock here runs backwards."""

    def __enter__(self) -> Self:
        self._token: Token[Deadline | None] = _deadline.set(self)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        _deadline.reset(self._token)

    def check(self) -> None:
        """Raise `NotSent` with the code `too_late` when it is over."""
        if self.clock() >= self.until:
            self.was_late = True
            raise NotSent(TOO_LATE, "the lease was nearly over before the message could leave; nothing was sent")


_deadline: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def unbounded() -> Iterator[None]:
    """For what is done for everybody in the course of one message, such as a token's refresh."""
    token = _deadline.set(None)
    try:
        yield
    finally:
        _deadline.reset(token)


def present_deadline() -> Deadline | None:
    """Return the deadline of the message under way; None: there is none."""
    return _deadline.get()


def refuse_if_late() -> None:
    """Raise `NotSent` with the code `too_late` when the message under way may leave no more."""
    deadline = _deadline.get()
    if deadline is not None:
        deadline.check()
