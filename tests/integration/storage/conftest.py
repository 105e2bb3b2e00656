"""A clean database and a cipher."""

from collections.abc import AsyncIterator, Iterator

import pytest

from hoso.embedded import EngineSet
from storage.crypto import Cipher, generate_key
from storage.database import Database
from tests.integration.storage.worker_database import empty_tables, migrated_database


@pytest.fixture(scope="session")
def _worker_database(shared_engines: EngineSet, _template_database: str) -> Iterator[str]:
    with migrated_database(shared_engines.postgres_url or "", _template_database) as url:
        yield url


@pytest.fixture
async def database(_worker_database: str) -> AsyncIterator[Database]:
    """Connections to a database without rows; a test that changes the schema takes `fresh_database`."""
    empty_tables(_worker_database)
    async with Database(_worker_database, max_size=10) as opened:
        yield opened


@pytest.fixture
async def fresh_database(postgres_url: str) -> AsyncIterator[Database]:
    """Connections to a database of this test's own."""
    async with Database(postgres_url) as opened:
        yield opened


@pytest.fixture
def cipher() -> Cipher:
    """Encryption under one fresh key."""
    return Cipher([generate_key()])
