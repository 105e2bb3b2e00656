"""Telling of new work without telling of every piece: the first at once, the rest together a moment later."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

PAUSE_SECONDS = 0.1  # the first of a quiet time is told at once; in a rush, who works has plenty to do meanwhile


class Calm:
    """Hands kinds of new work on to `tell`, at most once every `pause_seconds`; to be called inside the event loop.

    Nothing is lost: what comes during the pause is told at its end. Call `flush` before the loop ends.
    """

    def __init__(self, tell: Callable[[set[str]], None], *, pause_seconds: float = PAUSE_SECONDS) -> None:
        self._tell = tell
        self._pause_seconds = pause_seconds
        self._untold: set[str] = set()
        self._pause: asyncio.TimerHandle | None = None

    def __call__(self, kinds: set[str]) -> None:
        """Tell of `kinds` now, or at the end of the pause that the last telling began."""
        self._untold |= kinds
        if self._pause is None:
            self._tell_all()

    def flush(self) -> None:
        """Tell what is still untold, without waiting."""
        if self._pause is not None:
            self._pause.cancel()
            self._end_pause()

    def _tell_all(self) -> None:
        if self._untold:
            kinds, self._untold = self._untold, set()
            self._pause = asyncio.get_running_loop().call_later(self._pause_seconds, self._end_pause)
            self._tell(kinds)

    def _end_pause(self) -> None:
        self._pause = None
        self._tell_all()
