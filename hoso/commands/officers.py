"""`hoso officers`: who may use the console; the first administrator comes from here."""

from __future__ import annotations

import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Annotated, Any

import typer
from redis.asyncio import Redis

from console.admin.grants import UnreadableGrant, describe, read_grant
from console.admin.officers import LOGIN, TEMPORARY_SECONDS
from console.admin.rules import LastAdministrator, require_somebody_left
from console.passwords import Passwords, find_faults, temporary_password
from console.sessions import end_all_soon
from dossiers.text import clean
from hoso.commands.context import with_database
from hoso.commands.local_user import command_actor
from hoso.commands.output import print_json, print_rows
from hoso.errors import CommandError
from hoso.loops import run_async
from hoso.site import Site
from storage import audit, credentials, officers
from storage.audit import Entry
from storage.database import Connection, Database
from storage.officers import Grant, Officer

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Login = Annotated[str, typer.Argument(help="As `hoso officers list` shows it.")]
FromInput = Annotated[bool, typer.Option("--password-stdin", help="Read the password from standard input.")]
_Change = Callable[[Connection, Officer], Awaitable[None]]


@dataclass(frozen=True)
class _Given:
    """A temporary password, and its hash."""

    password: str
    password_hash: str


@app.command()
def add(
    login: Annotated[str, typer.Argument(help="Small letters, digits, dots, dashes; 3 to 40 of them.")],
    name: Annotated[str, typer.Option("--name", help="What the officer is called.")],
    role: Annotated[
        list[str] | None,
        typer.Option("--role", metavar="ROLE[@UNIT]", help="May be repeated. Default: administrator@*, everything."),
    ] = None,
    password_stdin: FromInput = False,
    as_json: AsJson = False,
) -> None:
    """Add an officer, and print a temporary password: the first sign-in asks for another one and for an app.

    Roles: viewer, author, approver, administrator; in a unit and those below it, or everywhere (`@*`, or without a
    unit). The password is good for seven days.
    """
    login, name = login.strip().lower(), clean(name)
    if LOGIN.fullmatch(login) is None:
        raise typer.BadParameter("a login needs 3 to 40 small letters, digits, dots or dashes, a letter first")
    if not name:
        raise typer.BadParameter("give a name")
    grants = [_grant(text) for text in role or ["administrator@*"]]
    given = _make_password(login, name, password_stdin)

    async def work(_: Site, database: Database) -> None:
        async with database.transaction() as connection:
            officer_id = await officers.add(
                connection, login=login, name=name, grants=grants, password_hash=None, created_by=command_actor()
            )
            if officer_id is None:
                raise CommandError(f"the login {login} is taken; see: hoso officers list")
            await _set(connection, officer_id, given)
            await _note(connection, "officer.add", login, given=[describe(grant) for grant in grants])

    with_database("officers", work)
    _tell(login, given, is_own=password_stdin, as_json=as_json)


@app.command("list")
def list_officers(as_json: AsJson = False) -> None:
    """List the officers with their roles."""

    async def work(_: Site, database: Database) -> list[Officer]:
        return await officers.all_officers(database)

    rows = [_row(officer) for officer in with_database("officers", work)]
    columns = ("login", "name", "roles", "state", "signed_in_at")
    if not as_json:
        rows = [row | {"roles": ", ".join(row["roles"])} for row in rows]
    print_rows(rows, columns, as_json=as_json, empty="No officers yet: hoso officers add LOGIN --name NAME")


@app.command()
def disable(login: Login) -> None:
    """Let an officer sign in no more; sessions are over at once."""

    async def change(connection: Connection, officer: Officer) -> None:
        await require_somebody_left(connection, officer)
        if not await officers.disable(connection, officer.id):
            raise CommandError(f"{officer.login} is disabled already")
        await _note(connection, "officer.disable", officer.login)

    _change(login, change)


@app.command()
def enable(login: Login) -> None:
    """Let a disabled officer sign in again, with the password of before."""

    async def change(connection: Connection, officer: Officer) -> None:
        if not await officers.enable(connection, officer.id):
            raise CommandError(f"{officer.login} is not disabled")
        await _note(connection, "officer.enable", officer.login)

    _change(login, change)


@app.command()
def reset(login: Login, password_stdin: FromInput = False, as_json: AsJson = False) -> None:
    """Print a new temporary password for an officer; the app and recovery codes are off, sessions over."""
    given = _make_password(login.strip().lower(), "", password_stdin)

    async def change(connection: Connection, officer: Officer) -> None:
        await _set(connection, officer.id, given)
        await _note(connection, "officer.reset", officer.login)

    _change(login, change)
    _tell(login.strip().lower(), given, is_own=password_stdin, as_json=as_json)


def _grant(text: str) -> Grant:
    try:
        return read_grant(text)
    except UnreadableGrant as error:
        raise typer.BadParameter(
            f"{error.text!r} is no role: write it as author@H17.33.2, of viewer, author, approver, administrator"
        ) from None


def _make_password(login: str, name: str, from_input: bool) -> _Given:
    password = sys.stdin.readline().rstrip("\r\n") if from_input else temporary_password()
    if from_input and (faults := find_faults(password, login=login, name=name)):
        raise CommandError(f"this password is refused ({', '.join(faults)}); give 12 characters or more, no names")

    async def work() -> str:
        passwords = Passwords()
        try:
            return await passwords.hash(password)
        finally:
            passwords.close()

    return _Given(password, run_async(work()))


def _change(login: str, change: _Change) -> None:
    """Find an officer and change something in one transaction; then end the sessions."""

    async def work(site: Site, database: Database) -> None:
        found = await officers.find(database, login=login.strip().lower())
        if found is None:
            raise CommandError(f"no officer {login}; see: hoso officers list")
        try:
            async with database.transaction() as connection:
                await officers.lock(connection)
                officer = await officers.find_for_change(connection, found.id)
                await change(connection, officer or found)
        except LastAdministrator:
            raise CommandError(
                f"{found.login} is the last administrator of the whole city; add another one first"
            ) from None
        redis = Redis.from_url(site.redis_url, socket_timeout=2, socket_connect_timeout=2)
        try:
            await end_all_soon(redis, found.id)
        finally:
            await redis.aclose()

    with_database("officers", work)


async def _set(connection: Connection, officer_id: int, given: _Given) -> None:
    await credentials.reset(connection, officer_id, password_hash=given.password_hash, valid_seconds=TEMPORARY_SECONDS)


async def _note(connection: Connection, action: str, login: str, **detail: list[str]) -> None:
    await audit.write(connection, Entry(command_actor(), action, login, detail=detail))


def _tell(login: str, given: _Given, *, is_own: bool, as_json: bool) -> None:
    shown = None if is_own else given.password
    if as_json:
        print_json({"login": login, "temporary_password": shown})
    elif shown is not None:
        typer.echo(shown)


def _row(officer: Officer) -> dict[str, Any]:
    state = "disabled" if officer.disabled_at else "first sign-in" if officer.must_set_up else "active"
    return {
        "login": officer.login,
        "name": officer.name,
        "roles": [describe(grant) for grant in officer.grants],
        "state": state,
        "has_app": officer.has_totp,
        "created_at": officer.created_at,
        "signed_in_at": officer.signed_in_at,
        "disabled_at": officer.disabled_at,
    }
