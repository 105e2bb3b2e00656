"""Who gives a command that an officer must answer for: password and code, as the console's sign-in asks them."""

from __future__ import annotations

from console.passwords import Passwords
from console.proving import Judge
from hoso.commands.local_user import command_actor
from hoso.errors import CommandError
from hoso.moments import utc_now
from storage.audit import Entry, note
from storage.crypto import Cipher
from storage.database import Database
from storage.officers import Officer


async def identify(database: Database, cipher: Cipher, *, login: str, password: str, code: str) -> Officer:
    """Return the officer of a login, proven by password and code (of the app, or a recovery code); the code is used up.

    A refusal is written to the audit log. Nothing is counted here as at the console's door: who gives commands on the
    server reads the database anyway.

    Raises:
        CommandError: one message for a wrong login, password or code; another for an officer who never signed in.
    """
    passwords = Passwords()
    judge = Judge(database, cipher, passwords)
    try:
        officer = await judge.check_password(login, password)
        if officer is not None and officer.must_set_up:
            raise CommandError(f"{officer.login} has a temporary password; sign in to the console once, then try again")
        if officer is None or await judge.check_code(officer, code, utc_now()) is None:
            await note(database, Entry(command_actor(), "session.refuse", officer.login if officer else None))
            raise CommandError("login, password or code is wrong, or the code was used before; wait for the next code")
    finally:
        passwords.close()
    return officer
