"""The narrow contract between the token keeper and whoever stores tokens. All times are the store's clock.

One row per account holds the pair, its version, the claim of a running refresh (who, until when), and the count of
requests made with the present refresh token whose answer was never recorded.
"""

from __future__ import annotations

import uuid
from enum import StrEnum
from typing import Protocol

from pydantic import BaseModel, ConfigDict, SecretBytes, SecretStr

from channels.zalo.oauth import TokenPair


class AccountUnknown(LookupError):
    """No such account is stored; add it with `hoso accounts add`."""


class TokenState(StrEnum):
    """Whether an account can still refresh."""

    ACTIVE = "active"
    NEEDS_AUTHORIZATION = "needs_authorization"  # the refresh token is dead or in doubt: a person must consent again


class StoredTokens(BaseModel):
    """What the store knows of one account's tokens."""

    model_config = ConfigDict(frozen=True)

    pair: TokenPair
    version: int
    """Grows by one with each saved pair."""
    state: TokenState


class RefreshClaim(BaseModel):
    """The right to refresh, alone, until the lease ends."""

    model_config = ConfigDict(frozen=True)

    token: uuid.UUID
    refresh_token: SecretStr
    tries: int
    """Requests made before with this refresh token whose answer was never recorded."""
    recorded_answer: SecretBytes | None = None
    """An answer to this refresh token that was recorded but never saved as a pair: its process died in between."""


class TokenStore(Protocol):
    """One row per account. Every write names its claim; a claim that was lost changes nothing."""

    async def read(self, account_id: str) -> StoredTokens:
        """The present pair. Raises `AccountUnknown`."""
        ...

    async def claim_refresh(self, account_id: str, *, version: int, lease_seconds: float) -> RefreshClaim | None:
        """Take the refresh of this version; None if another claim is alive, the version moved on, or the state is not
        active.

        Commits tries + 1 together with the claim and answers the count before: a process that dies during its request
        leaves the try on the record.
        """
        ...

    async def record_answer(self, account_id: str, *, claim: uuid.UUID, raw: bytes) -> None:
        """Keep the raw answer (encrypted) before anybody reads it, and set tries to 0: this answer is recorded."""
        ...

    async def save_pair(self, account_id: str, *, claim: uuid.UUID, pair: TokenPair) -> bool:
        """In one transaction: new pair, version + 1, tries 0, claim and raw answer gone. False: the claim was lost."""
        ...

    async def mark_dead(self, account_id: str, *, claim: uuid.UUID, code: str) -> None:
        """State `needs_authorization`, claim gone, raise the alarm."""
        ...

    async def release(self, account_id: str, *, claim: uuid.UUID, tries: int) -> None:
        """Give the claim back and set tries; also drops a recorded answer (it held no pair)."""
        ...
