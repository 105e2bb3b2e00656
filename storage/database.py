"""The pool of PostgreSQL connections, and foreign errors turned into ours at one spot."""

import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from typing import Any, Self, cast

import psycopg
from psycopg import AsyncConnection, AsyncCursor
from psycopg.rows import DictRow, dict_row
from psycopg_pool import AsyncConnectionPool, PoolClosed, PoolTimeout, TooManyRequests

from storage.errors import DatabaseUnavailable

Connection = AsyncConnection[DictRow]

# A statement of ours takes milliseconds; these end what hangs (facts: rq-httpx-redis-pitfalls A7).
_TIMEOUTS = "-c statement_timeout=30000 -c lock_timeout=15000 -c idle_in_transaction_session_timeout=60000"

_KEPT_CONNECTIONS = 2  # a worker claims and records at the same time
_TRUSTED_SECONDS = 1.0  # a connection that worked just now need not prove that it still does


# Class 25 is "internal" to psycopg: a standby that takes no writes (yet), and a connection that the server gave up
# while our process stood still. Neither says anything about the statement.
_SERVER_CANNOT = (psycopg.errors.ReadOnlySqlTransaction, psycopg.errors.IdleInTransactionSessionTimeout)


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what psycopg raises when the server cannot work now into `DatabaseUnavailable`."""
    try:
        yield
    except (
        psycopg.OperationalError,
        psycopg.InterfaceError,
        *_SERVER_CANNOT,
        PoolTimeout,
        PoolClosed,
        TooManyRequests,
    ) as error:
        raise DatabaseUnavailable(type(error).__name__) from error


class _KeptConnections:
    """A few connections beside the pool that commit by themselves; who comes while all are in use gets a new one."""

    def __init__(self, url: str, kwargs: dict[str, Any]) -> None:
        self._url = url
        self._kwargs = kwargs
        self._kept: list[tuple[Connection, float]] = []

    async def take(self) -> Connection:
        while self._kept:
            kept, used_at = self._kept.pop()  # the one used last: it is the likeliest to be trusted
            if time.monotonic() - used_at < _TRUSTED_SECONDS:
                return kept
            try:
                await kept.execute("")
            except psycopg.Error:
                await kept.close()
            else:
                return kept
        return cast(
            "Connection", await AsyncConnection.connect(self._url, autocommit=True, **self._kwargs)
        )  # the row factory is among the arguments

    async def give_back(self, connection: Connection) -> None:
        if len(self._kept) >= _KEPT_CONNECTIONS:
            await connection.close()
        else:
            self._kept.append((connection, time.monotonic()))

    async def aclose(self) -> None:
        while self._kept:
            await self._kept.pop()[0].close()


class Database:
    """A pool of connections for one process and one event loop; use with `async with`.

    `pgbouncer` leaves out prepared statements and session settings, which transaction pooling breaks.
    """

    def __init__(self, url: str, *, max_size: int = 10, timeout_seconds: float = 5, pgbouncer: bool = False) -> None:
        kwargs: dict[str, Any] = {"row_factory": dict_row, "connect_timeout": 5}
        if pgbouncer:
            kwargs["prepare_threshold"] = None
        else:
            kwargs["options"] = _TIMEOUTS
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=max_size,
            timeout=timeout_seconds,
            max_lifetime=1800,
            kwargs=kwargs,
            check=AsyncConnectionPool.check_connection,
            connection_class=cast("type[Connection]", AsyncConnection),
            open=False,
            reconnect_timeout=5,
        )
        self._kept = _KeptConnections(url, kwargs)

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._kept.aclose()
        await self._pool.close(timeout=5)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """Hand out a connection inside a transaction that commits at the end of the block.

        Raises:
            DatabaseUnavailable: no connection, or the server went away; whether the commit arrived is unknown.
        """
        with database_errors():
            async with self._pool.connection() as connection, connection.transaction():
                yield connection

    async def fetch(self, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
        """Run one statement in its own transaction and return its rows."""
        async with self.transaction() as connection:
            return await fetch(connection, query, params)

    async def fetch_alone(self, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
        """Like `fetch`, for hot paths: one round trip on a connection kept for such, and the server commits by itself.

        Raises:
            DatabaseUnavailable: as `transaction`.
        """
        with database_errors():
            connection = await self._kept.take()
            try:
                rows = await fetch(connection, query, params)
            except BaseException:
                await connection.close()  # whatever it was: the next one begins afresh
                raise
            await self._kept.give_back(connection)
            return rows

    async def ping(self) -> None:
        """Raise `DatabaseUnavailable` unless the server answers."""
        await self.fetch("SELECT 1")


async def execute(connection: Connection, query: str, params: dict[str, Any] | None = None) -> AsyncCursor[DictRow]:
    """Run a named query of ours; the cursor's `rowcount` says how many rows it touched."""
    return await connection.execute(query, params)


async def fetch(connection: Connection, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
    """Run a named query of ours and return its rows."""
    return await (await execute(connection, query, params)).fetchall()
