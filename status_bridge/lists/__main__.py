"""The process that reads one file: `python -m status_bridge.lists`, told what to do on its standard input.

Keys and addresses come that way, so that they stand in no list of processes; when the parent goes, the input ends and
so does the reading.
"""

from __future__ import annotations

import asyncio
import gc
import json
import sys
from pathlib import Path
from typing import Any

from status_bridge.lists.reading import Reading, read_list
from storage.crypto import Cipher
from storage.database import Database

_CONNECTIONS = 2
_OBJECTS_BETWEEN_LOOKS = 500_000
"""A chunk's rows are a hundred thousand objects, none in a circle: looking for circles took a fifth of the time."""


async def run() -> int:
    """Read the file that the first line tells of; return the exit code: 0 ready, 1 not."""
    orders = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(orders), sys.stdin)
    told: dict[str, Any] = json.loads(await orders.readline())
    reading = Reading(int(told["list_id"]), Path(told["path"]), int(told["max_rows"]))
    async with Database(told["database_url"], max_size=_CONNECTIONS, pgbouncer=told["pgbouncer"]) as database:
        work = asyncio.create_task(read_list(database, Cipher(told["keys"]), reading))
        gone = asyncio.create_task(orders.read())
        await asyncio.wait({work, gone}, return_when=asyncio.FIRST_COMPLETED)
        gone.cancel()
        if not work.done():
            work.cancel()
            await asyncio.wait({work})
            return 1
        return 0 if work.result() else 1


if __name__ == "__main__":
    gc.set_threshold(_OBJECTS_BETWEEN_LOOKS)
    sys.exit(asyncio.run(run()))
