"""A door in front of PostgreSQL that can be shut, or that loses the answer to a COMMIT."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg.conninfo import conninfo_to_dict, make_conninfo


class PgGate:
    """Forwards bytes to the server; `url` leads through it.

    With `lose_commit_answers` above 0 that many COMMITs reach the server, and their answers are cut off with the
    connection. With `is_shut` new connections are closed at once; `shut()` also cuts those that exist.
    """

    def __init__(self, url: str) -> None:
        self._target = {key: str(value) for key, value in conninfo_to_dict(url).items()}
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self.lose_commit_answers = 0
        self.is_shut = False
        self.url = ""

    @classmethod
    @asynccontextmanager
    async def open(cls, url: str) -> AsyncIterator["PgGate"]:
        """Listen on a port of its own."""
        gate = cls(url)
        server = await asyncio.start_server(gate._serve, "127.0.0.1", 0)
        gate.url = make_conninfo(
            **gate._target
            | {"host": "127.0.0.1", "port": str(server.sockets[0].getsockname()[1]), "gssencmode": "disable"}
        )
        try:
            yield gate
        finally:
            server.close()
            gate.shut()
            await asyncio.gather(*gate._tasks, return_exceptions=True)

    def shut(self) -> None:
        """Close the door and cut every connection."""
        self.is_shut = True
        for writer in self._writers:
            writer.transport.abort()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            if not self.is_shut:
                await self._forward(reader, writer)
        finally:
            writer.transport.abort()
            self._writers.discard(writer)
            self._tasks.discard(task)

    async def _forward(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = self._target["host"], self._target.get("port", "5432")
        if host.startswith("/"):
            up_reader, up_writer = await asyncio.open_unix_connection(f"{host}/.s.PGSQL.{port}")
        else:
            up_reader, up_writer = await asyncio.open_connection(host, int(port))
        losing = asyncio.Event()
        back = asyncio.create_task(self._back(up_reader, writer, losing))
        try:
            with contextlib.suppress(ConnectionError):
                while data := await reader.read(65536):
                    if b"COMMIT" in data and self.lose_commit_answers > 0:
                        self.lose_commit_answers -= 1
                        losing.set()
                    up_writer.write(data)
                    await up_writer.drain()
            if not losing.is_set():
                back.cancel()
            await asyncio.gather(back, return_exceptions=True)
        finally:
            up_writer.transport.abort()

    async def _back(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, losing: asyncio.Event) -> None:
        with contextlib.suppress(ConnectionError):
            while data := await reader.read(65536):
                if losing.is_set():  # the server has committed; nobody will hear of it
                    writer.transport.abort()
                    return
                writer.write(data)
                await writer.drain()
        writer.transport.abort()
