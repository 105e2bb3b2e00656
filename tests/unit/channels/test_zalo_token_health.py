"""How long an account can still refresh (docs: zalo 2.4)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from channels.zalo.health import HealthState, token_health
from channels.zalo.oauth import TokenPair
from channels.zalo.token_store import StoredTokens, TokenState

NOW = datetime(2026, 3, 2, 8, tzinfo=UTC)


def stored(days_left: float | None, state: TokenState = TokenState.ACTIVE) -> StoredTokens:
    ends_at = None if days_left is None else NOW + timedelta(days=days_left)
    pair = TokenPair(
        access_token=SecretStr("A"), refresh_token=SecretStr("R"), access_expires_at=NOW, refresh_expires_at=ends_at
    )
    return StoredTokens(pair=pair, version=1, state=state)


@pytest.mark.parametrize(
    ("days_left", "state", "alarm"),
    [
        (90, HealthState.OK, False),
        (14.01, HealthState.OK, False),
        (14, HealthState.ENDING_SOON, False),
        (3.01, HealthState.ENDING_SOON, False),
        (3, HealthState.ENDING_SOON, True),
        (0.01, HealthState.ENDING_SOON, True),
        (0, HealthState.DEAD, True),
        (-5, HealthState.DEAD, True),
    ],
)
def test_the_days_left_decide(days_left: float, state: HealthState, alarm: bool) -> None:
    health = token_health(stored(days_left), NOW)
    assert (health.state, health.needs_alarm) == (state, alarm)
    assert health.days_left == pytest.approx(days_left)


def test_a_refresh_token_that_was_refused_is_dead_whatever_its_end() -> None:
    health = token_health(stored(80, TokenState.NEEDS_AUTHORIZATION), NOW)
    assert (health.state, health.needs_alarm) == (HealthState.DEAD, True)


def test_an_end_that_nobody_told_is_no_alarm() -> None:
    health = token_health(stored(None), NOW)
    assert (health.state, health.days_left, health.needs_alarm) == (HealthState.OK, None, False)
