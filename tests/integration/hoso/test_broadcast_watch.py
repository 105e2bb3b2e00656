"""`hoso broadcast status --watch` while PostgreSQL is away."""

import pytest

from hoso.commands import broadcast_show
from hoso.commands.broadcast_show import watch_progress
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.broadcasts.reporting import Progress
from storage.errors import DatabaseUnavailable
from storage.officers import Role
from tests.integration.status_bridge.broadcast_office import CONFIG, draft, open_broadcast_office
from tests.integration.status_bridge.people_of_audiences import CIPHER


class Desk(BroadcastDesk):
    """A desk whose database is away at the next looks."""

    away = 0

    async def status(self, number: str, *, units: object = None) -> Progress:
        """Return how far it has come, when the database is back."""
        del units
        if self.away:
            self.away -= 1
            raise DatabaseUnavailable("restarting")
        return await super().status(number)


async def test_a_look_outlives_a_restart_and_no_more(postgres_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    waited: list[float] = []

    async def wait(seconds: float) -> None:
        waited.append(seconds)

    async with open_broadcast_office(postgres_url) as office:
        desk = Desk(office.database, CIPHER, CONFIG)
        made = await desk.create(draft(), await office.hire(Role.AUTHOR))
        desk.away = 3
        assert (await watch_progress(desk, made.number, sleep=wait)).state == "draft"
        assert len(waited) == 3
        monkeypatch.setattr(broadcast_show, "AWAY_SECONDS", 0.0)
        desk.away = 1
        with pytest.raises(DatabaseUnavailable):
            await watch_progress(desk, made.number, sleep=wait)
