"""A bridge on a clean database."""

from collections.abc import AsyncIterator, Iterator

import pytest

from hoso.embedded import EngineSet
from tests.integration.status_bridge.bridge import Bridge
from tests.integration.storage.worker_database import empty_tables, migrated_database


@pytest.fixture(scope="session")
def _worker_database(shared_engines: EngineSet, _template_database: str) -> Iterator[str]:
    with migrated_database(shared_engines.postgres_url or "", _template_database) as url:
        yield url


@pytest.fixture
def postgres_url(_worker_database: str) -> str:
    """A migrated database without rows; the tests of this folder leave its schema as it is."""
    empty_tables(_worker_database)
    return _worker_database


@pytest.fixture
async def bridge(postgres_url: str) -> AsyncIterator[Bridge]:
    """One intake with the rules of a city by day."""
    async with Bridge.open(postgres_url) as opened:
        yield opened
