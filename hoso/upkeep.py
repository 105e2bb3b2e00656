"""`hoso migrate`."""

import psycopg
import typer

from hoso.embedded import EmbeddedError, start_engines
from hoso.errors import NotReady
from hoso.settings import Settings
from storage import migrations


def run_migrate(settings: Settings, *, check_only: bool) -> None:
    """Apply the missing migrations, or with `check_only` say which there are.

    Raises:
        NotReady: PostgreSQL is away, or (`check_only`) migrations are missing.
    """
    try:
        if settings.database_url is not None:
            _migrate(settings.database_url, check_only=check_only)
            return
        with start_engines(settings.data_dir, postgres=True, redis=False) as engines:
            assert engines.postgres_url is not None  # noqa: S101 - it was asked for
            _migrate(engines.postgres_url, check_only=check_only)
    except (psycopg.OperationalError, EmbeddedError) as error:
        raise NotReady(f"PostgreSQL does not answer: {error}") from error


def _migrate(url: str, *, check_only: bool) -> None:
    if check_only:
        if missing := migrations.pending(url):
            raise NotReady(f"migrations are missing: {', '.join(missing)}; run: hoso migrate")
        typer.echo("The schema is up to date.")
        return
    applied = migrations.migrate(url)
    typer.echo(f"Applied: {', '.join(applied)}." if applied else "The schema was up to date.")
