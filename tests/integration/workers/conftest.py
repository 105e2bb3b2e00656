"""A provider and a world for each test; one database for the whole folder, emptied in between (cloning costs more)."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest

from hoso.embedded import EngineSet
from tests import engines
from tests.integration.workers.composition import World, open_world
from tests.integration.workers.provider import Provider, run_provider


@pytest.fixture(scope="session")
def workers_postgres_url(shared_engines: EngineSet, _template_database: str) -> Iterator[str]:
    with engines.clean_database(shared_engines.postgres_url or "", template=_template_database) as url:
        yield url


@pytest.fixture
def emptied_postgres_url(workers_postgres_url: str) -> str:
    with psycopg.connect(workers_postgres_url, autocommit=True) as connection:
        connection.execute("DELETE FROM notices; DELETE FROM attempts; DELETE FROM inbox; DELETE FROM accounts")
        connection.execute("DELETE FROM reachability; DELETE FROM preferences; DELETE FROM links; DELETE FROM citizens")
    return workers_postgres_url


@pytest.fixture
async def provider() -> AsyncIterator[Provider]:
    async with run_provider() as running:
        yield running


@pytest.fixture
async def world(emptied_postgres_url: str, provider: Provider) -> AsyncIterator[World]:
    async with open_world(emptied_postgres_url, provider.url) as opened:
        yield opened
