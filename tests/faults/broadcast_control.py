"""A broadcast as officers make it, on a real site: written, approved by a second person, started, stopped, followed."""

import asyncio
import hashlib
import json
import time
import uuid
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import aiohttp

from hoso.broadcasts import broadcast_config
from hoso.settings import load_settings
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.broadcasts.reporting import Report
from storage import notices, officers
from storage.audiences import Audience
from storage.broadcasts import Broadcast, Draft, Message
from storage.crypto import Cipher
from storage.database import Database, fetch
from storage.officers import Grant, Officer, Role
from storage.recipient_lists import ROW_COLUMN
from storage.wire import copy_line
from tests.site import Site

UNIT: Final = "H17.33.2"
WATCH_SECONDS: Final = 2.0
QUIET_SECONDS: Final = 0.7
_ROWS_AT_ONCE = 5_000
_STATES = "SELECT state, count(*) FROM notices WHERE broadcast_id = %s GROUP BY state"
_DOUBTS = "SELECT id FROM notices WHERE broadcast_id = %s AND state = 'in_doubt' AND due_at IS NULL"
_RECEIPTS_WAIT = "SELECT 1 FROM inbox WHERE kind = 'receipt' AND state IN ('pending', 'working') LIMIT 1"
_LIST = """
INSERT INTO recipient_lists (name, unit, file_name, officer, state, good, digest, expires_at)
VALUES ('d', %(unit)s, 'd.csv', 'an', 'ready', %(good)s, %(digest)s, now() + interval '9 days') RETURNING id"""
_CLAIMED = """
SELECT max(ordinal) FROM notices WHERE broadcast_id = %s AND (sends > 0 OR state NOT IN ('held', 'pending'))"""


@dataclass(frozen=True)
class Stopped:
    """How a stop went: seconds until the last message arrived, and how many arrived after it was quiet."""

    seconds: float
    arrived_later: int


class Control:
    """One broadcast to phones of its own.

    Attributes:
        number: of the broadcast.
        id: of its row.
        people: how many phones it goes to.
        desk: what the console, the command line and the API use as well.
        seen: what was seen to arrive on the platform, by its message ids; other messages as well.
    """

    def __init__(
        self, site: Site, database: Database, desk: BroadcastDesk, author: Officer, people: int, series: str
    ) -> None:
        self.site = site
        self.desk = desk
        self.people = people
        self.number = ""
        self.id = 0
        self._database = database
        self._author = author
        self._series = series
        self._seen_until = 0
        self.seen: dict[str, dict[str, Any]] = {}

    async def pause(self) -> Stopped:
        """Stop it, and see how soon nothing more arrives; rows of a killed worker say nothing of that."""
        asked = time.time()
        await self.desk.pause(self.number, self._author)
        before = -1
        while before != (before := await self.arrived()):
            await asyncio.sleep(QUIET_SECONDS)
        arrivals = [datetime.fromisoformat(one["at"]).timestamp() for one in await self.messages()]
        last = max(arrivals, default=asked)
        await asyncio.sleep(QUIET_SECONDS)
        return Stopped(max(0.0, last - asked), await self.arrived() - len(arrivals))

    async def resume(self) -> None:
        """Let it go on."""
        await self.desk.resume(self.number, self._author)

    async def cancel(self) -> None:
        """Stop it for good."""
        await self.desk.cancel(self.number, self._author)

    async def see(self) -> Broadcast:
        """How it stands."""
        found = await self.desk.find(self.number)
        assert found is not None
        return found

    async def report(self) -> Report:
        """What the officers read."""
        return await self.desk.report(self.number)

    async def arrived(self) -> int:
        """How many messages reached phones."""
        return len(await self.messages())

    async def messages(self) -> list[dict[str, Any]]:
        """Everything that reached phones from this broadcast."""
        await self.look()
        return [one for one in self.seen.values() if one["phone"].startswith(self._series)]

    async def look(self) -> None:
        """Write down what has arrived since the last look: all at once would take the platform's time."""
        for one in await self.site.messages(since=self._seen_until, channel="template"):
            self.seen[one["message_id"]] = one
            self._seen_until = one["seq"]

    async def watch(self) -> None:
        """Look now and then until cancelled."""
        while True:
            with suppress(aiohttp.ClientError, OSError, TimeoutError):
                await self.look()
            await asyncio.sleep(WATCH_SECONDS)

    def states(self) -> Counter[str]:
        """How many rows are in which state."""
        return Counter(dict(self.site.query(_STATES, self.id)))

    async def until_sent(self, share: float, timeout: float = 60) -> int:
        """Wait until this share of the people has been let go and taken by a worker; return the last such place."""
        wanted = share * self.people

        def far_enough() -> int:
            place: int = self.site.query(_CLAIMED, self.id)[0][0] or 0
            return place if place >= wanted else 0

        place: int = await self.site.wait_until(far_enough, timeout, what=f"{share:.0%} of a broadcast")
        return place

    async def until_state(self, *states: str, timeout: float = 60) -> Broadcast:
        """Wait until it is in one of the states."""

        async def reached() -> Broadcast | None:
            found = await self.see()
            return found if found.state in states else None

        reached_: Broadcast = await self.site.wait_until(reached, timeout, what=f"a broadcast that is {states}")
        return reached_

    async def retry_doubts(self, timeout: float = 60) -> int:
        """Send again what a killed worker had taken and never sent, as an officer does; return how many.

        Only when the receipts of all others have come: a doubt may have arrived, and its receipt be on its way.
        """
        await self.site.wait_until(self._has_heard_all, timeout, what="the receipts of all that was accepted")
        doubts = [row[0] for row in self.site.query(_DOUBTS, self.id)]
        for one in doubts:
            await notices.retry(self._database, one)
        return len(doubts)

    def _has_heard_all(self) -> bool:
        is_heard = not {"accepted", "sending", "pending", "held"} & set(self.states())
        return is_heard and not self.site.query(_RECEIPTS_WAIT)

    async def until_all_delivered(self, timeout: float = 60) -> list[dict[str, Any]]:
        """Wait until receipts have confirmed every row; return the messages."""
        wanted = Counter({"delivered": self.people})
        await self.site.wait_until(lambda: self.states() == wanted, timeout, what=f"{wanted}")
        return await self.messages()


