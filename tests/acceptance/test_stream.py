"""The Redis stream `hoso:events`: the same events, and what becomes of garbage (contract, section 4)."""

import json
import uuid
from collections.abc import Callable

from redis import Redis

from tests.acceptance.conftest import Dossier
from tests.site import Site, make_event

STREAM, DEAD = "hoso:events", "hoso:events:dead"


async def test_an_event_of_the_stream_reaches_the_phone_once(site: Site, dossier: Dossier) -> None:
    event = json.dumps(make_event(dossier.code, 2, dossier.phone))
    with Redis.from_url(site.redis_url) as redis:
        for _ in range(2):
            redis.xadd(STREAM, {"event": event})

    async def arrived() -> list[str]:
        return await site.arrived(dossier.phone)

    assert await site.wait_until(arrived, what="the notice") == ["accepted"]
    taken = "SELECT outcome FROM dossier_events WHERE event_id = %s"
    await site.wait_until(lambda: len(site.query(taken, json.loads(event)["id"])) == 2, what="the repeat taken")
    assert set(site.query(taken, json.loads(event)["id"])) == {("accepted",), ("duplicate",)}
    assert await site.arrived(dossier.phone) == ["accepted"]


async def test_garbage_goes_to_the_dead_letters_with_a_reason_and_harms_no_neighbour(
    site: Site, new_dossier: Callable[[], Dossier]
) -> None:
    before, after = new_dossier(), new_dossier()
    bad = make_event(before.code, 11, before.phone)
    marks = [f"garbage-{uuid.uuid4()}" for _ in range(3)]
    with Redis.from_url(site.redis_url, decode_responses=True) as redis:
        known = redis.xlen(DEAD)
        redis.xadd(STREAM, {"event": json.dumps(make_event(before.code, 2, before.phone))})
        redis.xadd(STREAM, {"event": f"{{ {marks[0]}"})
        redis.xadd(STREAM, {"evnt": marks[1]})
        redis.xadd(STREAM, {"event": json.dumps(bad)})
        redis.xadd(STREAM, {"event": f'["{marks[2]}"]'})
        redis.xadd(STREAM, {"event": json.dumps(make_event(after.code, 2, after.phone))})
        await site.wait_until(lambda: redis.xlen(DEAD) >= known + 4, what="four dead letters")
        letters = [fields for _, fields in redis.xrevrange(DEAD, count=20)]
    by_event = {letter["event"]: letter["reason"] for letter in letters}
    assert "no JSON" in by_event[f"{{ {marks[0]}"]
    assert "no field 'event'" in by_event[""]
    assert [error["field"] for error in json.loads(by_event[json.dumps(bad)])] == ["data.status"]
    assert "must be a JSON object" in by_event[f'["{marks[2]}"]']
    for dossier in (before, after):

        async def arrived(phone: str = dossier.phone) -> list[str]:
            return await site.arrived(phone)

        assert await site.wait_until(arrived, what="the neighbour's notice") == ["accepted"]
