"""A site: the settings of a process together with the servers and keys they lead to."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import structlog

from hoso.embedded import EmbeddedError, EngineSet, start_engines
from hoso.errors import NotReady
from hoso.settings import Settings
from storage import migrations
from storage.crypto import Cipher, generate_key
from storage.database import Database

_ENGINE_CHECK_SECONDS = 1.0
log = structlog.get_logger()


@dataclass(frozen=True)
class Site:
    """What every command needs: settings, addresses of the servers, and the cipher."""

    settings: Settings
    postgres_url: str
    redis_url: str
    encryption_keys: tuple[str, ...]
    engines: EngineSet | None

    @property
    def cipher(self) -> Cipher:
        """The cipher of the encrypted columns."""
        try:
            return Cipher(self.encryption_keys)
        except ValueError as error:
            raise NotReady(f"HOSO_ENCRYPTION_KEYS: {error}") from error

    def database(self, *, keep: int | None = None) -> Database:
        """A pool for one event loop, to be opened with `async with`; `keep` is the database's."""
        return Database(
            self.postgres_url, max_size=self.settings.database_pool, pgbouncer=self.settings.pgbouncer, keep=keep
        )

    def environment(self) -> dict[str, str]:
        """The environment for child processes: ours, with the servers and keys that were found."""
        return os.environ | {
            "HOSO_DATABASE_URL": self.postgres_url,
            "HOSO_REDIS_URL": self.redis_url,
            "HOSO_ENCRYPTION_KEYS": ",".join(self.encryption_keys),
        }


@contextmanager
def open_site(settings: Settings, *, watch_engines: bool = True) -> Iterator[Site]:
    """Find or start the servers and bring an embedded database up to date.

    With `watch_engines`, a thread restarts embedded servers that die; a supervisor does that itself.

    Raises:
        NotReady: a server is away, or the database of an external server lacks migrations.
    """
    needs_postgres, needs_redis = settings.database_url is None, settings.redis_url is None
    engines = None
    if needs_postgres or needs_redis:
        try:
            engines = start_engines(settings.data_dir, postgres=needs_postgres, redis=needs_redis)
        except EmbeddedError as error:
            raise NotReady(str(error)) from error
    try:
        postgres_url = settings.database_url or (engines.postgres_url if engines else None)
        redis_url = settings.redis_url or (engines.redis_url if engines else None)
        assert postgres_url is not None and redis_url is not None  # noqa: PT018, S101 - one of the two gave it
        keys = tuple(key.get_secret_value() for key in settings.encryption_keys) or _kept_keys(settings.data_dir)
        _bring_up_to_date(postgres_url, may_migrate=needs_postgres)
        with _watched(engines if watch_engines else None):
            yield Site(settings, postgres_url, redis_url, keys, engines)
    finally:
        if engines is not None:
            engines.stop()


def _bring_up_to_date(url: str, *, may_migrate: bool) -> None:
    try:
        if may_migrate:
            for revision in migrations.migrate(url):
                log.info("migrated", revision=revision)
        elif missing := migrations.pending(url):
            raise NotReady(f"the database lacks migrations {', '.join(missing)}; run: hoso migrate")
    except (psycopg.OperationalError, OSError) as error:
        raise NotReady(f"PostgreSQL does not answer ({type(error).__name__}); check HOSO_DATABASE_URL") from error


def _kept_keys(data_dir: Path) -> tuple[str, ...]:
    """Return the keys that belong to the embedded database, making them at the first start."""
    path = data_dir / "encryption.keys"
    if not path.exists():
        data_dir.mkdir(parents=True, exist_ok=True)
        draft = data_dir / f".encryption.keys.{os.getpid()}"
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(generate_key() + "\n")
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(draft, path)  # fails when another process was first: then its key rules
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return tuple(path.read_text().split())


@contextmanager
def _watched(engines: EngineSet | None) -> Iterator[None]:
    if engines is None:
        yield
        return
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(_ENGINE_CHECK_SECONDS):
            try:
                for name in engines.restart_dead():
                    log.warning("engine_restarted", engine=name)
            except EmbeddedError as error:
                log.error("engine_failed", problem=str(error))

    thread = threading.Thread(target=watch, name="engines", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
