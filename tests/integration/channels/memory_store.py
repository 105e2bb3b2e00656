"""A token store in memory: a double of the `TokenStore` protocol, with its rules and its waits."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

from pydantic import SecretBytes

from channels.zalo.auth import AccountUnknown, RefreshClaim, StoredTokens, TokenPair, TokenState


class MemoryStore:
    """One account. Each call lets others run first, as a database would."""

    def __init__(self, account_id: str, pair: TokenPair, clock: Callable[[], datetime]) -> None:
        self.account_id = account_id
        self.pair = pair
        self.clock = clock
        self.version = 1
        self.state = TokenState.ACTIVE
        self.dead_code: str | None = None
        self.tries = 0
        self.claim: uuid.UUID | None = None
        self.claimed_until: datetime | None = None
        self.answer: bytes | None = None
        self.history: list[str] = []

    async def read(self, account_id: str) -> StoredTokens:
        await asyncio.sleep(0)
        if account_id != self.account_id:
            raise AccountUnknown(account_id)
        return StoredTokens(pair=self.pair, version=self.version, state=self.state)

    async def claim_refresh(self, account_id: str, *, version: int, lease_seconds: float) -> RefreshClaim | None:
        await asyncio.sleep(0)
        is_held = self.claim is not None and self.claimed_until is not None and self.clock() < self.claimed_until
        if is_held or version != self.version or self.state is not TokenState.ACTIVE:
            return None
        self.claim = uuid.uuid4()
        self.claimed_until = self.clock() + timedelta(seconds=lease_seconds)
        self.tries += 1
        self.history.append("claim")
        recorded = None if self.answer is None else SecretBytes(self.answer)
        return RefreshClaim(
            token=self.claim, refresh_token=self.pair.refresh_token, tries=self.tries - 1, recorded_answer=recorded
        )

    async def record_answer(self, account_id: str, *, claim: uuid.UUID, raw: bytes) -> None:
        await asyncio.sleep(0)
        if claim == self.claim:
            self.answer, self.tries = raw, 0
            self.history.append("record")

    async def save_pair(self, account_id: str, *, claim: uuid.UUID, pair: TokenPair) -> bool:
        await asyncio.sleep(0)
        if claim != self.claim:
            return False
        self.pair, self.version, self.tries = pair, self.version + 1, 0
        self._drop_claim("save")
        return True

    async def mark_dead(self, account_id: str, *, claim: uuid.UUID, code: str) -> None:
        await asyncio.sleep(0)
        if claim == self.claim:
            self.state, self.dead_code = TokenState.NEEDS_AUTHORIZATION, code
            self._drop_claim("dead")

    async def release(self, account_id: str, *, claim: uuid.UUID, tries: int) -> None:
        await asyncio.sleep(0)
        if claim == self.claim:
            self.tries = tries
            self._drop_claim("release")

    def _drop_claim(self, word: str) -> None:
        self.claim = self.claimed_until = self.answer = None
        self.history.append(word)
