"""Waiting for something no longer than a limit, even if it does not let itself be cancelled."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any, TypeVar

T = TypeVar("T")


class Patience:
    """Runs work with a hard limit each; owns those that ran late until they have ended.

    Not `asyncio.wait_for`: that waits for the cancelled one to end, and a cancelled statement waits for the server to
    confirm it, which a hung server does not.
    """

    def __init__(self) -> None:
        self._late: set[asyncio.Future[Any]] = set()

    async def run(self, work: Awaitable[T], seconds: float) -> T:
        """Return what `work` returns, or raise what it raises.

        Raises:
            TimeoutError: it was not done after `seconds`; it has been told to stop, and may have had its effect.
        """
        task = asyncio.ensure_future(work)
        try:
            done, _ = await asyncio.wait({task}, timeout=seconds)
        except asyncio.CancelledError:
            self._abandon(task)
            raise
        if not done:
            self._abandon(task)
            raise TimeoutError
        return task.result()

    async def aclose(self) -> None:
        """Wait for those that ran late."""
        if self._late:
            await asyncio.wait(self._late)

    def _abandon(self, task: asyncio.Future[Any]) -> None:
        self._late.add(task)
        task.add_done_callback(self._forget)
        task.cancel()

    def _forget(self, task: asyncio.Future[Any]) -> None:
        self._late.discard(task)
        if not task.cancelled():
            task.exception()  # fetched, so that asyncio does not report it: the caller has long gone another way