@asynccontextmanager
async def controlled(site: Site, people: int, *, series: str, canary_percent: float = 1) -> AsyncIterator[Control]:
    """Write a list, a broadcast to it, have it approved by a second person and start it."""
    cipher = Cipher(site.encryption_keys)
    environment = {name.removeprefix("HOSO_").lower(): value for name, value in site.environment.items()}
    known = {name: environment[name] for name in ("data_dir", "listen", "emulator_listen") if name in environment}
    settings = load_settings(**known)
    async with Database(site.postgres_url, max_size=3) as database:
        desk = BroadcastDesk(database, cipher, broadcast_config(settings))
        author, approver = await _officer(database, Role.AUTHOR), await _officer(database, Role.APPROVER)
        list_id = await write_list(database, cipher, [f"84{series}{place:05d}" for place in range(people)])
        control = Control(site, database, desk, author, people, f"84{series}")
        draft = Draft(
            title="Tạm ngừng cấp điện",
            unit=UNIT,
            message=Message(
                text="Phường Hải Châu tạm ngừng cấp điện sáng mai.",
                params={
                    "tieu_de": "Tạm ngừng cấp điện",
                    "noi_dung": "Từ 08:00 đến 11:00 ngày mai.",
                    "don_vi": "UBND phường Hải Châu",
                },
            ),
            audience=Audience(kind="list", list_id=list_id),
            canary_percent=canary_percent,
        )
        written = await desk.create(draft, author)
        control.number, control.id = written.number, written.id
        await desk.estimate(written.number, author)
        submitted = await desk.submit(written.number, author)
        if submitted.state == "submitted":
            await desk.decide(written.number, approver, "approved", submitted.content_hash or b"")
        await desk.start(written.number, author)
        yield control


async def _officer(database: Database, role: Role) -> Officer:
    login = f"{role.value}-{uuid.uuid4().hex[:8]}"
    async with database.transaction() as connection:
        officer_id = await officers.add(
            connection,
            login=login,
            name="Cán bộ",
            grants=[Grant(UNIT, role)],
            password_hash=None,
            created_by="test",
            must_set_up=False,
        )
    found = await officers.find(database, id=officer_id)
    assert found is not None
    return found


async def write_list(database: Database, cipher: Cipher, phones: Sequence[str]) -> int:
    """Write a list as it stands when a file was read; return its id."""
    digest = hashlib.sha256("\n".join(phones).encode()).digest()
    async with database.transaction() as connection:
        row = await fetch(
            connection,
            _LIST,
            {"unit": UNIT, "good": len(phones), "digest": digest},
        )
        list_id = int(row[0]["id"])
        statement = "COPY recipients (list_id, line, recipient_hash, recipient_enc) FROM STDIN"
        async with connection.cursor() as cursor, cursor.copy(statement) as copy:
            for start in range(0, len(phones), _ROWS_AT_ONCE):
                lines = [
                    copy_line((list_id, start + place, cipher.lookup_hash(phone), _row(cipher, phone)))
                    for place, phone in enumerate(phones[start : start + _ROWS_AT_ONCE], 2)
                ]
                await copy.write("".join(lines))
    return list_id


def _row(cipher: Cipher, phone: str) -> bytes:
    return cipher.encrypt(json.dumps({"phone": phone, "values": {}}), ROW_COLUMN)
