"""Is this the officer? The password and the code, judged in one place for the pages and for the command line."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from console import totp
from console.desk import DESK
from console.passwords import PASSWORDS, Passwords
from storage import credentials, officers
from storage.audit import Entry, write
from storage.credentials import Credentials
from storage.crypto import Cipher
from storage.database import Database
from storage.officers import Officer


@dataclass(frozen=True, slots=True)
class Judge:
    """What judging needs; stateless beside the threads of `passwords`."""

    database: Database
    cipher: Cipher
    passwords: Passwords

    async def check_password(self, login: str, password: str) -> Officer | None:
        """Return the officer whose password this is. None for everything else, after the same time.

        Raises:
            TooBusy: too many wait for their turn.
        """
        known = await credentials.read(self.database, self.cipher, login=login.strip().lower())
        found = None if known is None else await officers.find(self.database, id=known.officer_id)
        may_try = known is not None and not known.is_expired and found is not None and found.disabled_at is None
        kept = known.password_hash if known is not None and may_try else None
        if not await self.passwords.is_right(kept, password) or known is None or kept is None:
            return None
        await self._renew(known, kept, password)
        return found

    async def check_code(self, officer: Officer, code: str, now: datetime, *, address: str | None = None) -> str | None:
        """Use a code up and return its kind, `totp` or `recovery`; None: wrong, or used before.

        A recovery code leaves its mark in the audit log in the same transaction.
        """
        if totp.is_recovery_code(code):
            return await self._use_recovery_code(officer, code, address)
        known = await credentials.read(self.database, self.cipher, officer_id=officer.id)
        if known is None or known.totp_secret is None:
            return None
        step = totp.find_step(known.totp_secret, code, now.timestamp())
        if step is None:
            return None
        async with self.database.transaction() as connection:
            return "totp" if await credentials.use_step(connection, officer.id, step) else None

    async def _use_recovery_code(self, officer: Officer, code: str, address: str | None) -> str | None:
        async with self.database.transaction() as connection:
            if not await credentials.use_recovery_code(connection, officer.id, totp.hash_recovery_code(code)):
                return None
            entry = Entry(officer.actor, "recovery_code.use", officer.login, address=address)
            await write(connection, entry)
        return "recovery"

    async def _renew(self, known: Credentials, kept: str, password: str) -> None:
        """Hash a right password again when the parameters are other ones by now."""
        if self.passwords.is_dated(kept):
            new = await self.passwords.hash(password)
            await credentials.rehash(self.database, known.officer_id, old=kept, new=new)


def judge_of(request: web.Request) -> Judge:
    """Return the judge of the console that a request came to."""
    desk = request.config_dict[DESK]
    return Judge(desk.database, desk.cipher, request.config_dict[PASSWORDS])
