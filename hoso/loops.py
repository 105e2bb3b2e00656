"""Which event loop our processes run on, and how.

Apart from hoso/process.py, which needs all that a long-running process has: a command that looks something up starts in
half the time without it.
"""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from hoso.errors import NotReady
from storage.errors import DatabaseUnavailable

T = TypeVar("T")


def choose_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes uvloop's loops where it is installed, None for Python's own; for `asyncio.Runner(loop_factory=…)`."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop


def run_async(main: Coroutine[Any, Any, T]) -> T:
    """Run `main` on uvloop where there is one.

    Raises:
        NotReady: PostgreSQL went away.
    """
    try:
        with asyncio.Runner(loop_factory=choose_loop()) as runner:
            return runner.run(main)
    except DatabaseUnavailable as error:
        raise NotReady(f"PostgreSQL does not answer ({error}); check HOSO_DATABASE_URL") from error
