"""A pair of tokens that came once is not lost because PostgreSQL was away for a moment."""

import pytest

from hoso.consent import KEEP_PAUSES_SECONDS, insist
from storage.errors import DatabaseUnavailable


class Table:
    """Takes nothing for as many times as told."""

    def __init__(self, failures: int) -> None:
        self.failures, self.kept = failures, 0
        self.waits: list[float] = []

    async def keep(self) -> None:
        if self.failures:
            self.failures -= 1
            raise DatabaseUnavailable("away")
        self.kept += 1

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)


@pytest.mark.parametrize("failures", range(len(KEEP_PAUSES_SECONDS) + 1))
async def test_it_is_kept_once_as_soon_as_the_database_is_back(failures: int) -> None:
    table = Table(failures)
    await insist(table.keep, sleep=table.sleep)
    assert (table.kept, table.waits) == (1, list(KEEP_PAUSES_SECONDS[:failures]))


async def test_a_database_that_stays_away_is_told() -> None:
    table = Table(99)
    with pytest.raises(DatabaseUnavailable):
        await insist(table.keep, sleep=table.sleep)
