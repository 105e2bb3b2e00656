"""Which event loop our processes run on."""

import asyncio
from collections.abc import Callable


def choose_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes uvloop's loops where it is installed, None for Python's own; for `asyncio.Runner(loop_factory=…)`."""
    try:
        import uvloop
    except ImportError:
        return None
    return uvloop.new_event_loop
