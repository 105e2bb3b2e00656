"""What the broadcast commands share: the desk, who acts, refusals in one line, a list taken in, and bars."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, TypeVar

from rich.console import Console
from rich.progress import BarColumn, DownloadColumn, Progress, SpinnerColumn, TextColumn, TimeRemainingColumn

from console.broadcasts.refusals import sentence
from dossiers.text import clean
from hoso.broadcasts import broadcast_desk
from hoso.commands.context import with_database
from hoso.commands.local_user import command_actor
from hoso.commands.officer_word import OfficerWord
from hoso.errors import CommandError
from hoso.officer_identity import identify
from hoso.site import Site
from status_bridge.broadcasts.actors import WRITES
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.lists.reading import Reading, read_list
from storage import audiences, audit, recipient_lists
from storage.audiences import Audience
from storage.audit import Entry
from storage.broadcasts import Broadcast, BroadcastRefused
from storage.database import Database
from storage.officers import EVERYWHERE, Officer
from workers.doorbell import Doorbell

T = TypeVar("T")
MAX_NAME_CHARS: Final = 80
_LOOK_SECONDS: Final = 0.3
_COUNTED_AGAIN: Final = frozenset({"estimate_missing", "estimate_old"})


@dataclass(frozen=True, slots=True)
class Work:
    """What a command works with; `officer`: who acts, None where nobody must answer for it."""

    site: Site
    database: Database
    desk: BroadcastDesk
    officer: Officer | None = None

    @property
    def actor(self) -> Officer:
        """Who acts; only for commands that asked who it is."""
        if self.officer is None:
            raise CommandError("say who acts: --officer LOGIN")
        return self.officer

    async def find(self, number: str) -> Broadcast:
        """Return a broadcast.

        Raises:
            BroadcastRefused: there is none.
        """
        found = await self.desk.find(number)
        if found is None:
            raise BroadcastRefused("unknown")
        return found

    async def count(self, number: str) -> Broadcast:
        """Count a broadcast, with a sign of life."""
        with _counting() as tell:
            return await self.desk.estimate(number, self.actor, tell=tell)

    async def submit(self, number: str) -> Broadcast:
        """Ask for approval; what was not counted yet, or long ago, is counted first."""
        try:
            return await self.desk.submit(number, self.actor)
        except BroadcastRefused as refused:
            if refused.word not in _COUNTED_AGAIN:
                raise
        await self.count(number)
        return await self.desk.submit(number, self.actor)


def run(work: Callable[[Work], Awaitable[T]], word: OfficerWord | None = None) -> T:
    """Open the site, prove who acts, do the work, and put a refusal into one line.

    Raises:
        CommandError: refused, or the officer is not the one.
    """

    async def inside(site: Site, database: Database) -> T:
        officer = None
        if word is not None:
            officer = await identify(database, site.cipher, login=word.login, password=word.password, code=word.code)
        async with _bell(site) as ring:
            desk = broadcast_desk(site, database, ring=ring)
            try:
                return await work(Work(site, database, desk, officer))
            except BroadcastRefused as refused:
                raise CommandError(in_a_line(refused, site)) from None

    return with_database("broadcast", inside)


@asynccontextmanager
async def _bell(site: Site) -> AsyncIterator[Callable[[str], None]]:
    bell = Doorbell(site.redis_url)
    try:
        yield bell.ring_soon
    finally:
        await bell.aclose()


def in_a_line(refused: BroadcastRefused, site: Site) -> str:
    """Return why the rules say no, and what to do."""
    if refused.word == "unknown":
        return "there is no such broadcast; see: hoso broadcast list"
    zone, problems = site.settings.zone, refused.values.get("problems") or ()
    said = [sentence(one.word, {"field": one.field, **one.values}, language="en", zone=zone) for one in problems]
    return " ".join(said) or sentence(refused.word, refused.values, language="en", zone=zone)


async def choose_audience(
    work: Work, unit: str, *, list_file: Path | None, audience_file: Path | None, saved: str | None
) -> Audience:
    """Return who it is for: a list that is taken in, a description in a file, or one that the unit has saved.

    Raises:
        CommandError: the file cannot be used, or nothing is saved under the name.
    """
    if list_file is not None:
        return Audience(kind="list", list_id=await take_list(work, unit, list_file))
    if audience_file is not None:
        return read_audience(audience_file)
    found = await audiences.all_saved(work.database, None if unit == EVERYWHERE else [unit])
    named = [one for one in found if one.name == saved]
    if not named:
        raise CommandError(f"the unit {unit} has saved no audience of the name {saved!r}; make it in the console")
    return named[0].audience


def read_audience(path: Path) -> Audience:
    """Return the audience that a JSON file describes.

    Raises:
        CommandError: it cannot be read, or describes none.
    """
    try:
        return Audience.model_validate_json(path.read_bytes())
    except OSError as error:
        raise CommandError(f"cannot read {path} ({error.strerror})") from error
    except ValueError as error:  # pydantic's
        raise CommandError(f"{path} describes no audience: {' '.join(str(error).split())[:300]}") from error


async def take_list(work: Work, unit: str, path: Path) -> int:
    """Take a CSV or XLSX file in as a list of the unit, with a bar; return its id. Wrong rows are counted and kept.

    Raises:
        CommandError: it is no list, or too large.
        BroadcastRefused: not_allowed.
    """
    if not work.actor.has_role(WRITES, unit):
        raise BroadcastRefused("not_allowed")
    settings, size = work.site.settings, _size(path)
    if size > settings.broadcast_list_megabytes << 20:
        raise CommandError(f"{path} is larger than {settings.broadcast_list_megabytes} MB; split it")
    list_id = await _begin_list(work, unit, path, size)
    reading = Reading(list_id, path, settings.broadcast_list_rows)
    task = asyncio.create_task(read_list(work.database, work.site.cipher, reading))
    try:
        with _reading_bar(path.name, size) as tell:
            while not task.done():
                await asyncio.wait({task}, timeout=_LOOK_SECONDS)
                now = await recipient_lists.find(work.database, list_id, None)
                tell(0 if now is None else now.bytes_read)
        is_ready = await task
    finally:
        if not task.done():
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
    return await _judge_list(work, list_id, path, is_ready=is_ready)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError as error:
        raise CommandError(f"cannot read {path} ({error.strerror})") from error


async def _begin_list(work: Work, unit: str, path: Path, size: int) -> int:
    name = clean(path.name)[:MAX_NAME_CHARS] or "?"
    async with work.database.transaction() as connection:
        list_id = await recipient_lists.begin(
            connection,
            name=name,
            unit=unit,
            file_name=name,
            officer=work.actor.login,
            size=size,
            keep_seconds=work.site.settings.broadcast_list_days * 86_400.0,
        )
        await audit.write(connection, Entry(work.actor.actor, "list.upload", str(list_id), unit, {"bytes": size}))
    return list_id


async def _judge_list(work: Work, list_id: int, path: Path, *, is_ready: bool) -> int:
    found = await recipient_lists.find(work.database, list_id, None)
    if not is_ready or found is None:
        why = "it was given up" if found is None else found.reason
        raise CommandError(f"{path} could not be taken in ({why}); it needs a column of phone numbers, as CSV or XLSX")
    Console(stderr=True).print(
        f"{path.name}: {found.good} people; {found.wrong} wrong rows, {found.duplicate} duplicates, "
        f"{found.opted_out} opted out. Wrong rows by line: /console/lists/{list_id}",
        highlight=False,
        markup=False,
        soft_wrap=True,  # one line, also where it is read by another program
    )
    return list_id


async def note_download(work: Work, broadcast: Broadcast) -> None:
    """Write down that somebody on the server took every recipient's outcome."""
    entry = Entry(command_actor(), "broadcast.download", broadcast.number, broadcast.unit)
    await audit.note(work.database, entry)


@contextmanager
def _counting() -> Iterator[Callable[[int], None]]:
    columns = (SpinnerColumn(), TextColumn("{task.description}"))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task("counting")
        yield lambda people: progress.update(task, description=f"counting: {people} people")


@contextmanager
def _reading_bar(name: str, size: int) -> Iterator[Callable[[int], None]]:
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as progress:
        task = progress.add_task(name.replace("[", "("), total=size)
        yield lambda done: progress.update(task, completed=done)


def read_params(given: Sequence[str]) -> dict[str, str]:
    """Return template parameters of `name=value`.

    Raises:
        CommandError: one has no name.
    """
    found: dict[str, Any] = {}
    for one in given:
        name, sign, value = one.partition("=")
        if not sign or not name.strip():
            raise CommandError(f"--param {one!r}: write it as name=value")
        found[name.strip()] = value
    return found
