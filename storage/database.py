"""The pool of PostgreSQL connections, and foreign errors turned into ours at one spot."""

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


@contextmanager
def database_errors() -> Iterator[None]:
    """Turn what psycopg raises when the server cannot work now into `DatabaseUnavailable`."""
    try:
        yield
    except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout, PoolClosed, TooManyRequests) as error:
        raise DatabaseUnavailable(type(error).__name__) from error


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

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
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

    async def ping(self) -> None:
        """Raise `DatabaseUnavailable` unless the server answers."""
        await self.fetch("SELECT 1")


async def execute(connection: Connection, query: str, params: dict[str, Any] | None = None) -> AsyncCursor[DictRow]:
    """Run a named query of ours; the cursor's `rowcount` says how many rows it touched."""
    return await connection.execute(query, params)


async def fetch(connection: Connection, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
    """Run a named query of ours and return its rows."""
    return await (await execute(connection, query, params)).fetchall()
