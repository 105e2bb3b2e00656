"""The parent's side of reading lists: one process a file, a few at a time, none outliving us."""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import structlog

from storage import recipient_lists
from storage.database import Database
from storage.errors import DatabaseUnavailable

_log = structlog.get_logger(__name__)
MOST_SECONDS: Final = 1800.0
"""A reading that takes longer is ended: the largest file that is taken needs a minute or two."""
_AT_ONCE: Final = 2


@dataclass(frozen=True, slots=True)
class ReaderConfig:
    """What a reading process must be told."""

    database_url: str = field(repr=False)
    keys: Sequence[str] = field(repr=False)
    max_rows: int
    pgbouncer: bool = False


class ListReaders:
    """Starts processes that read files into lists; use with `async with`, at whose end all of them end."""

    def __init__(self, database: Database, config: ReaderConfig) -> None:
        self._database = database
        self._config = config
        self._room = asyncio.Semaphore(_AT_ONCE)
        self._tasks: set[asyncio.Task[None]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """End every reading; its list ends as `failed`."""
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def start(self, list_id: int, path: Path) -> None:
        """Read a file into a list of ours in the background; the file is removed at the end."""
        task = asyncio.create_task(self._read(list_id, path))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _read(self, list_id: int, path: Path) -> None:
        try:
            async with self._room, asyncio.timeout(MOST_SECONDS):
                await self._run(list_id, path)
        except TimeoutError:
            _log.warning("list_reading_too_long", list=list_id)
        finally:
            await asyncio.to_thread(path.unlink, missing_ok=True)
            await self._give_up(list_id)

    async def _run(self, list_id: int, path: Path) -> None:
        told = {
            "list_id": list_id,
            "path": str(path),
            "max_rows": self._config.max_rows,
            "database_url": self._config.database_url,
            "keys": list(self._config.keys),
            "pgbouncer": self._config.pgbouncer,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "status_bridge.lists",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.DEVNULL,
        )
        if process.stdin is None:  # it was asked for
            raise RuntimeError("a process without input")
        try:
            process.stdin.write(json.dumps(told).encode() + b"\n")
            await process.stdin.drain()
            code = await process.wait()
            _log.info("list_reading_ended", list=list_id, code=code)
        except (BrokenPipeError, ConnectionResetError):
            await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
            process.stdin.close()

    async def _give_up(self, list_id: int) -> None:
        """Whatever ended the process: a list that is still being read now is read by nobody."""
        try:
            if await recipient_lists.fail(self._database, list_id, "interrupted"):
                _log.warning("list_reading_interrupted", list=list_id)
        except DatabaseUnavailable:
            _log.warning("list_state_unknown", list=list_id)  # the time-out ends it
