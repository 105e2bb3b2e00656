"""`hoso broadcast`: announcements to many people, by the rules that hold in the console: nobody approves their own.

Whoever acts proves to be that officer (`--officer`) by password and code; what only looks needs nobody.
"""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from zoneinfo import ZoneInfo

import typer
from pydantic import ValidationError

from console.spreadsheets import harmless
from hoso.commands import broadcast_work
from hoso.commands.broadcast_show import show_broadcast, show_preview, show_report, watch_progress
from hoso.commands.broadcast_work import Work, run
from hoso.commands.officer_word import ask_officer
from hoso.commands.output import print_json, print_rows
from hoso.errors import CommandError
from hoso.moments import check_moment, read_moment, utc_now
from status_bridge.broadcasts.counting import Preview
from status_bridge.broadcasts.reporting import Outcome, Report
from status_bridge.sources.broadcast_api import describe, describe_report
from storage.broadcasts import Broadcast, BroadcastRefused, Draft, Message

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Number = Annotated[str, typer.Argument(metavar="NUMBER", help="TB-… as in: hoso broadcast list")]
Officer = Annotated[
    str,
    typer.Option(
        "--officer",
        metavar="LOGIN",
        help="Who acts. Password and code: HOSO_OFFICER_PASSWORD and HOSO_OFFICER_CODE, asked, or lines of input.",
    ),
]
STATES: Final = (
    "draft",
    "submitted",
    "approved",
    "preparing",
    "canary",
    "sending",
    "paused",
    "halted",
    "done",
    "cancelled",
)
CSV_ROWS: Final = 5000
MIN_HASH_CHARS: Final = 8


@app.command()
def create(
    title: Annotated[str, typer.Option(help="For officers; nobody else sees it.")],
    unit: Annotated[str, typer.Option(help="Which unit announces, such as H17.33.2; * is the city.")],
    text: Annotated[str, typer.Option(help="The whole text; {ten} and others are filled in.")],
    officer: Officer,
    param: Annotated[
        list[str] | None, typer.Option(metavar="NAME=VALUE", help="A parameter of the template; may be repeated.")
    ] = None,
    sms: Annotated[str | None, typer.Option(help="Short message for people out of Zalo's reach; costs more.")] = None,
    link: Annotated[str | None, typer.Option(help="One https address on an official domain.")] = None,
    list_file: Annotated[Path | None, typer.Option("--list", metavar="FILE", help="CSV or XLSX of people.")] = None,
    audience_file: Annotated[Path | None, typer.Option(metavar="JSON", help="File that describes the people.")] = None,
    saved: Annotated[str | None, typer.Option(metavar="NAME", help="An audience that the unit has saved.")] = None,
    purpose: Annotated[str, typer.Option(help="information (from an authority) or advertising.")] = "information",
    category: Annotated[str | None, typer.Option(help="What people asked for; advertising needs one.")] = None,
    urgent: Annotated[bool, typer.Option("--urgent", help="Storm, flood: any hour, two approvers.")] = False,
    schedule: Annotated[
        str | None, typer.Option(callback=check_moment, help="Not before: 2026-03-02T08:15, of the city's zone.")
    ] = None,
    canary: Annotated[float | None, typer.Option(help="Percent that goes first; default: the setting's.")] = None,
    as_json: AsJson = False,
) -> None:
    """Write a draft. Nothing is sent: then preview, submit, have it approved by somebody else, start."""
    if sum(one is not None for one in (list_file, audience_file, saved)) != 1:
        raise typer.BadParameter("say who it is for: one of --list FILE, --audience-file JSON, --saved NAME")
    params = broadcast_work.read_params(param or ())

    async def work(here: Work) -> tuple[Broadcast, Any]:
        audience = await broadcast_work.choose_audience(
            here, unit, list_file=list_file, audience_file=audience_file, saved=saved
        )
        values: dict[str, Any] = {
            "title": title,
            "unit": unit,
            "purpose": purpose,
            "urgent": urgent,
            "category": category,
            "message": Message(params=params, text=text, sms=sms, link=link),
            "audience": audience,
            "scheduled_at": _moment(here, schedule),
            "canary_percent": canary,
        }
        made = await here.desk.create(_draft(values), here.actor)
        return made, await here.desk.status(made.number)

    made, progress = run(work, ask_officer(officer))
    if as_json:
        print_json(describe(made, progress))
    else:
        typer.echo(f"{made.number} is a draft. Next: hoso broadcast preview {made.number} --officer {officer}")


