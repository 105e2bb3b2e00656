"""What officers prove to be themselves by: password hashes, secrets of one-time codes, recovery codes.

Judged in `console`; here each change is one statement, so that a code or a recovery code works once whoever else tries
it at the same time. A change of credentials counts `credentials_version` up, which ends the sessions of the one before.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.officers import TOTP_COLUMN
from storage.sql import queries

_Q = queries("credentials")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What is kept of an officer's secrets; never shown. `is_expired`: a temporary password whose time is over."""

    officer_id: int
    password_hash: str | None
    totp_secret: str | None
    totp_step: int | None
    is_expired: bool


async def read(
    database: Database, cipher: Cipher, *, login: str | None = None, officer_id: int | None = None
) -> Credentials | None:
    """Return an officer's credentials by login or id.

    Raises:
        UndecipherableValue: the secret is under a key that is not configured.
    """
    rows = await database.fetch(_Q["read"], {"login": login, "id": officer_id})
    if not rows:
        return None
    row = rows[0]
    secret = cipher.decrypt_optional(row.pop("totp_secret_enc"), TOTP_COLUMN)
    return Credentials(**row, totp_secret=secret)


async def rehash(database: Database, officer_id: int, *, old: str, new: str) -> None:
    """Keep the same password under newer parameters, unless it was changed meanwhile."""
    async with database.transaction() as connection:
        await execute(connection, _Q["rehash"], {"officer_id": officer_id, "old": old, "new": new})


async def use_step(connection: Connection, officer_id: int, step: int) -> bool:
    """Use the code of a 30-second step up; False: it, or a later one, was used before."""
    return bool(await fetch(connection, _Q["use_step"], {"officer_id": officer_id, "step": step}))


async def use_recovery_code(connection: Connection, officer_id: int, code_hash: bytes) -> bool:
    """Use a recovery code up; False: there is none of that hash that was not used."""
    params = {"officer_id": officer_id, "code_hash": code_hash}
    return bool(await fetch(connection, _Q["use_recovery_code"], params))


async def set_password(connection: Connection, officer_id: int, password_hash: str) -> int | None:
    """Give an officer another password; return the new version, None for an officer who was disabled meanwhile."""
    return await _version(connection, "set_password", {"officer_id": officer_id, "password_hash": password_hash})


async def set_up(
    connection: Connection,
    cipher: Cipher,
    officer_id: int,
    *,
    version: int,
    password_hash: str,
    secret: str,
    step: int,
    recovery_hashes: Collection[bytes],
) -> int | None:
    """Put the officer's own password, secret and recovery codes in place of what somebody else had given.

    Returns the new version; None: the credentials are no longer those of `version`.
    """
    params = {
        "officer_id": officer_id,
        "version": version,
        "password_hash": password_hash,
        "secret": cipher.encrypt(secret, TOTP_COLUMN),
        "step": step,
    }
    new = await _version(connection, "set_up", params)
    if new is not None:
        await set_recovery_codes(connection, officer_id, recovery_hashes)
    return new


async def set_totp(connection: Connection, cipher: Cipher, officer_id: int, *, secret: str, step: int) -> int | None:
    """Give an officer another secret; `step` is the one that confirmed it. Returns the new version, None as above."""
    params = {"officer_id": officer_id, "secret": cipher.encrypt(secret, TOTP_COLUMN), "step": step}
    return await _version(connection, "set_totp", params)


async def reset(connection: Connection, officer_id: int, *, password_hash: str, valid_seconds: float) -> None:
    """Give an officer a temporary password; codes are off, and sessions are over."""
    params = {"officer_id": officer_id, "password_hash": password_hash, "seconds": valid_seconds}
    await _version(connection, "reset", params)
    await execute(connection, _Q["drop_recovery_codes"], {"officer_id": officer_id})


async def set_recovery_codes(connection: Connection, officer_id: int, hashes: Collection[bytes]) -> None:
    """Replace an officer's recovery codes; those of before open nothing any more."""
    await execute(connection, _Q["drop_recovery_codes"], {"officer_id": officer_id})
    await execute(connection, _Q["add_recovery_codes"], {"officer_id": officer_id, "hashes": list(hashes)})


async def count_recovery_codes(database: Database, officer_id: int) -> int:
    """Return how many recovery codes are left."""
    [row] = await database.fetch(_Q["count_recovery_codes"], {"officer_id": officer_id})
    return int(row["left_over"])


async def note_sign_in(connection: Connection, officer_id: int) -> None:
    """Note that an officer signed in just now."""
    await execute(connection, _Q["note_sign_in"], {"officer_id": officer_id})


async def _version(connection: Connection, query: str, params: dict[str, Any]) -> int | None:
    rows = await fetch(connection, _Q[query], params)
    return int(rows[0]["credentials_version"]) if rows else None
