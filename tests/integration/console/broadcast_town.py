"""A unit with people, officers who announce and approve, and a sending that is played without any platform."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from hoso.broadcast_sending import broadcast_chores
from hoso.broadcasts import broadcast_desk
from status_bridge.broadcasts.desk import BroadcastDesk
from storage import audit, broadcasts
from storage.broadcasts import Broadcast
from storage.database import execute
from tests.integration.status_bridge.people_of_audiences import Town
from tests.office import Answer, Desktop, Office

UNIT, NEIGHBOUR = "H17.33.2", "H17.33.3"
NUMBER = re.compile(r"TB-[0-9A-Z]{8}")
PEOPLE = ("84905000001", "84905000002", "84905000003")
FIELDS = {
    "title": "Cắt điện ngày 25/11",
    "unit": UNIT,
    "purpose": "information",
    "audience": "dossiers",
    "params.tieu_de": "Thông báo cắt điện",
    "params.noi_dung": "Kính gửi {ten}: cắt điện từ 8 giờ đến 11 giờ ngày 25/11.",
    "params.don_vi": "UBND phường Hải Châu",
    "text": "Kính gửi {ten}: phường Hải Châu cắt điện từ 8 giờ đến 11 giờ ngày 25/11.",
    "step": "save",
}
"""A form that the rules have nothing to say about."""


@dataclass
class Hall:
    """The office of a ward with three people who have dossiers there."""

    office: Office
    town: Town

    @property
    def desk(self) -> BroadcastDesk:
        return broadcast_desk(self.office.site, self.office.database)

    async def see(self, number: str) -> Broadcast:
        found = await broadcasts.find(self.office.database, number)
        assert found is not None
        return found

    async def log(self, number: str) -> list[tuple[str, str]]:
        """What was done with a broadcast: who and what, oldest first."""
        rows = await audit.search(self.office.database, object=number)
        return [(row.actor, row.action.removeprefix("broadcast.")) for row in reversed(rows)]

    async def write(self, author: Desktop, **fields: Any) -> str:
        """Save a draft through the form and return its number."""
        answer = await author.post("/console/broadcasts/new", FIELDS | fields)
        assert answer.status == 200, answer.text
        return number_in(answer)

    async def submitted(self, author: Desktop, **fields: Any) -> str:
        """A broadcast that waits for approval."""
        number = await self.write(author, **fields)
        await author.post(f"/console/broadcasts/{number}/estimate")
        await author.post(f"/console/broadcasts/{number}/submit")
        assert (await self.see(number)).state == "submitted"
        return number

    async def approved(self, author: Desktop, approver: Desktop, **fields: Any) -> str:
        """A broadcast that may be started."""
        number = await self.submitted(author, **fields)
        await self.decide(approver, number)
        assert (await self.see(number)).state == "approved"
        return number

    async def decide(self, approver: Desktop, number: str, decision: str = "approve", **fields: str) -> Answer:
        """Decide on what stands there now."""
        content = ((await self.see(number)).content_hash or b"").hex()
        data = {"decision": decision, "content_hash": content, **fields}
        return await approver.post(f"/console/broadcasts/{number}/approve", data)

    @asynccontextmanager
    async def sending(self) -> AsyncIterator[None]:
        """Move broadcasts on as a worker does while the block runs."""
        [chore] = broadcast_chores(
            self.office.site,
            self.office.database,
            ["broadcast"],
            wake=lambda _lane: None,
            tell_staff=lambda _text: None,
        )
        task = asyncio.create_task(chore())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    async def deliver(self, number: str, *, failed: int = 0) -> None:
        """Let every row that was let go arrive; the first ones fail."""
        broadcast = await self.see(number)
        async with self.office.database.transaction() as connection:
            await execute(
                connection,
                "UPDATE notices SET state = CASE WHEN ordinal <= %(failed)s THEN 'failed' ELSE 'delivered' END,"
                " reason = CASE WHEN ordinal <= %(failed)s THEN 'recipient_unreachable:-118' END,"
                " channel = 'zalo_template', cost_vnd = 200, accepted_at = now(),"
                " delivered_at = CASE WHEN ordinal > %(failed)s THEN now() END"
                " WHERE broadcast_id = %(id)s AND state = 'pending'",
                {"id": broadcast.id, "failed": failed},
            )


def number_in(answer: Answer) -> str:
    """The number of the broadcast whose page this is."""
    found = NUMBER.search(answer.where) or NUMBER.search(answer.text)
    assert found is not None, answer.text
    return found.group()


async def open_hall(office: Office) -> Hall:
    """Fill the ward with people."""
    town = Town(office.database, office.cipher)
    for phone in PEOPLE:
        await town.dossier(phone)
    return Hall(office, town)
