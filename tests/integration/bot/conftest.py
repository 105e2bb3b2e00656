"""The town of the conversation tests."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.bot.town import Town, open_town


@pytest.fixture
async def town(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Town]:
    """A running site with bot, workers and emulator."""
    async with open_town(postgres_url, redis_url, data_dir) as opened:
        yield opened
