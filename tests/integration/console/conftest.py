from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.office import Office, open_office


@pytest.fixture
async def office(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Office]:
    async with open_office(postgres_url, redis_url, data_dir) as opened:
        yield opened
