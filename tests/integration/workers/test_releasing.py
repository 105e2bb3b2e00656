"""What waits for the evening is said once; what waits for nothing goes as it is."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from status_bridge.digest import KIND, Digests
from storage import mutes, waiting
from storage.crypto import Cipher, generate_key
from storage.database import fetch
from tests.integration.workers.composition import World
from workers.collapsing import collapse_backlog
from workers.config import SweeperConfig
from workers.releasing import digest_duty, merge_due
from workers.sweeper import Sweeper

DIGESTS = Digests(hotline="1022", zone=ZoneInfo("Asia/Ho_Chi_Minh"))
PHONE = "84905000001"


async def _hold(world: World, count: int, **facts: Any) -> list[uuid.UUID]:
    """Write notices that wait for the evening, which has come."""
    known: dict[str, Any] = {"state": "held", "reason": "daily_limit", "phone": PHONE}
    return await world.write(count, **{**known, **facts})


async def _rows(world: World, query: str) -> list[dict[str, Any]]:
    return [dict(row) for row in await world.database.fetch(query)]


async def _digests(world: World) -> list[dict[str, Any]]:
    return await _rows(world, f"SELECT * FROM notices WHERE kind = '{KIND}' ORDER BY created_at")


async def test_many_become_one_message_and_say_into_which(world: World) -> None:
    held = await _hold(world, 4)
    assert await merge_due(world.database, world.cipher, DIGESTS) == 1
    (digest,) = await _digests(world)
    assert (digest["state"], digest["dossier_id"], digest["demands_action"]) == ("pending", None, False)
    for notice in held:
        view = await world.see(notice)
        assert (view.state, view.reason, view.due_at) == ("superseded", "merged", None)
    merged = await _rows(world, "SELECT DISTINCT merged_into FROM notices WHERE reason = 'merged'")
    assert merged == [{"merged_into": digest["id"]}]
    assert await merge_due(world.database, world.cipher, DIGESTS) == 0


async def test_each_phone_gets_its_own(world: World) -> None:
    await _hold(world, 3)
    await _hold(world, 3, phone="84905000002")
    assert await merge_due(world.database, world.cipher, DIGESTS) == 2
    assert await world.states() == {"superseded": 6, "pending": 2}


async def test_a_single_one_is_sent_as_itself(world: World) -> None:
    (alone,) = await _hold(world, 1)
    assert await merge_due(world.database, world.cipher, DIGESTS) == 0
    view = await world.see(alone)
    assert (view.state, view.reason, view.kind) == ("pending", None, "accepted")


async def test_a_single_dossiers_newest_says_that_it_replaces_the_others(world: World) -> None:
    *older, newest = await _hold(world, 3, dossiers=False)
    assert await merge_due(world.database, world.cipher, DIGESTS) == 0
    assert [(await world.see(notice)).state for notice in older] == ["superseded"] * 2
    (row,) = await _rows(world, "SELECT id, replaces FROM notices WHERE state = 'pending'")
    assert row == {"id": newest, "replaces": 2}


async def test_what_cannot_be_merged_goes_as_it_is_and_keeps_no_other_phone_waiting(world: World) -> None:
    strange = [*await _hold(world, 2), *await _hold(world, 1, kind="of_a_later_version")]
    await _hold(world, 3, phone="84905000002")
    assert await merge_due(world.database, world.cipher, DIGESTS) == 1
    assert [(await world.see(notice)).state for notice in strange] == ["pending"] * 3


async def test_what_is_not_due_yet_waits_on(world: World) -> None:
    await _hold(world, 3, due_at=datetime.now(UTC) + timedelta(hours=1))
    assert await merge_due(world.database, world.cipher, DIGESTS) == 0
    assert await world.states() == {"held": 3}


async def test_several_that_merge_at_the_same_time_make_one_message(world: World) -> None:
    await _hold(world, 6)
    await asyncio.gather(*(merge_due(world.database, world.cipher, DIGESTS) for _ in range(5)))
    assert len(await _digests(world)) == 1


async def test_all_of_a_phones_notices_are_merged_together_or_none_yet(world: World) -> None:
    held = await _hold(world, 3)
    async with world.database.transaction() as connection:
        await fetch(connection, "SELECT 1 FROM notices WHERE id = %(id)s FOR UPDATE", {"id": held[1]})
        assert await merge_due(world.database, world.cipher, DIGESTS) == 0
    assert await world.states() == {"held": 3}
    assert await merge_due(world.database, world.cipher, DIGESTS) == 1


async def test_what_no_key_opens_is_handed_to_delivery_which_calls_a_person(world: World) -> None:
    await _hold(world, 2)
    assert await merge_due(world.database, Cipher([generate_key()]), DIGESTS) == 0
    assert await world.states() == {"pending": 2}


async def _mute(world: World, held: list[uuid.UUID]) -> None:
    """Have the phone want nothing about the dossiers of notices."""
    for row in await world.database.fetch("SELECT id, dossier_id FROM notices"):
        if row["id"] in held:
            await world.database.fetch(
                "INSERT INTO dossiers (id, code, status, status_time) OVERRIDING SYSTEM VALUE"
                " VALUES (%(id)s, %(code)s, 2, now()) RETURNING id",
                {"id": row["dossier_id"], "code": f"H17-{row['dossier_id']}"},
            )
            await mutes.add(world.database, world.cipher, PHONE, row["dossier_id"])


async def test_a_muted_dossier_is_no_part_of_it_and_goes_its_own_way(world: World) -> None:
    muted = await _hold(world, 1, demands_action=True)
    held = await _hold(world, 3)
    await _mute(world, muted)
    assert await merge_due(world.database, world.cipher, DIGESTS) == 1
    (digest,) = await _digests(world)
    assert digest["demands_action"] is False
    view = await world.see(muted[0])
    assert (view.state, view.reason) == ("pending", None)
    assert {(await world.see(notice)).state for notice in held} == {"superseded"}


async def test_what_is_about_muted_dossiers_alone_makes_no_message(world: World) -> None:
    held = await _hold(world, 2, demands_action=True)
    await _mute(world, held)
    assert await merge_due(world.database, world.cipher, DIGESTS) == 0
    assert await world.states() == {"pending": 2}


async def _no_receipts() -> int:
    return 0


async def _ring(_work: str) -> bool:
    return True


class _Asleep:
    """A delivery that sends nothing, so that what the sweeper made can be looked at."""

    def wake(self, lane: str) -> None:
        """Stay asleep."""


async def test_the_sweeper_merges_and_releases_the_night_but_not_what_is_merged(world: World) -> None:
    await _hold(world, 2)
    (night,) = await _hold(world, 1, reason="quiet_hours", phone="84905000003")
    duty = digest_duty(world.database, world.cipher, DIGESTS)
    config = SweeperConfig(merges_notices=True)
    sweeper = Sweeper(world.database, _ring, _Asleep(), _no_receipts, config=config, duties=[duty])
    assert (await sweeper.sweep()).released == ("status",)
    assert (await world.see(night)).state == "pending"
    assert await world.states() == {"superseded": 2, "pending": 2}


async def test_after_an_outage_of_hours_a_dossiers_newest_is_all_that_is_left(world: World) -> None:
    for _ in range(30):
        await world.write(4, dossiers=False)
    await world.database.fetch("UPDATE notices SET created_at = now() - interval '10 minutes' RETURNING 1")
    assert await collapse_backlog(world.database, patience_seconds=120, limit=7) == 90
    assert await world.states() == {"superseded": 90, "pending": 30}
    assert await _rows(world, "SELECT DISTINCT replaces FROM notices WHERE state = 'pending'") == [{"replaces": 3}]


async def test_a_backlog_of_many_is_collapsed_at_a_pace_that_delivery_does_not_outrun(world: World) -> None:
    # 20,000 waiting rows: looking at them every few seconds must cost next to nothing.
    await world.database.fetch(
        """INSERT INTO notices (id, created_at, dossier_id, dossier_code, ordinal, kind, state, content_enc,
                                content_hash, due_at)
           SELECT gen_random_uuid(), now() - interval '10 minutes', n, 'H17', 1, 'accepted', 'pending', '', '', now()
           FROM generate_series(1, 20000) AS n RETURNING 1"""
    )
    started = asyncio.get_running_loop().time()
    assert (
        await waiting.supersede_overtaken(
            world.database, patience_seconds=120, implied={"older_kind": ["accepted"], "newer_kind": ["accepted"]}
        )
        == 0
    )
    assert asyncio.get_running_loop().time() - started < 2.0
