"""`hoso events`: take dossier events from a file, or offer those again that came before."""

import codecs
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO

import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError
from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from hoso import parts
from hoso.commands.context import with_database
from hoso.commands.local_user import note_command
from hoso.commands.output import print_json
from hoso.errors import CommandError, NotReady
from hoso.moments import check_moment, read_moment, utc_now
from hoso.replay import Replay, Replayed, make_quiet
from hoso.site import Site
from status_bridge.intake import MAX_BATCH_EVENTS, Intake
from status_bridge.notices import EventOutcome
from status_bridge.sources.body import BodyError, decode_json
from storage.database import Database
from storage.replay import Rehearsal
from workers.doorbell import Doorbell

app = typer.Typer()
MAX_LINE_BYTES = 4 * 1024 * 1024


@dataclass(slots=True)
class _Tally:
    """What became of the lines of a file."""

    outcomes: Counter[str] = field(default_factory=Counter)
    notices: Counter[str] = field(default_factory=Counter)

    def refuse(self, line: int, identifier: str | None, problem: str) -> None:
        self.outcomes[EventOutcome.REJECTED.value] += 1
        typer.echo(f"line {line}: {identifier or 'event'} refused: {problem}", err=True)

    def as_json(self) -> dict[str, Any]:
        counts = {outcome.value: self.outcomes[outcome.value] for outcome in EventOutcome}
        return {"events": sum(counts.values())} | counts | {"notices": dict(sorted(self.notices.items()))}


@app.callback()
def events() -> None:
    """Dossier events from files, and once more."""


