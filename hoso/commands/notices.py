"""`hoso notices`: what was sent, what waits, and why."""

import uuid
from dataclasses import asdict
from typing import Annotated, Any

import typer

from dossiers.code import normalise_dossier_code
from hoso.commands.context import with_database
from hoso.commands.output import print_json, print_rows
from hoso.errors import CommandError
from hoso.site import Site
from storage import events, notices
from storage.database import Database
from workers.doorbell import Doorbell

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
STATES = [
    "held",
    "pending",
    "sending",
    "in_doubt",
    "accepted",
    "delivered",
    "read",
    "failed",
    "no_mobile",
    "superseded",
    "expired",
    "suppressed",
    "cancelled",
]


def _read_id(text: str) -> uuid.UUID:
    try:
        return notices.notice_of_tracking_id(text) or uuid.UUID(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is no notice id; see: hoso notices list") from None


@app.command("list")
def list_notices(
    state: Annotated[str | None, typer.Option(help=f"One of: {', '.join(STATES)}.")] = None,
    dossier: Annotated[str | None, typer.Option(help="Dossier code.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many, the newest.")] = 100,
    as_json: AsJson = False,
) -> None:
    """List notices, newest first."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"unknown state {state!r}; one of: {', '.join(STATES)}")
    try:
        code = normalise_dossier_code(dossier) if dossier else None
    except ValueError as error:
        raise typer.BadParameter(str(error)) from None

    async def work(_: Site, database: Database) -> list[notices.NoticeView]:
        return await notices.search(database, state=state, code=code, limit=limit)

    rows = [asdict(view) for view in with_database("notices", work)]
    columns = ("id", "dossier_code", "kind", "state", "reason", "channel", "sends", "due_at", "created_at")
    print_rows(rows, columns, as_json=as_json, empty="No such notices.")


@app.command()
def explain(
    notice: Annotated[str, typer.Argument(metavar="ID", help="Notice id or tracking id.")], as_json: AsJson = False
) -> None:
    """Tell a notice's whole story: its event, the steps of its route, every attempt and receipt."""
    identifier = _read_id(notice)

    async def work(_: Site, database: Database) -> dict[str, Any] | None:
        view = await notices.get(database, identifier)
        if view is None:
            return None
        event = await events.of_notice(database, view.event_key) if view.event_key else None
        attempts = await notices.attempts_of(database, identifier)
        return {
            "notice": asdict(view),
            "event": asdict(event) if event else None,
            "attempts": [asdict(a) for a in attempts],
        }

    story = with_database("notices", work)
    if story is None:
        raise CommandError(f"no notice {identifier}; see: hoso notices list")
    if as_json:
        print_json(story)
        return
    _tell(story)


def _tell(story: dict[str, Any]) -> None:
    view, event = story["notice"], story["event"]
    typer.echo(f"Notice   {view['id']}  ({view['kind']} of dossier {view['dossier_code']}, number {view['ordinal']})")
    if event:
        typer.echo(
            f"Event    {event['event_id']} from {event['source']}: status {event['status']} at {event['event_time']}"
        )
    reason = f" ({view['reason']})" if view["reason"] else ""
    typer.echo(f"State    {view['state']}{reason}, since {view['updated_at']}")
    if view["due_at"]:
        typer.echo(f"Due      {view['due_at']}")
    if view["possible_duplicate"]:
        typer.echo("Note     sent again after a doubt: the citizen may have received it twice")
    for step in view["route"]:
        typer.echo("Route    " + ", ".join(f"{name}: {value}" for name, value in step.items()))
    for attempt in story["attempts"]:
        latency = f", {attempt['latency_ms']} ms" if attempt["latency_ms"] is not None else ""
        code = f" {attempt['code']}" if attempt["code"] else ""
        sent = f"send {attempt['send']}  {attempt['channel']}: {attempt['outcome']}{code}{latency}"
        typer.echo(f"Attempt  {attempt['at']}  {sent}")
    typer.echo(f"Proof    SHA-256 of what was said: {view['content_hash'].hex()}")


@app.command()
def retry(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Notices that failed or stayed in doubt.")],
) -> None:
    """Hand dead ends to delivery again. A notice in doubt may then arrive twice."""
    wanted = [_read_id(text) for text in ids]

    async def work(site: Site, database: Database) -> list[uuid.UUID]:
        lanes, refused = set(), []
        for identifier in wanted:
            lane = await notices.retry(database, identifier)
            (lanes.add(lane) if lane else refused.append(identifier))
        bell = Doorbell(site.redis_url)
        for lane in lanes:
            await bell.ring(lane)
        await bell.aclose()
        return refused

    refused = with_database("notices", work)
    typer.echo(f"{len(wanted) - len(refused)} handed to delivery again.")
    if refused:
        shown = ", ".join(str(identifier) for identifier in refused)
        raise CommandError(
            f"not failed or finally in doubt, without a number or words, or overtaken by a newer one: {shown}"
        )
