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

# For statements that find a few rows by their keys, and run hundreds of times a minute. What the server knows of tables
# is old: on a month's first day it takes the new partitions for empty, reads whole ones or joins by hashing them, and
# keeps that plan. Here it makes one plan for each statement, that goes through indexes and nested loops in any case.
_BY_KEYS = " ".join(
    f"-c {setting}"
    for setting in (
        "plan_cache_mode=force_generic_plan",
        "enable_seqscan=off",
        "enable_hashjoin=off",
        "enable_mergejoin=off",
        "enable_material=off",
    )
)

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

    def __init__(self, url: str, kwargs: dict[str, Any], keep: int = _KEPT_CONNECTIONS) -> None:
        self._url = url
        self._kwargs = kwargs
        self._keep = keep
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
        if len(self._kept) >= self._keep:
            await connection.close()
        else:
            self._kept.append((connection, time.monotonic()))

    async def aclose(self) -> None:
        while self._kept:
            await self._kept.pop()[0].close()


class Database:
    """A pool of connections for one process and one event loop; use with `async with`.

    `pgbouncer` leaves out prepared statements and session settings, which transaction pooling breaks. With `keep` all
    single statements go over connections kept for such, as many as that: for processes with many short ones at once.
    """

    def __init__(
        self,
        url: str,
        *,
        max_size: int = 10,
        timeout_seconds: float = 5,
        pgbouncer: bool = False,
        keep: int | None = None,
    ) -> None:
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
        self._are_singles_alone = keep is not None
        self._kept = _KeptConnections(url, kwargs, keep or _KEPT_CONNECTIONS)
        by_keys = {} if pgbouncer else {"options": f"{_TIMEOUTS} {_BY_KEYS}", "prepare_threshold": 0}
        self._kept_by_keys = _KeptConnections(url, kwargs | by_keys)

    async def __aenter__(self) -> Self:
        await self._pool.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._kept.aclose()
        await self._kept_by_keys.aclose()
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
        if self._are_singles_alone:
            return await self.fetch_alone(query, params)
        async with self.transaction() as connection:
            return await fetch(connection, query, params)

    async def fetch_alone(self, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
        """Like `fetch`, for hot paths: one round trip on a connection kept for such, and the server commits by itself.

        Raises:
            DatabaseUnavailable: as `transaction`.
        """
        return await _fetch_kept(self._kept, query, params)

    async def fetch_by_keys(self, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
        """Like `fetch_alone`, for a statement that reaches all its rows through indexes, however many there are.

        Raises:
            DatabaseUnavailable: as `transaction`.
        """
        return await _fetch_kept(self._kept_by_keys, query, params)

    async def ping(self) -> None:
        """Raise `DatabaseUnavailable` unless the server answers."""
        await self.fetch("SELECT 1")


async def _fetch_kept(kept: _KeptConnections, query: str, params: dict[str, Any] | None) -> list[DictRow]:
    with database_errors():
        connection = await kept.take()
        try:
            rows = await fetch(connection, query, params)
        except BaseException:
            await connection.close()  # whatever it was: the next one begins afresh
            raise
        await kept.give_back(connection)
        return rows


async def execute(connection: Connection, query: str, params: dict[str, Any] | None = None) -> AsyncCursor[DictRow]:
    """Run a named query of ours; the cursor's `rowcount` says how many rows it touched."""
    return await connection.execute(query, params)


async def fetch(connection: Connection, query: str, params: dict[str, Any] | None = None) -> list[DictRow]:
    """Run a named query of ours and return its rows."""
    return await (await execute(connection, query, params)).fetchall()
