"""Erasures to their end: the rows, what is outside the database, and a journal that no restored backup undoes."""

import asyncio
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import datetime
from pathlib import Path

import structlog
from redis.exceptions import RedisError

from bot.fsm import States
from hoso import parts
from hoso.site import Site
from storage import erasure
from storage.crypto import Cipher
from storage.database import Database
from storage.erasure import Erased, Job, Subject
from workers.sweeper import Duty

EVERY_SECONDS = 2.0
FOLLOW_SECONDS = 600.0
JOURNAL = "erasures.jsonl"

Forget = Callable[[int], Awaitable[None]]
"""Drops what Redis holds of a citizen; raises `RedisError` or `OSError` when it is away."""
_log = structlog.get_logger(__name__)


class Journal:
    """The file of this machine that says who was erased, by hashes alone; safe for several processes.

    A backup of the database that is older than an erasure does not know of it. This file does.
    """

    def __init__(self, data_dir: Path) -> None:
        self._path = data_dir / JOURNAL

    def add(self, subjects: Sequence[Subject]) -> None:
        """Write lines that survive a power cut; a line twice does no harm. Blocks."""
        if not subjects:
            return
        lines = "".join(f"{json.dumps(_line(one))}\n" for one in subjects)
        self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(fd, lines.encode())
            os.fsync(fd)
        finally:
            os.close(fd)

    def read(self) -> list[Subject]:
        """Return everybody; a line that a crash cut off is left out."""
        with suppress(FileNotFoundError):
            return list(_read_lines(self._path.read_text(encoding="utf-8")))
        return []


def _line(one: Subject) -> dict[str, str]:
    return {
        "number": one.number,
        "kind": one.subject_kind,
        "hash": one.subject_hash.hex(),
        "at": one.at.isoformat(),
    }


def _read_lines(text: str) -> Iterator[Subject]:
    for line in text.splitlines():
        with suppress(ValueError, KeyError, TypeError):
            said = json.loads(line)
            at = datetime.fromisoformat(said["at"])
            yield Subject(said["number"], bytes.fromhex(said["hash"]), said["kind"], at)


class Eraser:
    """Does erasures, each step so that it may be done again."""

    def __init__(self, database: Database, cipher: Cipher, forget: Forget, journal: Journal) -> None:
        self._database = database
        self._cipher = cipher
        self._forget = forget
        self._journal = journal

    async def do_jobs(self) -> None:
        """Do what chats asked for; a job that fails is met again the next time, and harms no other."""
        for job in await erasure.open_jobs(self._database):
            try:
                await self._do(job)
            except (RedisError, OSError) as error:
                _log.warning("erasure_waits", number=job.number, error=type(error).__name__, advice="check Redis")

    async def _do(self, job: Job) -> None:
        if not job.is_erased:
            await erasure.erase_chat(self._database, self._cipher, job)
        await self._forget(job.citizen_id)
        if await erasure.forget_late_entries(self._database, job.number):
            return  # receipts wait to be applied: the next time
        await self.note(job.number)
        await erasure.end_job(self._database, job.number)
        _log.info("erased", number=job.number)

    async def erase_phone(self, phone: str, *, number: str) -> Erased:
        """Erase a phone (84…) and its chats at once, outside the database as well.

        Raises:
            RedisError, OSError: the rows are gone, and Redis is away: do it again.
        """
        erased = await erasure.erase_phone(self._database, self._cipher, phone, number=number)
        await self.note(number)
        for citizen_id in erased.citizen_ids:
            await self._forget(citizen_id)
        return erased

    async def again(self) -> int:
        """Erase everybody once more who was erased before, after a backup was restored; return how many were there."""
        known = {(one.number, one.subject_hash): one for one in await erasure.journal(self._database)}
        known |= {(one.number, one.subject_hash): one for one in await asyncio.to_thread(self._journal.read)}
        found = 0
        for one in sorted(known.values(), key=lambda one: one.at):
            erased = await erasure.again(self._database, self._cipher, one)
            found += any(erased.rows.get(name) for name in ("citizens", "notices", "forget_people", "forget_entries"))
            for citizen_id in erased.citizen_ids:
                await self._forget(citizen_id)
        return found

    async def follow_up(self) -> None:
        """Erase what was under way when its person was erased, and is done with now."""
        if met := await erasure.follow_up(self._database, self._cipher):
            _log.info("erasures_followed_up", rows=met)

    async def note(self, number: str) -> None:
        """Put an erasure into the journal."""
        subjects = await erasure.journal(self._database, number)
        await asyncio.to_thread(self._journal.add, subjects)


@asynccontextmanager
async def open_eraser(site: Site, database: Database) -> AsyncIterator[Eraser]:
    """Open what erasures need on this loop."""
    async with States(site.redis_url, site.cipher, clock=parts.monotonic) as states:
        yield Eraser(database, site.cipher, states.forget, Journal(site.settings.data_dir))


def erasing_duties(eraser: Eraser) -> tuple[Duty, ...]:
    """Return what the sweeper does for people who asked to be erased."""
    return (
        Duty("erasures", EVERY_SECONDS, eraser.do_jobs),
        Duty("erasures_follow", FOLLOW_SECONDS, eraser.follow_up),
    )
