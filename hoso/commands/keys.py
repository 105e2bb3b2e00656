"""`hoso keys`: keys of systems that post events, and the encryption keys of the columns."""

from dataclasses import asdict
from typing import Annotated

import typer

from hoso.commands.context import with_database
from hoso.commands.local_user import command_actor, note_command
from hoso.commands.output import print_json, print_rows
from hoso.errors import CommandError
from hoso.site import Site
from storage import api_keys, audit, rotation
from storage.audit import Entry
from storage.crypto import generate_key
from storage.database import Database

app = typer.Typer()
MAX_SOURCE_CHARS = 200  # as many as an event's source may have (status_bridge/event.py)
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


@app.command()
def add(
    source: Annotated[str, typer.Argument(help="Name of the system, such as motcua.danang.")],
    scope: Annotated[str, typer.Option(help=f"What it is for: {', '.join(api_keys.SCOPES)}.")] = api_keys.EVENTS,
    unit: Annotated[str | None, typer.Option(help="Of a key for broadcasts: where it may announce.")] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key for a system and print it; it cannot be shown again."""
    source = source.strip()
    if not 0 < len(source) <= MAX_SOURCE_CHARS:
        raise typer.BadParameter(f"the name of a system has 1 to {MAX_SOURCE_CHARS} characters")
    if scope not in api_keys.SCOPES:
        raise typer.BadParameter(f"unknown scope {scope!r}; one of: {', '.join(api_keys.SCOPES)}")
    if (scope == api_keys.BROADCASTS) != (unit is not None):
        raise typer.BadParameter("--unit goes with --scope broadcasts, and only with it")

    async def work(_: Site, database: Database) -> str:
        async with database.transaction() as connection:
            identifier, made = await api_keys.make(connection, source, scopes=[scope], unit=unit)
            detail = {"source": source, "scopes": [scope]}
            await audit.write(connection, Entry(command_actor(), "key.add", identifier, unit, detail))
        return made

    key = with_database("keys", work)
    if as_json:
        print_json({"source": source, "key": key})
    else:
        typer.echo(key)


@app.command("list")
def list_keys(as_json: AsJson = False) -> None:
    """List the keys without their secrets."""

    async def work(_: Site, database: Database) -> list[api_keys.ApiKey]:
        return await api_keys.all_keys(database)

    rows = [asdict(key) for key in with_database("keys", work)]
    print_rows(
        rows,
        ("id", "source", "created_at", "last_used_at", "revoked_at"),
        as_json=as_json,
        empty="No keys yet: hoso keys add SOURCE",
    )


@app.command()
def revoke(identifier: Annotated[str, typer.Argument(metavar="ID", help="As `hoso keys list` shows it.")]) -> None:
    """End a key at once."""

    async def work(_: Site, database: Database) -> bool:
        async with database.transaction() as connection:
            ended = await api_keys.end(connection, identifier)
            if ended is not None:
                await audit.write(connection, Entry(command_actor(), "key.revoke", identifier, ended.unit))
        return ended is not None

    if not with_database("keys", work):
        raise CommandError(f"no key {identifier} in force; see: hoso keys list")


@app.command()
def generate() -> None:
    """Print a new encryption key for HOSO_ENCRYPTION_KEYS."""
    typer.echo(generate_key())


@app.command()
def rotate(as_json: AsJson = False) -> None:
    """Rewrite everything encrypted under the first of HOSO_ENCRYPTION_KEYS; afterwards the others may go."""

    async def work(site: Site, database: Database) -> int:
        await note_command(database, "key.rotate")
        return await rotation.reencrypt(database, site.cipher)

    rewritten = with_database("keys", work)
    if as_json:
        print_json({"rewritten": rewritten})
    else:
        typer.echo(f"{rewritten} values rewritten under the first key.")