def _draft(values: dict[str, Any]) -> Draft:
    try:
        return Draft(**values)
    except ValidationError as error:
        wrong = [f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors(include_input=False)]
        raise CommandError(f"this is no broadcast: {'; '.join(wrong)}") from None


def _moment(here: Work, text: str | None) -> datetime | None:
    return None if text is None else read_moment(text, now=utc_now(), zone=here.site.settings.zone)


@app.command()
def preview(
    number: Number,
    officer: Officer,
    limit: Annotated[int, typer.Option(min=1, max=20, help="People whose messages are shown.")] = 3,
    as_json: AsJson = False,
) -> None:
    """Count it, and show messages as real people would get them, names and numbers shortened."""

    async def work(here: Work) -> tuple[Broadcast, list[Preview]]:
        found = await here.find(number)
        if found.state in ("draft", "submitted", "approved") and found.estimate is None:
            found = await here.count(number)
        return found, await here.desk.preview(number, here.actor, limit=limit)

    found, previews = run(work, ask_officer(officer))
    if as_json:
        counted = None if found.estimate is None else found.estimate.model_dump(mode="json")
        print_json({"number": found.number, "estimate": counted, "previews": [asdict(one) for one in previews]})
    else:
        show_broadcast(found)
        show_preview(previews)


@app.command()
def submit(number: Number, officer: Officer, as_json: AsJson = False) -> None:
    """Ask for approval of what stands there; counted first if it was not yet."""

    async def work(here: Work) -> Broadcast:
        return await here.submit(number)

    after = run(work, ask_officer(officer))
    if after.state == "approved":
        next_step = f"nobody else must approve it: hoso broadcast start {after.number}"
    else:
        next_step = f"waits for an approver: hoso broadcast approve {after.number} --officer LOGIN"
    _say(after, next_step, as_json=as_json)


@app.command()
def approve(
    number: Number,
    officer: Officer,
    content_hash: Annotated[
        str | None, typer.Option("--hash", help="Beginning of the content's hash that was looked at; 8 signs or more.")
    ] = None,
    comment: Annotated[str | None, typer.Option(help="Kept with the decision.")] = None,
    as_json: AsJson = False,
) -> None:
    """Approve exactly what stands there. At a terminal it is shown first, and you are asked."""
    after = _decide(number, officer, "approved", comment, content_hash)
    is_enough = after.state == "approved"
    _say(after, f"hoso broadcast start {after.number}" if is_enough else "another must approve too", as_json=as_json)


@app.command("send-back")
def send_back(
    number: Number, officer: Officer, comment: Annotated[str, typer.Option(help="Why.")], as_json: AsJson = False
) -> None:
    """Send it back to its author with a reason; it is a draft again."""
    _say(_decide(number, officer, "sent_back", comment, None), "its author changes it", as_json=as_json)


def _decide(
    number: str,
    officer: str,
    decision: Literal["approved", "sent_back"],
    comment: str | None,
    looked_at: str | None,
) -> Broadcast:
    if looked_at is not None and len(looked_at) < MIN_HASH_CHARS:
        raise typer.BadParameter(f"--hash needs {MIN_HASH_CHARS} signs or more")
    if decision == "approved" and looked_at is None and not sys.stdin.isatty():
        # Whoever was shown nothing would approve whatever stands there by then.
        raise typer.BadParameter(f"say what was looked at: --hash (see: hoso broadcast status {number} --json)")
    word = ask_officer(officer)

    async def work(here: Work) -> Broadcast:
        found = await here.find(number)
        content = (found.content_hash or b"").hex()
        if looked_at is not None and not content.startswith(looked_at.lower()):
            raise BroadcastRefused("content_changed")
        if decision == "approved" and looked_at is None:
            show_broadcast(found)
            typer.confirm(f"Approve {found.number} ({content[:12]})?", abort=True, err=True)
        return await here.desk.decide(number, here.actor, decision, content, comment)

    return run(work, word)


@app.command()
def start(
    number: Number,
    officer: Officer,
    at: Annotated[str | None, typer.Option(callback=check_moment, help="Not now: 2026-03-02T08:15.")] = None,
    as_json: AsJson = False,
) -> None:
    """Let an approved one begin, now or at a moment."""

    async def work(here: Work) -> tuple[Broadcast, ZoneInfo]:
        return await here.desk.start(number, here.actor, _moment(here, at)), here.site.settings.zone

    after, zone = run(work, ask_officer(officer))
    moment = None if after.start_at is None else after.start_at.astimezone(zone)
    when = "has begun" if moment is None else f"begins by itself at {moment:%H:%M %d/%m/%Y} ({zone.key})"
    _say(after, f"{when}; watch it: hoso broadcast status {after.number} --watch", as_json=as_json)


