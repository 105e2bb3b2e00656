"""A desk of broadcasts on a real database, with officers who were hired for one test."""

import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.broadcasts.render import KIND, TEMPLATE_PARAMS
from status_bridge.route_policy import Policy
from storage import officers
from storage.audiences import Audience
from storage.broadcasts import Broadcast, Draft, Message
from storage.database import Database
from storage.officers import Grant, Officer, Role
from tests.integration.status_bridge.people_of_audiences import CIPHER, Town

UNIT = "H17.33.2"
CHANNELS = frozenset({"zalo_oa", "zalo_template", "zalo_template_uid", "sms_esms"})
MESSAGE = Message(
    params={"tieu_de": "Cúp điện", "noi_dung": "Khu vực cúp điện ngày mai.", "don_vi": "UBND phường Hải Châu"},
    text="Kính gửi {ten}: khu vực cúp điện ngày mai.",
)
CONFIG = BroadcastConfig(
    route=Policy(channels=CHANNELS, templates={KIND: "400113"}, sms_channel="sms_esms"),
    templates={"400113": TEMPLATE_PARAMS},
    official_domains=("danang.gov.vn",),
    approval_people=2,
    approval_cost_vnd=100_000,
    per_minute={"zalo_template": 60},
)


def draft(**changes: Any) -> Draft:
    """An announcement to everybody with a dossier in the ward."""
    values: dict[str, Any] = {
        "title": "Cúp điện",
        "unit": UNIT,
        "message": MESSAGE,
        "audience": Audience(units=(UNIT,)),
    }
    return Draft(**(values | changes))


@dataclass
class BroadcastOffice:
    """The desk, its town, and the clock on the wall."""

    database: Database
    town: Town
    config: BroadcastConfig = CONFIG
    time: datetime | None = None
    rung: list[str] = field(default_factory=list)
    told: list[str] = field(default_factory=list)

    @property
    def desk(self) -> BroadcastDesk:
        """A desk as it would be in any process."""
        heard = {"ring": self.rung.append, "tell_staff": self.told.append}
        return BroadcastDesk(self.database, CIPHER, self.config, now=self.now, **heard)

    def now(self) -> datetime:
        """The time on the wall, or the real one."""
        return self.time or datetime.now(UTC)

    def choose(self, **changes: Any) -> None:
        """Change the site's choices."""
        self.config = replace(self.config, **changes)

    async def hire(self, *roles: Role, unit: str = UNIT) -> Officer:
        """Add an officer with these roles in a unit."""
        login = f"o{uuid.uuid4().hex[:12]}"
        async with self.database.transaction() as connection:
            grants = [Grant(unit, role) for role in roles]
            await officers.add(
                connection, login=login, name="Lê Văn Bình", grants=grants, password_hash=None, created_by="test"
            )
        found = await officers.find(self.database, login=login)
        assert found is not None
        return found

    async def people(self, number: int, *, first: int = 1) -> None:
        """Give so many people a dossier in the ward."""
        for place in range(first, first + number):
            await self.town.dossier(phone(place))

    async def counted(self, author: Officer, **changes: Any) -> Broadcast:
        """A draft that was counted."""
        made = await self.desk.create(draft(**changes), author)
        return await self.desk.estimate(made.number, author)

    async def submitted(self, author: Officer, **changes: Any) -> Broadcast:
        """A broadcast that waits for approval, or needs none."""
        made = await self.counted(author, **changes)
        return await self.desk.submit(made.number, author)

    async def run(self, query: str, **params: Any) -> list[dict[str, Any]]:
        """Ask the database."""
        return await self.database.fetch(query, params)


def phone(place: int) -> str:
    """A mobile number of nobody."""
    return f"84905{place:06d}"


@asynccontextmanager
async def open_broadcast_office(url: str) -> AsyncIterator[BroadcastOffice]:
    """Open a desk on a clean database."""
    async with Database(url, max_size=8) as database:
        yield BroadcastOffice(database, Town(database))
