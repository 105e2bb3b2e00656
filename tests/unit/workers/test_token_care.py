"""Idle tokens are renewed, and the staff hears of an account before it is dead."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels.errors import NeedsAuthorization
from channels.zalo.auth import StoredTokens, TokenPair, TokenState
from channels.zalo.health import HealthState
from workers.token_care import TokenCare

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ACCOUNT = "388613280878808645"


def stored(days_left: float | None = 60, state: TokenState = TokenState.ACTIVE) -> StoredTokens:
    pair = TokenPair(
        access_token=SecretStr("a"),
        refresh_token=SecretStr("r"),
        access_expires_at=NOW + timedelta(hours=20),
        refresh_expires_at=None if days_left is None else NOW + timedelta(days=days_left),
    )
    return StoredTokens(pair=pair, version=1, state=state)


class Office:
    """One account, a clock that the test moves, and what was asked and told."""

    def __init__(self, tokens: StoredTokens) -> None:
        self.tokens = tokens
        self.now = NOW
        self.renewed: list[str] = []
        self.told: list[str] = []
        self.waits: list[float] = []
        self.refusal: Exception | None = None
        self.care = TokenCare(
            self.ids, self.read, self.renew, self.told.append, clock=lambda: self.now, sleep=self.sleep
        )

    async def ids(self) -> list[str]:
        return [ACCOUNT, "without tokens"]

    async def read(self, account_id: str) -> StoredTokens:
        if account_id != ACCOUNT:
            raise LookupError(account_id)
        return self.tokens

    async def renew(self, account_id: str) -> None:
        await self.read(account_id)
        self.renewed.append(account_id)
        if self.refusal:
            self.tokens = stored(state=TokenState.NEEDS_AUTHORIZATION)
            raise self.refusal

    async def sleep(self, seconds: float) -> None:
        self.waits.append(seconds)
        if len(self.waits) == 3:
            raise Enough


class Enough(Exception):
    """Ends the loop."""


@pytest.mark.parametrize(
    ("tokens", "state", "is_told"),
    [
        (stored(60), HealthState.OK, False),
        (stored(None), HealthState.OK, False),
        (stored(13), HealthState.ENDING_SOON, True),
        (stored(0), HealthState.DEAD, True),
        (stored(60, TokenState.NEEDS_AUTHORIZATION), HealthState.DEAD, True),
    ],
)
async def test_each_account_is_renewed_judged_and_told_of(
    tokens: StoredTokens, state: HealthState, is_told: bool
) -> None:
    office = Office(tokens)
    [finding] = await office.care.look()
    assert (finding.account_id, finding.health.state) == (ACCOUNT, state)
    assert office.renewed == [ACCOUNT]
    assert [ACCOUNT in text for text in office.told] == ([True] if is_told else [])


async def test_a_refusal_is_told_at_once() -> None:
    office = Office(stored())
    office.refusal = NeedsAuthorization("-14014", "dead")
    await office.care.look()
    assert ["hoso accounts authorize" in text for text in office.told] == [True]


async def test_the_same_trouble_is_told_once_a_day_and_new_trouble_at_once() -> None:
    office = Office(stored(3))
    for _ in range(3):
        await office.care.look()
        office.now += timedelta(hours=1)
    assert len(office.told) == 1
    office.now = NOW + timedelta(days=1)
    await office.care.look()
    office.tokens = stored(state=TokenState.NEEDS_AUTHORIZATION)
    await office.care.look()
    assert len(office.told) == 3


async def test_it_looks_again_every_hour() -> None:
    office = Office(stored())
    with pytest.raises(Enough):
        await office.care.run()
    assert (office.waits, len(office.renewed)) == ([3600.0] * 3, 3)
