"""The audit log tells from where something was done: the address of the request, not of the sign-in long before it."""

from pathlib import Path

from storage import audit
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
