"""`hoso notices`: what was sent, what waits, and why."""

import uuid
from dataclasses import asdict
from typing import Annotated, Any

import typer

from dossiers.code import normalise_dossier_code
from hoso.commands.context import with_database
from hoso.commands.local_user import command_entry
from hoso.commands.output import print_json, print_rows
from hoso.errors import CommandError
from hoso.moments import check_moment, read_moment, utc_now
from hoso.site import Site
from hoso.story import gather, tell
from status_bridge.dead_ends import EN, VI, describe
from storage import dead_ends, notices
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
        return await gather(database, identifier)

    story = with_database("notices", work)
    if story is None:
        raise CommandError(f"no notice {identifier}; see: hoso notices list")
    if as_json:
        print_json(story)
        return
    for line in tell(story):
        typer.echo(line)


@app.command()
def undelivered(
    since: Annotated[
        str | None, typer.Option(callback=check_moment, help="Since when: 2026-03-02, 2026-03-02T08:15, 12h, 3d.")
    ] = None,
    unit: Annotated[str | None, typer.Option(help="Code of the unit, or a part of its name.")] = None,
    language: Annotated[str, typer.Option(help="Language of the reasons: vi or en.")] = VI,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="At most so many, the newest.")] = 1000,
    as_json: AsJson = False,
) -> None:
    """List what nobody receives unless a person acts: each with the reason in words, and what to do."""
    if language not in (VI, EN):
        raise typer.BadParameter("the language is vi or en")

    async def work(site: Site, database: Database) -> list[dict[str, Any]]:
        zone = site.settings.zone
        start = None if since is None else read_moment(since, now=utc_now(), zone=zone)
        found = await dead_ends.undelivered(database, since=start, unit=unit, limit=limit)
        return [_explained(one, language) for one in found]

    rows = with_database("notices", work)
    empty = "Mọi tin đều đã có kết quả." if language == VI else "Nothing is undelivered."
    columns = ("id", "dossier_code", "unit", "kind", "state", "updated_at", "why", "to_do")
    print_rows(rows, columns, as_json=as_json, empty=empty)


def _explained(one: dead_ends.Undelivered, language: str) -> dict[str, Any]:
    told = describe(one.reason, language)
    return {**asdict(one), "unit": one.agency_name or one.agency_code, "why": told.why, "to_do": told.to_do}


@app.command()
def retry(
    ids: Annotated[list[str], typer.Argument(metavar="ID…", help="Notices that failed or stayed in doubt.")],
    as_json: AsJson = False,
) -> None:
    """Hand dead ends to delivery again. A notice in doubt may then arrive twice."""
    wanted = [_read_id(text) for text in ids]

    async def work(site: Site, database: Database) -> list[uuid.UUID]:
        lanes, refused = set(), []
        for identifier in wanted:
            lane = await _retry(database, identifier)
            (lanes.add(lane) if lane else refused.append(identifier))
        bell = Doorbell(site.redis_url)
        for lane in lanes:
            await bell.ring(lane)
        await bell.aclose()
        return refused

    refused = with_database("notices", work)
    handed = [identifier for identifier in wanted if identifier not in refused]
    if as_json:
        print_json({"handed": handed, "refused": refused})
    else:
        typer.echo(f"{len(handed)} handed to delivery again.")
    if refused:
        shown = ", ".join(str(identifier) for identifier in refused)
        raise CommandError(
            "not failed or finally in doubt, without a number or words, of a cancelled broadcast,"
            f" or overtaken by a newer one: {shown}"
        )


async def _retry(database: Database, identifier: uuid.UUID) -> str | None:
    found = await notices.get(database, identifier)
    if found is None:
        return None
    detail = {"dossier": found.dossier_code, "kind": found.kind, "state": found.state}
    return await notices.retry(database, identifier, entry=command_entry("notice.retry", str(identifier), **detail))
