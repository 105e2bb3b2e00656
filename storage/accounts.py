"""Official Accounts and their rotating tokens: the token keeper's store (`channels/zalo/auth.py`), on PostgreSQL.

A refresh token is single use (docs: zalo 2.5): one refresher at a time holds a claim by the database's clock that
outlives its request; the raw answer is written ahead; the new pair is committed before anybody uses it.
"""

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pydantic import SecretBytes, SecretStr

from channels.zalo.auth import AccountUnknown, RefreshClaim, StoredTokens, TokenPair
from storage import audit
from storage.audit import Entry
from storage.crypto import Cipher
from storage.database import Database, execute
from storage.sql import queries

_Q = queries("accounts")
ACCESS_COLUMN = "accounts.access_token"
REFRESH_COLUMN = "accounts.refresh_token"
ANSWER_COLUMN = "accounts.refresh_answer"


@dataclass(frozen=True, slots=True)
class Account:
    """An account with its health; no tokens."""

    id: str
    platform: str
    app_id: str
    name: str | None
    state: str
    state_code: str | None
    access_expires_at: datetime | None
    refresh_expires_at: datetime | None
    version: int
    refresh_tries: int
    has_unsaved_answer: bool
    quota_remaining: int | None
    quota_total: int | None
    created_at: datetime
    updated_at: datetime


async def all_accounts(database: Database) -> list[Account]:
    """Return every account, oldest first."""
    return [Account(**row) for row in await database.fetch(_Q["all"])]


class AccountStore:
    """The `TokenStore` of the token keeper, one row per account."""

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def _pair_params(self, access: SecretStr, refresh: SecretStr) -> dict[str, Any]:
        return {
            "access": self._cipher.encrypt(access.get_secret_value(), ACCESS_COLUMN),
            "refresh": self._cipher.encrypt(refresh.get_secret_value(), REFRESH_COLUMN),
        }

    def _new(
        self, oa_id: str, app_id: str, name: str | None, pair: tuple[SecretStr, SecretStr], seconds: float
    ) -> dict[str, Any]:
        return self._pair_params(*pair) | {"id": oa_id, "app_id": app_id, "name": name, "expires_in_seconds": seconds}

    async def seed(
        self, oa_id: str, *, app_id: str, access: SecretStr, refresh: SecretStr, expires_in_seconds: float
    ) -> bool:
        """Note an account with its first pair; False when it is there already (its rotated pair rules)."""
        params = self._new(oa_id, app_id, None, (access, refresh), expires_in_seconds)
        return bool(await self._database.fetch(_Q["seed"], params))

    async def replace(
        self,
        oa_id: str,
        *,
        app_id: str,
        name: str | None,
        access: SecretStr,
        refresh: SecretStr,
        expires_in_seconds: float,
        refresh_expires_at: datetime | None = None,
        entry: Entry | None = None,
    ) -> None:
        """Give an account a new pair by hand or by consent; it is active again.

        `entry` goes to the audit log with it.
        """
        params = self._new(oa_id, app_id, name, (access, refresh), expires_in_seconds)
        async with self._database.transaction() as connection:
            await execute(connection, _Q["replace_pair"], params | {"refresh_expires_at": refresh_expires_at})
            if entry is not None:
                await audit.write(connection, entry)

    async def read(self, account_id: str) -> StoredTokens:
        """Return the pair as it is now.

        Raises:
            AccountUnknown: no such account, or it has no pair yet.
        """
        rows = await self._database.fetch(_Q["read"], {"id": account_id})
        if not rows or rows[0]["access_token_enc"] is None:
            raise AccountUnknown(account_id)
        row = rows[0]
        pair = TokenPair(
            access_token=SecretStr(self._cipher.decrypt(row["access_token_enc"], ACCESS_COLUMN)),
            refresh_token=SecretStr(self._cipher.decrypt(row["refresh_token_enc"], REFRESH_COLUMN)),
            access_expires_at=row["access_expires_at"],
            refresh_expires_at=row["refresh_expires_at"],
        )
        return StoredTokens(pair=pair, version=row["version"], state=row["state"])

    async def claim_refresh(self, account_id: str, *, version: int, lease_seconds: float) -> RefreshClaim | None:
        """Become the one refresher of the pair at `version`; None when somebody is, or it has moved on."""
        params = {"id": account_id, "version": version, "lease_seconds": lease_seconds}
        rows = await self._database.fetch(_Q["claim_refresh"], params)
        if not rows:
            return None
        row = rows[0]
        answer = self._cipher.decrypt_optional(row["refresh_answer_enc"], ANSWER_COLUMN)
        return RefreshClaim(
            token=row["refresh_claim"],
            refresh_token=SecretStr(self._cipher.decrypt(row["refresh_token_enc"], REFRESH_COLUMN)),
            tries=row["tries"],
            recorded_answer=None if answer is None else SecretBytes(answer.encode()),
        )

    async def record_answer(self, account_id: str, *, claim: uuid.UUID, raw: bytes) -> None:
        """Write the raw answer ahead of the pair, encrypted; its request is no longer one without an answer."""
        answer = self._cipher.encrypt(raw.decode("utf-8", "replace"), ANSWER_COLUMN)
        await self._run("record_answer", {"id": account_id, "claim": claim, "answer": answer})

    async def save_pair(self, account_id: str, *, claim: uuid.UUID, pair: TokenPair) -> bool:
        """Commit the new pair; False when the claim was lost meanwhile."""
        params = self._pair_params(pair.access_token, pair.refresh_token) | {
            "id": account_id,
            "claim": claim,
            "access_expires_at": pair.access_expires_at,
            "refresh_expires_at": pair.refresh_expires_at,
        }
        return bool(await self._database.fetch(_Q["save_pair"], params))

    async def mark_dead(self, account_id: str, *, claim: uuid.UUID, code: str) -> None:
        """Note that a person must consent again."""
        await self._run("mark_dead", {"id": account_id, "claim": claim, "code": code})

    async def release(self, account_id: str, *, claim: uuid.UUID, tries: int) -> None:
        """Let go of a claim and a recorded answer without a pair; `tries`: requests whose answer was never recorded."""
        await self._run("release_claim", {"id": account_id, "claim": claim, "tries": tries})

    async def note_quota(self, account_id: str, *, remaining: int, total: int | None) -> None:
        """Note what the platform said is left for today."""
        await self._run("note_quota", {"id": account_id, "remaining": remaining, "total": total})

    async def _run(self, query: str, params: dict[str, Any]) -> None:
        async with self._database.transaction() as connection:
            await execute(connection, _Q[query], params)
