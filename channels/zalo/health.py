"""How long an account can still refresh its tokens: pure, for doctor, metrics and alerts (docs: zalo 2.4)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from channels.zalo.token_store import StoredTokens, TokenState

WARN_DAYS: Final = 14
ALARM_DAYS: Final = 3
_DAY_SECONDS = 86_400


class HealthState(StrEnum):
    """What to think of an account's refresh token."""

    OK = "ok"
    ENDING_SOON = "ending_soon"  # within WARN_DAYS: something keeps the daily refresh from working
    DEAD = "dead"  # ended, used up or revoked: an administrator must consent again


@dataclass(frozen=True, slots=True)
class TokenHealth:
    """The state, and the days left of the refresh token (None: nobody told us its end)."""

    state: HealthState
    days_left: float | None = None

    @property
    def needs_alarm(self) -> bool:
        """Whether a person must act now: dead, or `ALARM_DAYS` and less are left."""
        return self.state is HealthState.DEAD or (self.days_left is not None and self.days_left <= ALARM_DAYS)


def token_health(stored: StoredTokens, now: datetime) -> TokenHealth:
    """Judge an account's tokens; `now` must carry an offset."""
    ends_at = stored.pair.refresh_expires_at
    days_left = None if ends_at is None else (ends_at - now).total_seconds() / _DAY_SECONDS
    if stored.state is not TokenState.ACTIVE or (days_left is not None and days_left <= 0):
        return TokenHealth(HealthState.DEAD, days_left)
    if days_left is not None and days_left <= WARN_DAYS:
        return TokenHealth(HealthState.ENDING_SOON, days_left)
    return TokenHealth(HealthState.OK, days_left)
