"""The audit log tells from where something was done: the address of the request, not of the sign-in long before it."""

from pathlib import Path

from storage import audit
from tests.integration.console.broadcast_town import UNIT, open_hall
from tests.office import open_office

ELSEWHERE = "203.0.113.9"


async def test_a_session_that_was_carried_off_tells_where_it_is_used(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    """Conversations, tickets, lists and audiences wrote the address of the sign-in; exports of the log none at all."""
    async with open_office(postgres_url, redis_url, data_dir, console_trusts_proxy=True) as office:
        lan = await office.sign_in("lan", ("*", "administrator"), ("*", "author"))
        lan.client.headers["X-Forwarded-For"] = ELSEWHERE
        await lan.post("/console/conversations/canned", {"unit": "*", "title": "Chào", "text": "Xin chào"})
        await lan.post(
            "/console/audiences", {"unit": "*", "name": "Mọi người", "kind": "subscribers", "category": "storm"}
        )
        await lan.post("/console/admin/audit/export", {"format": "csv"})
        rows = await audit.search(office.database)
        assert {(row.action, row.address) for row in rows} == {
            (action, ELSEWHERE) for action in ("canned.add", "audience.save", "audit.export")
        }


async def test_what_the_desk_of_broadcasts_writes_down_tells_from_where_it_was_done(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    """Its entries came without any address; what begins by itself at its hour still has none."""
    settings = {"console_trusts_proxy": True, "broadcast_approval_people": 2}
    async with open_office(postgres_url, redis_url, data_dir, **settings) as office:
        hall = await open_hall(office)
        lan = await office.sign_in("lan", (UNIT, "author"))
        lan.client.headers["X-Forwarded-For"] = ELSEWHERE
        number = await hall.submitted(lan)
        lan.client.headers["X-Forwarded-For"] = "198.51.100.7"
        await lan.post(f"/console/broadcasts/{number}/cancel")
        rows = await audit.search(office.database, object=number)
        assert [(row.action.removeprefix("broadcast."), row.address) for row in reversed(rows)][:3] == [
            ("create", ELSEWHERE),
            ("estimate", ELSEWHERE),
            ("submit", ELSEWHERE),
        ]
        assert (rows[0].action, rows[0].address) == ("broadcast.cancel", "198.51.100.7")
        lately = await hall.write(await office.sign_in("minh", (UNIT, "author")))
        await hall.desk.cancel(lately, lan.officer)  # by the command line
        assert (await audit.search(office.database, object=lately))[0].address is None
