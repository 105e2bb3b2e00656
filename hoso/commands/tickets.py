"""`hoso tickets`: feedback and requests about personal data, their answers, their pictures."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from bot.texts.feedback import words_of
from hoso.commands.context import with_database
from hoso.commands.local_user import command_actor, note_command
from hoso.commands.output import AlwaysJson, print_json, print_rows
from hoso.errors import CommandError
from hoso.moments import utc_now
from hoso.officer_chat import window_rules
from hoso.site import Site
from storage import ticket_answers, tickets
from storage.audit import Entry
from storage.chat_window import MAX_TEXT_CHARS
from storage.database import Database
from storage.tickets import Photo, Ticket

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="PA-… or DL-… as in: hoso tickets list")]
Officer = Annotated[str, typer.Option(help="Who acts; kept with what is done.")]
KINDS = tuple(tickets.PREFIXES)
STATES = ("open", "claimed", "answered", "cancelled")


def _entry(action: str, number: str, officer: str) -> Entry:
    """Return what the audit log keeps: who gave the command, and for whom they say that they act."""
    return Entry(command_actor(), action, number.upper(), detail={"officer": officer})


@app.command("list")
def list_tickets(
    kind: Annotated[str | None, typer.Option(help=f"One of: {', '.join(KINDS)}.")] = None,
    state: Annotated[str | None, typer.Option(help=f"One of: {', '.join(STATES)}.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List tickets, what is promised soonest first; what they say is shown by `show`."""
    if kind is not None and kind not in KINDS:
        raise typer.BadParameter(f"unknown kind {kind!r}; one of: {', '.join(KINDS)}")
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"unknown state {state!r}; one of: {', '.join(STATES)}")

    async def work(site: Site, database: Database) -> list[Ticket]:
        return await tickets.search(database, site.cipher, kind=kind, state=state, limit=limit)

    hidden = {"text", "answer"}
    rows = [
        {name: value for name, value in asdict(one).items() if name not in hidden}
        for one in with_database("tickets", work)
    ]
    columns = ("number", "kind", "topic", "state", "unit", "officer", "due_at", "created_at")
    print_rows(rows, columns, as_json=as_json, empty="No such tickets.")


@app.command()
def show(number: Number, _as_json: AlwaysJson = False) -> None:
    """Print a ticket with its words, as JSON."""

    async def work(site: Site, database: Database) -> tuple[Ticket, int] | None:
        found = await tickets.find(database, site.cipher, number)
        if found is None:
            return None
        await note_command(database, "ticket.show", found.number)
        return found, len(await tickets.photos(database, site.cipher, found.id))

    found = with_database("tickets", work)
    if found is None:
        raise CommandError(f"no ticket {number}; see: hoso tickets list")
    print_json({**asdict(found[0]), "photos": found[1]})


@app.command()
def photos(
    number: Number, folder: Annotated[Path, typer.Option("--to", help="Folder that gets them; made if missing.")]
) -> None:
    """Write a ticket's pictures into a folder; they leave the encryption there."""

    async def work(site: Site, database: Database) -> list[Photo] | None:
        found = await tickets.find(database, site.cipher, number)
        if found is None:
            return None
        await note_command(database, "ticket.photos", found.number)
        return await tickets.photos(database, site.cipher, found.id)

    found = with_database("tickets", work)
    if found is None:
        raise CommandError(f"no ticket {number}; see: hoso tickets list")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for position, photo in enumerate(found, start=1):
        (folder / f"{number.upper()}-{position}.jpg").write_bytes(photo.content)
    typer.echo(f"{len(found)} pictures in {folder}")


@app.command()
def claim(number: Number, officer: Officer) -> None:
    """Take a ticket that nobody has; its sender sees that it is worked on."""

    async def work(_: Site, database: Database) -> bool:
        return await tickets.claim(database, number, officer=officer, entry=_entry("ticket.claim", number, officer))

    if not with_database("tickets", work):
        raise CommandError(f"no ticket {number} that is free; see: hoso tickets list --state open")
    typer.echo(f"{number.upper()} is yours.")


@app.command()
def answer(number: Number, text: Annotated[str, typer.Argument(help="The answer.")], officer: Officer) -> None:
    """Answer a ticket; its sender gets it in the chat while the platform takes it, and whenever they ask."""
    if not text.strip():
        raise typer.BadParameter("there is no answer")
    if len(text) > MAX_TEXT_CHARS:
        raise typer.BadParameter(f"the answer is longer than {MAX_TEXT_CHARS} characters")

    async def work(site: Site, database: Database) -> ticket_answers.Answered | None:
        words = {language: words_of(language).answered_notice for language in ("vi", "en")}
        return await ticket_answers.give(
            database,
            site.cipher,
            number,
            officer=officer,
            text=text.strip(),
            words=words,
            rules=window_rules(site.settings),
            now=utc_now(),
            entry=_entry("ticket.answer", number, officer),
        )

    outcome = with_database("tickets", work)
    if outcome is None:
        raise CommandError(f"no ticket {number} that waits for an answer; see: hoso tickets list")
    typer.echo("Answered, and told in the chat." if outcome.is_told else "Answered; the sender sees it when they ask.")
