"""A server that cannot write now is away as far as we are concerned: whoever asks tries again."""

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from storage.database import Database
from storage.errors import DatabaseUnavailable


async def test_a_standby_that_takes_no_writes_counts_as_away(postgres_url: str) -> None:
    name = conninfo_to_dict(postgres_url)["dbname"]
    with psycopg.connect(postgres_url, autocommit=True) as connection:
        connection.execute(f'ALTER DATABASE "{name}" SET default_transaction_read_only = on'.encode())
    async with Database(postgres_url) as database:
        assert await database.fetch("SELECT 1 AS one") == [{"one": 1}]
        for write in (database.fetch, database.fetch_alone, database.fetch_by_keys):
            with pytest.raises(DatabaseUnavailable):
                await write("DELETE FROM attempts RETURNING id")
