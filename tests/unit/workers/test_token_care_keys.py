"""One account whose tokens cannot be read keeps nobody from looking after the others."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels.zalo.auth import StoredTokens, TokenPair, TokenState
from channels.zalo.health import HealthState
from storage.errors import DatabaseUnavailable, StorageError, UndecipherableValue
from workers.token_care import TokenCare

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PAIR = TokenPair(
    access_token=SecretStr("a"),
    refresh_token=SecretStr("r"),
    access_expires_at=NOW + timedelta(hours=20),
    refresh_expires_at=NOW + timedelta(days=60),
)


class Office:
    """Two accounts, the first of which storage fails on."""

    def __init__(self, failure: StorageError) -> None:
        self.failure = failure
        self.told: list[str] = []
        self.care = TokenCare(self.ids, self.read, self.read, self.told.append, clock=lambda: NOW)

    async def ids(self) -> list[str]:
        return ["broken", "well"]

    async def read(self, account_id: str) -> StoredTokens:
        if account_id == "broken":
            raise self.failure
        return StoredTokens(pair=PAIR, version=1, state=TokenState.ACTIVE)


async def test_unreadable_tokens_are_told_of_and_the_next_account_is_looked_at() -> None:
    office = Office(UndecipherableValue("old key"))
    findings = await office.care.look()
    assert [(each.account_id, each.health.state) for each in findings] == [
        ("broken", HealthState.DEAD),
        ("well", HealthState.OK),
    ]
    assert len(office.told) == 1


async def test_without_postgresql_nobody_is_called_dead() -> None:
    office = Office(DatabaseUnavailable("away"))
    with pytest.raises(DatabaseUnavailable):
        await office.care.look()
    assert office.told == []
