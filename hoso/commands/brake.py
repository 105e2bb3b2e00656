"""`hoso brake`: the emergency brake on all sending."""

import getpass
import socket
from dataclasses import asdict
from typing import Annotated, Any

import structlog
import typer

from hoso.commands.context import with_database
from hoso.commands.local_user import note_command
from hoso.commands.output import print_json
from hoso.guard import open_keeper
from hoso.site import Site
from storage import brake as table
from storage import notices
from storage.brake import BrakeStatus
from storage.database import Database
from workers.brake import ADVICE, Brake
from workers.doorbell import Doorbell

app = typer.Typer()
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
BY_HAND = "by_hand"
_log = structlog.get_logger(__name__)


def _person() -> str:
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = "somebody"
    return f"{name}@{socket.gethostname()}"


async def _describe(database: Database) -> dict[str, Any]:
    status = await table.status(database)
    lanes = await notices.due_lanes(database)
    return {
        **asdict(status),
        "advice": ADVICE.get(status.cause or "") if status.engaged else None,
        "waiting": {lane: count for lane, (count, _) in lanes.items()},
        "oldest_seconds": max((seconds for _, seconds in lanes.values()), default=0.0),
        "log": [asdict(entry) for entry in await table.log(database, limit=10)],
    }


@app.command()
def status(as_json: AsJson = False) -> None:
    """Say whether sending is stopped, since when, why, and what to do."""

    async def work(_: Site, database: Database) -> dict[str, Any]:
        return await _describe(database)

    _tell(with_database("brake", work), as_json=as_json)


@app.command()
def on(
    reason: Annotated[
        str, typer.Option(help="Why, in a few words; no names or numbers of people.")
    ] = "no reason given",
    as_json: AsJson = False,
) -> None:
    """Stop all sending at once, for every worker, until `hoso brake off`. Nothing is lost: notices wait."""

    async def work(_: Site, database: Database) -> dict[str, Any]:
        if await table.pull(database, BY_HAND, detail=" ".join(reason.split())[:200], by=_person()):
            await _note(database, "brake.on")
        return await _describe(database)

    _tell(with_database("brake", work), as_json=as_json)


@app.command()
def off(
    expire_older_than: Annotated[
        float | None,
        typer.Option(min=0, metavar="HOURS", help="Do not send what was taken longer ago than this: it expires."),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Let sending go on, and take the database as it is for ours.

    After a restored backup give --expire-older-than with the backup's age in hours: what waited in it has been sent.
    """

    async def work(site: Site, database: Database) -> tuple[BrakeStatus, BrakeStatus | None, tuple[int, int]]:
        before = await table.status(database)
        gone = (0, 0)
        if expire_older_than is not None:  # while the brake still holds
            gone = await table.expire_waiting(database, older_than_seconds=expire_older_than * 3600)
            detail = {"older_than_hours": expire_older_than, "expired": gone[0], "in_doubt": gone[1]}
            await _note(database, "brake.expire", **detail)
        if not before.engaged:
            return before, None, gone
        async with open_keeper(site, database, Brake(database, by=_person())) as keeper:
            await keeper.adopt()
        released = await table.release(database, by=_person(), detail=f"{gone[0]} notices expired")
        await _note(database, "brake.off")
        await _ring(site, database)
        return before, released, gone

    _, released, (expired, doubtful) = with_database("brake", work)
    if as_json:
        print_json({"released": released is not None, "expired": expired, "in_doubt": doubtful})
        return
    typer.echo("Released; sending goes on." if released else "The brake was not on.")
    if expire_older_than is not None:
        typer.echo(f"{expired} notices expired, and {doubtful} that may be out already stay in doubt.")


async def _note(database: Database, action: str, **detail: Any) -> None:
    """Write the entry behind the deed: the brake must not wait for the audit log, nor fail with it."""
    try:
        await note_command(database, action, **detail)
    except Exception as error:  # noqa: BLE001 - whatever it is: sending has stopped, or goes on
        _log.error("done_without_audit_entry", action=action, cause=type(error).__name__)


async def _ring(site: Site, database: Database) -> None:
    bell = Doorbell(site.redis_url)
    for lane in await notices.due_lanes(database):
        await bell.ring(lane)
    await bell.aclose()


def _tell(told: dict[str, Any], *, as_json: bool) -> None:
    if as_json:
        print_json(told)
        return
    if told["engaged"]:
        typer.echo(
            f"ON since {told['since']:%Y-%m-%d %H:%M:%S %Z}: {told['cause']} ({told['detail']}), by {told['by']}"
        )
        if told["release_at"]:
            typer.echo(f"Releases itself at {told['release_at']:%H:%M:%S %Z}.")
        if told["advice"]:
            typer.echo(f"To do: {told['advice']}")
    else:
        typer.echo("off")
    for lane, count in told["waiting"].items():
        typer.echo(f"Waiting in lane {lane}: {count}")
    for entry in told["log"]:
        what = f"on   {entry['cause']}: {entry['detail']}" if entry["engaged"] else f"off  {entry['detail'] or ''}"
        typer.echo(f"{entry['at']:%Y-%m-%d %H:%M:%S}  {what}  by {entry['by']}")
