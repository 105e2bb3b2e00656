"""Officers: who they are, what they may do and where. Passwords and codes are judged in `console`, kept here."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from storage.database import Connection, Database, execute, fetch
from storage.sql import queries

_Q = queries("officers")
TOTP_COLUMN = "officers.totp_secret"
EVERYWHERE = "*"
"""The unit of a role that holds in the whole city."""


class Role(StrEnum):
    """What somebody may do in a unit and in those below it. Every role may look."""

    VIEWER = "viewer"
    AUTHOR = "author"
    APPROVER = "approver"
    ADMINISTRATOR = "administrator"


def covers(granted: str, unit: str | None) -> bool:
    """Return whether a role granted in one unit holds in another: the same, or one below it (H17.33 and H17.33.2).

    What belongs to no unit is for those whose role holds everywhere.
    """
    if granted == EVERYWHERE:
        return True
    return unit is not None and (unit == granted or unit.startswith(f"{granted}."))


@dataclass(frozen=True, slots=True)
class Grant:
    """A role in a unit."""

    unit: str
    role: Role


@dataclass(frozen=True, slots=True)
class Officer:
    """An officer without secrets."""

    id: int
    login: str
    name: str
    language: str
    grants: tuple[Grant, ...]
    credentials_version: int
    must_set_up: bool
    has_totp: bool
    created_at: datetime
    signed_in_at: datetime | None
    disabled_at: datetime | None

    @property
    def actor(self) -> str:
        """How the audit log names the officer."""
        return f"officer:{self.login}"

    def has_role(self, roles: Collection[Role], unit: str | None) -> bool:
        """Return whether one of the roles is held in the unit."""
        return any(grant.role in roles and covers(grant.unit, unit) for grant in self.grants)

    def units_with(self, roles: Collection[Role]) -> list[str] | None:
        """Return the units in which one of the roles is held; None: in all of them."""
        units = {grant.unit for grant in self.grants if grant.role in roles}
        return None if EVERYWHERE in units else sorted(units)


async def add(
    connection: Connection,
    *,
    login: str,
    name: str,
    grants: Iterable[Grant],
    password_hash: str | None,
    created_by: str,
    must_set_up: bool = True,
) -> int | None:
    """Add an officer and return the id; None: the login is taken. `login` in lower case."""
    rows = await fetch(
        connection,
        _Q["add"],
        {
            "login": login,
            "name": name,
            "password_hash": password_hash,
            "created_by": created_by,
            "must_set_up": must_set_up,
        },
    )
    if not rows:
        return None
    officer_id = int(rows[0]["id"])
    await set_grants(connection, officer_id, grants)
    return officer_id


async def set_grants(connection: Connection, officer_id: int, grants: Iterable[Grant]) -> None:
    """Replace what an officer may do."""
    pairs = sorted({(grant.unit, grant.role.value) for grant in grants})
    params: dict[str, Any] = {
        "officer_id": officer_id,
        "units": [unit for unit, _role in pairs],
        "roles": [role for _unit, role in pairs],
    }
    await execute(connection, _Q["drop_grants"], params)
    await execute(connection, _Q["add_grants"], params)


async def lock(connection: Connection) -> None:
    """Take turns with others who change what officers may do: until the end of the transaction."""
    await execute(connection, _Q["lock"])


async def count_head_administrators(connection: Connection, *, but: int | None = None) -> int:
    """Return how many enabled officers administer the whole city, one of them left out if wanted."""
    [row] = await fetch(connection, _Q["count_head_administrators"], {"but": but})
    return int(row["administrators"])


async def disable(connection: Connection, officer_id: int) -> bool:
    """Let an officer sign in no more; sessions are over at once. False: disabled already, or unknown."""
    return bool(await fetch(connection, _Q["disable"], {"id": officer_id}))


async def enable(connection: Connection, officer_id: int) -> bool:
    """Let a disabled officer sign in again, with the password of before. False: was not disabled."""
    return bool(await fetch(connection, _Q["enable"], {"id": officer_id}))


async def set_language(connection: Connection, officer_id: int, language: str) -> None:
    """Give an officer the console's pages in a language: vi or en."""
    await execute(connection, _Q["set_language"], {"id": officer_id, "language": language})


async def set_name(connection: Connection, officer_id: int, name: str) -> None:
    """Call an officer by another name."""
    await execute(connection, _Q["set_name"], {"id": officer_id, "name": name})


async def find_for_change(connection: Connection, officer_id: int) -> Officer | None:
    """Return an officer as of now and keep others from changing the row until the end of the transaction."""
    rows = await fetch(connection, f"{_Q['find']} FOR UPDATE OF o", {"id": officer_id, "login": None})
    return _read(rows[0]) if rows else None


async def find(database: Database, *, id: int | None = None, login: str | None = None) -> Officer | None:  # noqa: A002 - the column
    """Return an officer by id or by login, disabled ones too."""
    rows = await database.fetch(_Q["find"], {"id": id, "login": login})
    return _read(rows[0]) if rows else None


async def names(database: Database) -> dict[str, str]:
    """Return every officer's name by login: for pages that only name who did something."""
    return {row["login"]: row["name"] for row in await database.fetch(_Q["names"])}


async def all_officers(database: Database) -> list[Officer]:
    """Return every officer, by login."""
    return [_read(row) for row in await database.fetch(_Q["all"])]


def _read(row: dict[str, Any]) -> Officer:
    grants = tuple(Grant(unit, Role(role)) for unit, role in row.pop("grants"))
    return Officer(**row, grants=grants)
