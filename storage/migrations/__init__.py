"""Schema migrations: numbered, small, SQL inside (`sql/`); run by `hoso migrate` and when a single machine starts."""

from pathlib import Path

import psycopg
import sqlalchemy
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.pool import NullPool

_LOCK = 0x_686F_736F  # "hoso": one migrating process at a time, also across machines


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config


def _engine(url: str) -> sqlalchemy.Engine:
    return sqlalchemy.create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(url), poolclass=NullPool)


def _pending(connection: sqlalchemy.Connection) -> list[str]:
    script = ScriptDirectory.from_config(_config())
    known = MigrationContext.configure(connection).get_current_revision()
    return [revision.revision for revision in script.iterate_revisions("head", known or "base")][::-1]


def pending(url: str) -> list[str]:
    """Say which migrations the database at `url` lacks, oldest first; empty when it is up to date."""
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            return _pending(connection)
    finally:
        engine.dispose()


def migrate(url: str) -> list[str]:
    """Bring the database at `url` up to date and return the revisions that were applied.

    Safe to call from several processes at once: the second waits and then finds nothing to do.
    """
    engine = _engine(url)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql(f"SELECT pg_advisory_lock({_LOCK})")
            connection.commit()
            try:
                applied = _pending(connection)
                connection.commit()
                if applied:
                    config = _config()
                    config.attributes["connection"] = connection
                    command.upgrade(config, "head")
                    connection.commit()
            finally:
                connection.rollback()
                connection.exec_driver_sql(f"SELECT pg_advisory_unlock({_LOCK})")
                connection.commit()
            return applied
    finally:
        engine.dispose()
