"""Schema migrations: numbered, small, SQL inside (`sql/`); run by `hoso migrate` and when a single machine starts.

Whether any is missing is asked at every start of every process, and seldom is one: that question is answered without
alembic, which takes longer to import than the rest of a process together.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg

if TYPE_CHECKING:
    import sqlalchemy

_HERE = Path(__file__).parent
_LOCK = 0x_686F_736F  # "hoso": one migrating process at a time, also across machines


def revisions() -> list[str]:
    """Return the numbers of all migrations, oldest first: a file is named by its number, which counts up."""
    return sorted(path.name.partition("_")[0] for path in (_HERE / "versions").glob("[0-9]*.py"))


def pending(url: str) -> list[str]:
    """Say which migrations the database at `url` lacks, oldest first; empty when it is up to date.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    with psycopg.connect(url, autocommit=True, prepare_threshold=None, connect_timeout=10) as connection:
        return _pending(connection)


def migrate(url: str) -> list[str]:
    """Bring the database at `url` up to date and return the revisions that were applied.

    Safe to call from several processes at once: the second waits and then finds nothing to do.

    Raises:
        psycopg.OperationalError: the database cannot be reached.
    """
    if not pending(url):
        return []
    with psycopg.connect(url, autocommit=True, connect_timeout=10) as lock:
        lock.execute("SELECT pg_advisory_lock(%s)", (_LOCK,))
        try:
            applied = _pending(lock)
            if applied:
                _upgrade(url)
            return applied
        finally:
            lock.execute("SELECT pg_advisory_unlock(%s)", (_LOCK,))


def _pending(connection: "psycopg.Connection[tuple[object, ...]]") -> list[str]:
    exists = connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL").fetchone()
    known = connection.execute("SELECT version_num FROM alembic_version").fetchone() if exists == (True,) else None
    return [revision for revision in revisions() if known is None or revision > str(known[0])]


def _upgrade(url: str) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_HERE))
    with _connected(url) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        connection.commit()


@contextmanager
def _connected(url: str) -> "Iterator[sqlalchemy.Connection]":
    """A connection for alembic; errors are psycopg's, as everywhere else."""
    import sqlalchemy
    import sqlalchemy.exc

    pool = sqlalchemy.pool.NullPool
    engine = sqlalchemy.create_engine(
        "postgresql+psycopg://", creator=lambda: psycopg.connect(url, connect_timeout=10), poolclass=pool
    )
    try:
        with engine.connect() as connection:
            yield connection
    except sqlalchemy.exc.DBAPIError as error:
        if isinstance(error.orig, psycopg.Error):
            raise error.orig from error
        raise
    finally:
        engine.dispose()
