"""`hoso handovers`: officers talk with citizens who asked for a person. A console uses the same functions."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from bot.texts.person import in_all_languages, words_of
from hoso.commands.context import with_database
from hoso.commands.local_user import command_actor, note_command
from hoso.commands.output import print_json, print_rows
from hoso.errors import CommandError
from hoso.moments import utc_now
from hoso.officer_chat import window_rules
from hoso.site import Site
from storage import handovers, officer_messages
from storage.audit import Entry
from storage.chat_window import MAX_TEXT_CHARS, Refusal
from storage.database import Database
from storage.handovers import Ending, Handover

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="HT-… as in: hoso handovers list")]
Officer = Annotated[str, typer.Option(help="Who acts; kept with what is done.")]

WHY_NOT = {
    Refusal.NOT_CLAIMED: "nobody has this hand-over, or it has ended; take it with: hoso handovers claim",
    Refusal.NOT_YOURS: "another officer has it; see: hoso handovers list",
    Refusal.PAID_WINDOW: (
        "the citizen wrote more than 48 hours ago, an answer costs money now; "
        "set HOSO_OFFICER_PAID_ANSWERS=true to allow it, or call"
    ),
    Refusal.WINDOW_OVER: "the citizen wrote more than 7 days ago, the platform takes no answer any more; call instead",
    Refusal.TOO_LONG: f"longer than {MAX_TEXT_CHARS} characters; say it in several messages",
    Refusal.QUOTA_USED: "as many answers as the platform takes are given; wait until the citizen writes again",
}
"""In words, and what to do."""


def _entry(action: str, number: str, officer: str) -> Entry:
    """Return what the audit log keeps: who gave the command, and for whom they say that they act."""
    return Entry(command_actor(), action, number.upper(), detail={"officer": officer})


@app.command("list")
def list_handovers(
    everything: Annotated[bool, typer.Option("--all", help="Also those that have ended.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List who waits or talks: danger first, then who has waited longest."""

    async def work(_: Site, database: Database) -> list[Handover]:
        return await handovers.search(database, is_closed=everything, limit=limit)

    rows = [asdict(one) for one in with_database("handovers", work)]
    columns = ("number", "state", "topic", "officer", "created_at", "due_at", "last_interaction_at")
    print_rows(rows, columns, as_json=as_json, empty="Nobody waits.")


@app.command()
def show(
    number: Number, limit: Annotated[int, typer.Option(min=1, max=1000, help="Lines.")] = 30, as_json: AsJson = False
) -> None:
    """Show what was said lately, and what has not gone out."""

    async def work(site: Site, database: Database) -> dict[str, Any] | None:
        handover = await handovers.find(database, number)
        if handover is None:
            return None
        await note_command(database, "conversation.show", handover.number)
        return {
            "handover": asdict(handover),
            "said": [
                asdict(line)
                for line in await handovers.transcript(database, site.cipher, handover.citizen_id, limit=limit)
            ],
            "not_sent": [asdict(one) for one in await officer_messages.undone(database, handover.id)],
        }

    story = with_database("handovers", work)
    if story is None:
        raise CommandError(f"no hand-over {number}; see: hoso handovers list")
    if as_json:
        print_json(story)
        return
    print_rows(story["said"], ("at", "author", "kind", "text"), as_json=False, empty="Nothing was said.")
    if story["not_sent"]:
        typer.echo("\nNot sent:")
        print_rows(story["not_sent"], ("id", "state", "reason", "created_at"), as_json=False, empty="")


@app.command()
def claim(number: Number, officer: Officer) -> None:
    """Take a hand-over; the citizen is told, and the assistant is silent until it ends."""

    async def work(site: Site, database: Database) -> Handover | None:
        words = in_all_languages("officer_is_here")
        entry = _entry("conversation.claim", number, officer)
        return await handovers.claim(database, site.cipher, number, officer=officer, announcement=words, entry=entry)

    handover = with_database("handovers", work)
    if handover is None:
        raise CommandError(f"no hand-over {number} that waits; see: hoso handovers list")
    if handover.officer != officer:
        raise CommandError("another officer has it already; see: hoso handovers list")
    typer.echo(f"{handover.number} is yours. Read: hoso handovers show {handover.number}")


@app.command()
def say(number: Number, text: Annotated[str, typer.Argument(help="What is said.")], officer: Officer) -> None:
    """Say something to the citizen; it goes out at once, in order, and never twice."""
    if not text.strip():
        raise typer.BadParameter("there is nothing to say")

    async def work(site: Site, database: Database) -> int | Refusal:
        handover = await handovers.find(database, number)
        said = words_of("vi" if handover is None else handover.language).said.format(text=text.strip())
        rules = window_rules(site.settings)
        entry = _entry("conversation.say", number, officer)
        return await handovers.say(
            database, site.cipher, number, officer=officer, text=said, rules=rules, now=utc_now(), entry=entry
        )

    outcome = with_database("handovers", work)
    if isinstance(outcome, Refusal):
        raise CommandError(WHY_NOT[outcome])
    typer.echo("On its way.")


@app.command()
def close(
    number: Number,
    officer: Officer,
    summary: Annotated[str | None, typer.Option(help="What was found or agreed; the citizen gets it too.")] = None,
) -> None:
    """End a hand-over; the assistant answers again."""
    if summary and len(summary) > MAX_TEXT_CHARS:
        raise typer.BadParameter(f"the summary is longer than {MAX_TEXT_CHARS} characters")

    async def work(site: Site, database: Database) -> bool | Refusal:
        handover = await handovers.find(database, number)
        if handover is None:
            return False
        if handover.state == "claimed" and handover.officer != officer:
            return Refusal.NOT_YOURS
        name, values = ("closed_with_summary", {"summary": summary}) if summary else ("closed", {})
        words = in_all_languages(name, **values)
        return await handovers.close(
            database,
            site.cipher,
            handover.id,
            ending=Ending.BY_OFFICER,
            summary=summary,
            announcement=words,
            entry=_entry("conversation.close", handover.number, officer),
        )

    outcome = with_database("handovers", work)
    if isinstance(outcome, Refusal):
        raise CommandError(WHY_NOT[outcome])
    if not outcome:
        raise CommandError(f"no hand-over {number} that waits or talks; see: hoso handovers list")
    typer.echo("It has ended.")