@app.command()
def pause(number: Number, officer: Officer, as_json: AsJson = False) -> None:
    """Stop for the time being, within seconds."""

    async def work(here: Work) -> Broadcast:
        return await here.desk.pause(number, here.actor)

    after = run(work, ask_officer(officer))
    _say(after, f"go on with: hoso broadcast resume {after.number}", as_json=as_json)


@app.command()
def resume(number: Number, officer: Officer, as_json: AsJson = False) -> None:
    """Go on from the exact next row, after a pause or a halt."""

    async def work(here: Work) -> Broadcast:
        return await here.desk.resume(number, here.actor)

    after = run(work, ask_officer(officer))
    _say(after, f"watch it: hoso broadcast status {after.number} --watch", as_json=as_json)


@app.command()
def cancel(number: Number, officer: Officer, as_json: AsJson = False) -> None:
    """Stop for good: what has not gone out never will."""

    async def work(here: Work) -> Broadcast:
        return await here.desk.cancel(number, here.actor)

    _say(run(work, ask_officer(officer)), "what has not gone out never will", as_json=as_json)


def _say(broadcast: Broadcast, words: str, *, as_json: bool) -> None:
    if as_json:
        print_json({"number": broadcast.number, "state": broadcast.state})
    else:
        typer.echo(f"{broadcast.number}: {broadcast.state}; {words}")


@app.command()
def status(
    number: Number,
    watch: Annotated[bool, typer.Option("--watch", help="Show a bar until it ends or is stopped.")] = False,
    as_json: AsJson = False,
) -> None:
    """Show how far it has come."""

    async def work(here: Work) -> tuple[Broadcast, Any]:
        found = await here.find(number)
        progress = await watch_progress(here.desk, number) if watch else await here.desk.status(number)
        return await here.find(found.number), progress

    found, progress = run(work)
    if as_json:
        print_json(describe(found, progress))
    else:
        show_broadcast(found, progress)


@app.command()
def report(
    number: Number,
    csv_file: Annotated[
        Path | None, typer.Option("--csv", metavar="FILE", help="Write every recipient's outcome, phones masked.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Show what became of it; the CSV is noted in the audit log."""

    async def work(here: Work) -> Report:
        found = await here.find(number)
        if csv_file is not None:
            await broadcast_work.note_download(here, found)
            await _write_csv(here, found, csv_file)
        return await here.desk.report(number)

    told = run(work)
    if as_json:
        print_json(describe_report(told))
    else:
        show_report(told)


async def _write_csv(here: Work, broadcast: Broadcast, path: Path) -> None:
    columns = list(Outcome.__dataclass_fields__)
    try:
        with path.open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(columns)
            after = 0
            while found := await here.desk.outcomes(broadcast.number, after, CSV_ROWS):
                writer.writerows([_cell(getattr(one, name)) for name in columns] for one in found)
                after = found[-1].ordinal
    except OSError as error:
        raise CommandError(f"cannot write {path} ({error.strerror})") from error


def _cell(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, datetime) else harmless(str(value))


@app.command("list")
def list_broadcasts(
    state: Annotated[str | None, typer.Option(help=f"One of: {', '.join(STATES)}.")] = None,
    unit: Annotated[str | None, typer.Option(help="Of this unit and those below it.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="At most so many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """List broadcasts, newest first."""
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"unknown state {state!r}; one of: {', '.join(STATES)}")

    async def work(here: Work) -> list[Broadcast]:
        return await here.desk.search(None if unit is None else [unit], state, None, limit)

    rows = [
        {
            "number": one.number,
            "title": one.title,
            "unit": one.unit,
            "state": one.state,
            "people": one.rows or (None if one.estimate is None else one.estimate.people),
            "author": one.author,
            "created_at": one.created_at,
            "started_at": one.started_at,
        }
        for one in run(work)
    ]
    columns = ("number", "state", "title", "unit", "people", "author", "created_at", "started_at")
    print_rows(rows, columns, as_json=as_json, empty="No broadcasts yet: hoso broadcast create --help")
