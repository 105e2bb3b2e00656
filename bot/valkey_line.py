"""One connection to Valkey for short scripts: what many tasks ask at the same moment goes in one write.

A call of the client library costs several times as much as what it asks for; its connection does not.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha1
from typing import Any, cast

from redis.asyncio import ConnectionPool
from redis.asyncio.connection import AbstractConnection
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import NoScriptError, RedisError

from bot.gathering import Gatherer

TIMEOUT_SECONDS = 2.0
_MAX_AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Script:
    """A script as the server keeps it."""

    source: str
    sha: str

    @classmethod
    def of(cls, source: str) -> Script:
        """Return the script of a source."""
        return cls(source, sha1(source.encode(), usedforsecurity=False).hexdigest())


Call = tuple[Script, Sequence[str], Sequence[str | bytes | int]]
"""A script, its keys, its other arguments."""


class ValkeyLine:
    """Runs scripts; safe for many tasks at once. A call that fails takes along all that went in the same write."""

    def __init__(self, redis_url: str) -> None:
        self._pool = ConnectionPool.from_url(
            redis_url,
            socket_timeout=None,  # the library's costs a task for each write; `_ask` has one for all of it
            socket_connect_timeout=1,
            retry=Retry(NoBackoff(), 0),
        )
        self._connection: AbstractConnection | None = None
        self._calls: Gatherer[Call, Any] = Gatherer(self._run, max_batch=_MAX_AT_ONCE, hopeless=(RedisError, OSError))

    async def run(self, script: Script, keys: Sequence[str], args: Sequence[str | bytes | int] = ()) -> Any:
        """Return a script's answer, bytes undecoded.

        Raises:
            RedisError, OSError: no answer; whether the script ran is unknown.
        """
        return await self._calls.add((script, keys, args))

    async def aclose(self) -> None:
        """Finish what is under way and close the connection."""
        await self._calls.aclose()
        await self._hang_up()

    async def _run(self, calls: Sequence[Call]) -> list[Any]:
        try:
            connection = await self._connect()
            answers = await self._ask(
                connection, [("EVALSHA", script.sha, *_tail(keys, args)) for script, keys, args in calls]
            )
            if any(isinstance(answer, NoScriptError) for answer in answers):  # the server is a new one
                answers = [
                    (await self._ask(connection, [("EVAL", script.source, *_tail(keys, args))]))[0]
                    if isinstance(answer, NoScriptError)
                    else answer
                    for answer, (script, keys, args) in zip(answers, calls, strict=True)
                ]
        except BaseException:
            await self._hang_up()  # answers that come late must meet nobody
            raise
        return answers

    async def _connect(self) -> AbstractConnection:
        if self._connection is None:
            connection: AbstractConnection = cast("Any", self._pool).make_connection()  # untyped in the library
            await cast("Any", connection).connect()
            self._connection = connection
        return self._connection

    async def _ask(self, connection: AbstractConnection, commands: Sequence[tuple[Any, ...]]) -> list[Any]:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            await connection.send_packed_command(b"".join(map(_pack, commands)), check_health=False)
            answers: list[Any] = []
            for _ in commands:
                try:
                    answers.append(await connection.read_response(disable_decoding=True))
                except NoScriptError as error:
                    answers.append(error)
        return answers

    async def _hang_up(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            await connection.disconnect(nowait=True)


def _tail(keys: Sequence[str], args: Sequence[str | bytes | int]) -> tuple[Any, ...]:
    return (len(keys), *keys, *args)


def _pack(command: Sequence[str | bytes | int]) -> bytes:
    """As the protocol has it; the library's own packing is made for more and takes five times as long."""
    parts = [part if isinstance(part, bytes) else str(part).encode() for part in command]
    return b"*%d\r\n" % len(parts) + b"".join(b"$%d\r\n%s\r\n" % (len(part), part) for part in parts)