@app.command()
def send(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="JSON Lines of CloudEvents; '-' reads standard input.")],
    source: Annotated[str | None, typer.Option(help="Name of the source, in place of what the events say.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Take the events of a file, in batches of 1,000, as if they had come by HTTP.

    Each batch is committed before the next is read, so an interrupted run can simply be started again: what was taken
    is a duplicate then. Refused events are named line by line, and the exit code is 1 when there were any.
    """
    with _opened(file) as (stream, size):

        async def work(site: Site, database: Database) -> _Tally:
            await note_command(database, "events.send", source=source)
            bell = Doorbell(site.redis_url)
            try:
                taker = parts.intake(site, database, site.cipher, on_work=bell.ring_soon)
                return await _send_all(stream, size, taker, source)
            finally:
                await bell.aclose()

        tally = with_database("events", work)
    counts = tally.as_json()
    if as_json:
        print_json(counts)
    else:
        shown = ", ".join(f"{counts[outcome.value]} {outcome.value}" for outcome in EventOutcome)
        typer.echo(f"{counts['events']} events: {shown}.")
    if tally.outcomes[EventOutcome.REJECTED.value]:
        raise typer.Exit(1)


@app.command()
def replay(
    since: Annotated[
        str, typer.Option(callback=check_moment, help="Events taken since: 2026-03-02, 2026-03-02T08:15, 12h, 3d.")
    ],
    until: Annotated[str | None, typer.Option(callback=check_moment, help="And before; default: now.")] = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only count what would become of them.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Offer events again that came before, from the Redis stream and the database's own records.

    After a restored backup this brings back what the stream still holds. What is known is a duplicate and changes
    nothing; refused events are named, and the exit code is 1 when there were any.
    """

    async def work(site: Site, database: Database) -> Replayed:
        now = utc_now()
        start = read_moment(since, now=now, zone=site.settings.zone)
        end = now if until is None else read_moment(until, now=now, zone=site.settings.zone)
        if end <= start:
            raise typer.BadParameter("--until lies before --since")
        if not dry_run:
            await note_command(database, "events.replay", since=start, until=end)
        bell = Doorbell(site.redis_url)
        try:
            async with _stage(site, database, dry_run=dry_run) as stage:
                ring = _no_ring if dry_run else bell.ring_soon
                takers = [parts.intake(one, stage, site.cipher, on_work=ring) for one in (site, make_quiet(site))]
                return await _replay(site, Replay(stage, site.cipher, *takers, now=now), start, end)
        finally:
            await bell.aclose()

    result = with_database("events", work)
    for line in result.refusals:
        typer.echo(line, err=True)
    counts = result.as_json() | {"dry_run": dry_run}
    if as_json:
        print_json(counts)
    else:
        shown = ", ".join(f"{counts[outcome.value]} {outcome.value}" for outcome in EventOutcome)
        would = "would be " if dry_run else ""
        typer.echo(f"{counts['events']} events: {would}{shown}; {counts['unreadable']} unreadable.")
    if result.refusals or result.unreadable:
        raise typer.Exit(1)


def _no_ring(_lane: str) -> None:
    """A rehearsal makes no work."""


@asynccontextmanager
async def _stage(site: Site, database: Database, *, dry_run: bool) -> AsyncIterator[Database]:
    """The database, or one in which nothing lasts."""
    if not dry_run:
        yield database
        return
    async with Rehearsal(site.postgres_url, max_size=2, pgbouncer=site.settings.pgbouncer) as rehearsal:
        yield rehearsal


async def _replay(site: Site, run: Replay, start: datetime, end: datetime) -> Replayed:
    await run.from_records(start, end)
    redis = Redis.from_url(site.redis_url, socket_timeout=5, socket_connect_timeout=2)
    try:
        await run.from_stream(redis, start, end)
    except (RedisError, OSError) as error:
        raise NotReady(
            f"Redis does not answer ({type(error).__name__}); check HOSO_REDIS_URL and run it again"
        ) from error
    finally:
        await redis.aclose()
    return run.result


@contextmanager
def _opened(file: str) -> Iterator[tuple[BinaryIO, int | None]]:
    if file == "-":
        yield sys.stdin.buffer, None
        return
    path = Path(file)
    try:
        stream = path.open("rb")
    except OSError as error:
        raise CommandError(f"{file}: {error.strerror}") from error
    with stream:
        yield stream, path.stat().st_size


async def _send_all(stream: BinaryIO, size: int | None, taker: Intake, source: str | None) -> _Tally:
    tally = _Tally()
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("events", total=size)
        batch: list[tuple[int, Any]] = []
        for number, line in enumerate(iter(lambda: stream.readline(MAX_LINE_BYTES + 1), b""), start=1):
            progress.advance(task, len(line))
            plain = line.removeprefix(codecs.BOM_UTF8) if number == 1 else line  # as editors on Windows begin a file
            if (value := _read_line(number, plain, tally)) is not None:
                batch.append((number, _renamed(value, source)))
            if len(batch) == MAX_BATCH_EVENTS:
                await _take(batch, taker, tally)
                batch = []
        if batch:
            await _take(batch, taker, tally)
    return tally


def _read_line(number: int, line: bytes, tally: _Tally) -> Any:
    """Decode a line; None when it is blank or was refused."""
    if not line.strip():
        return None
    if len(line) > MAX_LINE_BYTES:
        tally.refuse(number, None, f"longer than {MAX_LINE_BYTES} bytes")
        return None
    try:
        value = decode_json(line)
    except BodyError as error:
        tally.refuse(number, None, str(error))
        return None
    return {} if value is None else value


def _renamed(value: Any, source: str | None) -> Any:
    return value | {"source": source} if source is not None and isinstance(value, dict) else value


async def _take(batch: list[tuple[int, Any]], taker: Intake, tally: _Tally) -> None:
    results = await taker.take([value for _, value in batch])
    for (number, _), result in zip(batch, results, strict=True):
        if result.outcome is EventOutcome.REJECTED:
            problem = "; ".join(f"{error['field'] or 'the event'}: {error['message']}" for error in result.errors)
            tally.refuse(number, result.id, problem)
            continue
        tally.outcomes[result.outcome.value] += 1
        if result.notice is not None:
            tally.notices[result.notice.value] += 1
