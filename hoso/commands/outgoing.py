"""`hoso outgoing`: what the one-stop system is told, what waits, and once more."""

import uuid
from dataclasses import asdict
from typing import Annotated

import typer

from hoso.commands.context import with_database
from hoso.commands.local_user import command_entry, note_command
from hoso.commands.output import AlwaysJson, print_json, print_rows
from hoso.errors import CommandError
from hoso.site import Site
from storage import outgoing
from storage.database import Database
from workers.webhook_signature import new_secret

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def _read_id(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no event id; see: hoso outgoing list") from None


@app.command("list")
def list_events(
    state: Annotated[str | None, typer.Option(help=f"One of: {', '.join(outgoing.STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List outgoing events, newest first; what they say is shown by `show`."""
    if state is not None and state not in outgoing.STATES:
        raise typer.BadParameter(f"unknown state {state!r}; one of: {', '.join(outgoing.STATES)}")

    async def work(_: Site, database: Database) -> list[outgoing.EventView]:
        return await outgoing.search(database, state=state, limit=limit)

    rows = [asdict(view) for view in with_database("outgoing", work)]
    columns = ("id", "type", "subject", "state", "tries", "last_answer", "due_at", "created_at")
    print_rows(rows, columns, as_json=as_json, empty="No such events.")


@app.command()
def show(event: Annotated[str, typer.Argument(metavar="ID", help="Event id.")], _as_json: AlwaysJson = False) -> None:
    """Print one event as it is sent, and how its sending stands, as JSON. It may hold personal data."""
    identifier = _read_id(event)

    async def work(site: Site, database: Database) -> outgoing.EventStory | None:
        found = await outgoing.find(database, site.cipher, identifier)
        if found is not None:
            await note_command(database, "outgoing.show", str(identifier))
        return found

    story = with_database("outgoing", work)
    if story is None:
        raise CommandError(f"no event {identifier}; see: hoso outgoing list")
    print_json({**asdict(story.view), "event": story.event})


@app.command()
def repeat(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Events to be sent again, with the same id.")],
) -> None:
    """Have events sent again from now on, for a day; the receiver knows a repeat by its id."""
    wanted = [_read_id(text) for text in ids]

    async def work(_: Site, database: Database) -> list[uuid.UUID]:
        return [identifier for identifier in wanted if not await _repeat(database, identifier)]

    refused = with_database("outgoing", work)
    typer.echo(f"{len(wanted) - len(refused)} will be sent again.")
    if refused:
        raise CommandError(f"unknown, or under way: {', '.join(map(str, refused))}; see: hoso outgoing list")


async def _repeat(database: Database, identifier: uuid.UUID) -> bool:
    return await outgoing.repeat(database, identifier, entry=command_entry("outgoing.repeat", str(identifier)))


@app.command()
def resume() -> None:
    """Go on sending after the receiver answered 410, "gone"."""

    async def work(_: Site, database: Database) -> int:
        return await outgoing.resume(database, entry=command_entry("outgoing.resume"))

    stopped = with_database("outgoing", work)
    typer.echo("Sending goes on." if stopped else "Nothing was stopped.")


@app.command()
def secret() -> None:
    """Print a new secret for HOSO_OUTGOING_SECRETS, to be given to the receiver too."""
    typer.echo(new_secret())
