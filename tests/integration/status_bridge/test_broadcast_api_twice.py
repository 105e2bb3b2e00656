"""`/v1/broadcasts` asked the same twice: an answer that was lost is asked for again, and nothing happens twice."""

import asyncio
from collections import Counter
from typing import Any

from storage import audit, officers
from storage.officers import Grant, Role
from tests.integration.status_bridge.test_broadcast_api import UNIT, Api
from tests.integration.status_bridge.test_broadcast_api import api as api  # the fixture


async def twice(api: Api, path: str) -> list[tuple[int, Any]]:
    """Ask the same at once; return statuses and documents, the better first."""
    answers = await asyncio.gather(*(api.call("POST", path) for _ in range(2)))
    return sorted(((status, document) for status, _, document in answers), key=lambda one: one[0])


async def test_the_same_request_twice_does_a_thing_once(api: Api) -> None:
    number = await api.create()
    [(done, after), (late, refused)] = await twice(api, f"/{number}/submit")
    assert (done, after["state"], late, refused["errors"][0]["code"]) == (200, "submitted", 409, "wrong_state")
    grants = [Grant(UNIT, Role.APPROVER)]
    async with api.database.transaction() as connection:
        await officers.add(connection, login="minh", name="Minh", grants=grants, password_hash=None, created_by="test")
    minh = await officers.find(api.database, login="minh")
    assert minh is not None
    await api.desk.decide(number, minh, "approved", after["content_hash"])
    for verb in ("start", "pause", "resume", "cancel"):
        [(done, _), (late, refused)] = await twice(api, f"/{number}/{verb}")
        assert (done, late, refused["errors"][0]["code"]) == (200, 409, "wrong_state"), verb
        assert "state: " in refused["detail"], "who lost the answer learns how it stands"
    told = Counter(row.action for row in await audit.search(api.database, object=number))
    verbs = ("create", "submit", "approve", "start", "pause", "resume", "cancel")
    assert [told[f"broadcast.{verb}"] for verb in verbs] == [1] * len(verbs)
