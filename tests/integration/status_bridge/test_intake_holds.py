"""A mistake that an officer corrects within the hold is never sent, whoever comes first."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from psycopg import AsyncConnection

from dossiers.status import Notice
from status_bridge.backlog import implied_columns
from status_bridge.choices import DailyLimit, Role
from storage import notices, waiting
from storage.notices import CONTENT_COLUMN
from storage.sql import queries
from tests.integration.status_bridge.bridge import CIPHER, CONFIG, Bridge, new_code, raw_event
from tests.zones import zone_where_it_is

HOLDS = {Notice.REFUSED: 600.0, Notice.FINISHED: 300.0}
CONFIG_OF_HOLDS = replace(CONFIG, policy=replace(CONFIG.policy, hold_seconds=HOLDS))
TAKEN_BACK = ("refused", "superseded", "corrected")


@pytest.fixture
async def holding(postgres_url: str) -> AsyncIterator[Bridge]:
    """An intake that holds refusals and results back."""
    async with Bridge.open(postgres_url, CONFIG_OF_HOLDS) as opened:
        yield opened


async def _states(bridge: Bridge, code: str) -> list[tuple[str, str, str | None]]:
    return [(row["kind"], row["state"], row["reason"]) for row in await bridge.notices(code)]


async def _end_holds(bridge: Bridge) -> None:
    await bridge.database.fetch("UPDATE notices SET due_at = now() WHERE state = 'held' RETURNING 1 AS done", {})


async def _claim(bridge: Bridge) -> list[str]:
    claimed = await notices.claim_due(bridge.database, CIPHER, lane="status", limit=100, lease_seconds=60)
    return [one.kind for one in claimed]


async def _said(bridge: Bridge, code: str) -> str:
    row = (await bridge.notices(code))[-1]
    text: str = json.loads(CIPHER.decrypt(row["content_enc"], CONTENT_COLUMN))["text"]
    return text


async def test_only_chosen_notices_are_held_back_and_for_as_long_as_set(holding: Bridge) -> None:
    code = new_code()
    before = datetime.now(UTC)
    await holding.take([raw_event(code, 2), raw_event(code, 3, minute=1)])
    assert await _states(holding, code) == [("accepted", "pending", None), ("refused", "held", "coalescing")]
    due_at = (await holding.notices(code))[-1]["due_at"]
    assert timedelta(seconds=0) <= due_at - before - timedelta(seconds=600) < timedelta(seconds=30)
    assert await _claim(holding) == ["accepted"]


async def test_what_nobody_corrects_goes_out_when_the_hold_ends(holding: Bridge) -> None:
    code = new_code()
    await holding.take([raw_event(code, 3)])
    assert await waiting.release_held(holding.database) == set()
    await _end_holds(holding)
    assert await waiting.release_held(holding.database) == {"status"}
    assert await _claim(holding) == ["refused"]


@pytest.mark.parametrize("is_one_batch", [True, False])
async def test_a_corrected_mistake_is_never_sent(holding: Bridge, is_one_batch: bool) -> None:
    code = new_code()
    await holding.take([raw_event(code, 2)])
    events = [raw_event(code, 3, minute=1, reason="Nhầm"), raw_event(code, 4, minute=2)]
    batches = [events] if is_one_batch else [[event] for event in events]
    results = [result for batch in batches for result in await holding.take(batch)]
    assert [result.notice for result in results] == [Notice.REFUSED, None]
    assert await _states(holding, code) == [("accepted", "pending", None), TAKEN_BACK]
    assert (await holding.dossier(code))["last_notice"] == "accepted"
    await _end_holds(holding)
    await waiting.release_held(holding.database)
    assert await _claim(holding) == ["accepted"]


@pytest.mark.parametrize("is_one_batch", [True, False])
async def test_the_correction_is_told_as_if_the_mistake_had_never_been(holding: Bridge, is_one_batch: bool) -> None:
    code = new_code()
    events = [raw_event(code, 1), raw_event(code, 3, minute=1), raw_event(code, 2, minute=2)]
    for batch in [events] if is_one_batch else [[event] for event in events]:
        await holding.take(batch)
    assert await _states(holding, code) == [
        ("submitted", "pending", None),
        TAKEN_BACK,
        ("accepted", "pending", None),
    ]
    assert "tiếp tục xử lý" not in await _said(holding, code), "nobody was told of a refusal"
    rows = await holding.notices(code)
    assert [(row["follows"], row["ordinal"]) for row in rows] == [(None, 1), ("submitted", 2), ("submitted", 3)]


@pytest.mark.parametrize("is_one_batch", [True, False])
async def test_a_correction_of_a_correction_is_held_back_as_well(holding: Bridge, is_one_batch: bool) -> None:
    code = new_code()
    events = [
        raw_event(code, 2),
        raw_event(code, 3, minute=1),
        raw_event(code, 9, minute=2),
        raw_event(code, 4, minute=3),
    ]
    for batch in [events] if is_one_batch else [[event] for event in events]:
        await holding.take(batch)
    assert await _states(holding, code) == [
        ("accepted", "pending", None),
        TAKEN_BACK,
        ("finished", "superseded", "corrected"),
    ]
    assert (await holding.dossier(code))["last_notice"] == "accepted"


async def test_corrected_words_replace_the_held_ones_and_a_repeat_leaves_them(holding: Bridge) -> None:
    code = new_code()
    await holding.take([raw_event(code, 3, reason="Sai lý do")])
    held = (await holding.notices(code))[0]
    await holding.take([raw_event(code, 3, minute=1, reason="Sai lý do"), raw_event(code, 3, minute=2)])
    assert await _states(holding, code) == [("refused", "held", "coalescing")]
    assert (await holding.notices(code))[0]["due_at"] == held["due_at"]
    await holding.take([raw_event(code, 3, minute=3, reason="Thiếu chữ ký")])
    assert await _states(holding, code) == [TAKEN_BACK, ("refused", "held", "coalescing")]
    assert "Thiếu chữ ký" in await _said(holding, code)


async def test_an_event_without_a_notice_of_its_own_leaves_the_hold(holding: Bridge) -> None:
    code = new_code()
    await holding.take([raw_event(code, 9)])
    await holding.take([raw_event(code, 10, minute=1)])  # `returned` is not among this city's notices
    assert await _states(holding, code) == [("finished", "held", "coalescing")]
    await holding.take([raw_event(code, 4, minute=2)])
    assert (await _states(holding, code))[0] == ("finished", "superseded", "corrected")


async def test_after_the_hold_a_correction_follows_what_was_said(holding: Bridge) -> None:
    code = new_code()
    await holding.take([raw_event(code, 2), raw_event(code, 3, minute=1)])
    await _end_holds(holding)
    await waiting.release_held(holding.database)
    await holding.take([raw_event(code, 4, minute=2)])
    assert [state[:2] for state in await _states(holding, code)] == [
        ("accepted", "pending"),
        ("refused", "pending"),
        ("accepted", "pending"),
    ]
    assert "tiếp tục xử lý" in await _said(holding, code)


async def test_what_the_days_limit_put_off_is_taken_back_too(holding: Bridge) -> None:
    code = new_code()
    await holding.take([raw_event(code, 2), raw_event(code, 3, minute=1)])
    await holding.database.fetch(
        "UPDATE notices SET reason = 'daily_limit' WHERE state = 'held' RETURNING 1 AS done", {}
    )
    await holding.take([raw_event(code, 4, minute=2)])
    assert (await _states(holding, code))[-1] == TAKEN_BACK


async def test_a_hold_that_ends_at_night_waits_for_the_morning_and_can_be_corrected_until_then(
    postgres_url: str,
) -> None:
    local = datetime.now(CONFIG.zone).replace(second=0, microsecond=0)
    night = replace(
        CONFIG_OF_HOLDS.quiet_hours, start=(local - timedelta(hours=3)).time(), end=(local + timedelta(hours=3)).time()
    )
    async with Bridge.open(postgres_url, replace(CONFIG_OF_HOLDS, quiet_hours=night)) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 3)])
        (row,) = await bridge.notices(code)
        assert (row["state"], row["reason"]) == ("held", "coalescing")
        assert row["due_at"] >= local + timedelta(hours=3)
        await bridge.take([raw_event(code, 2, minute=1)])
        assert (await _states(bridge, code))[0] == TAKEN_BACK


async def test_a_notice_for_nobody_is_not_held_back(holding: Bridge) -> None:
    code = new_code()
    await holding.take([raw_event(code, 2), raw_event(code, 3, minute=1, applicant={"phone": "không có"})])
    assert (await _states(holding, code))[-1] == ("refused", "no_mobile", "no_mobile")
    (result,) = await holding.take([raw_event(code, 4, minute=2)])
    assert result.notice is Notice.ACCEPTED


async def test_a_correction_takes_back_the_notices_of_all_people(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, replace(CONFIG_OF_HOLDS, notify=(Role.APPLICANT, Role.OWNER))) as bridge:
        code = new_code()
        owner = {"name": "Bình", "phone": "0905000002"}
        await bridge.take([raw_event(code, 2, owner=owner), raw_event(code, 3, minute=1)])
        await bridge.take([raw_event(code, 4, minute=2)])
        assert sorted(await _states(bridge, code)) == [("accepted", "pending", None)] * 2 + [TAKEN_BACK] * 2


async def test_when_one_person_was_told_already_the_others_are_told_as_well(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, replace(CONFIG_OF_HOLDS, notify=(Role.APPLICANT, Role.OWNER))) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 3, owner={"name": "Bình", "phone": "0905000002"})])
        await bridge.database.fetch(
            "UPDATE notices SET state = 'pending', reason = NULL WHERE role = 'owner' RETURNING 1 AS done", {}
        )
        await bridge.take([raw_event(code, 2, minute=1)])
        states = [(row["kind"], row["role"], row["state"]) for row in await bridge.notices(code)]
        assert sorted(states) == [
            ("accepted", "applicant", "pending"),
            ("accepted", "owner", "pending"),
            ("refused", "applicant", "held"),
            ("refused", "owner", "pending"),
        ]


@pytest.mark.parametrize("is_released", [True, False], ids=["the sweeper commits", "the sweeper fails"])
async def test_the_row_lock_decides_between_the_release_and_the_correction(
    holding: Bridge, postgres_url: str, is_released: bool
) -> None:
    code = new_code()
    await holding.take([raw_event(code, 2), raw_event(code, 3, minute=1)])
    await _end_holds(holding)
    async with await AsyncConnection.connect(postgres_url) as sweeper:
        await sweeper.execute(queries("waiting")["release_held"], {"merges": False})
        correction = asyncio.create_task(holding.take([raw_event(code, 4, minute=2)]))
        done, _ = await asyncio.wait({correction}, timeout=0.3)
        assert not done, "the correction waits for the row"
        await (sweeper.commit() if is_released else sweeper.rollback())
        (result,) = await correction
    assert result.notice is (Notice.ACCEPTED if is_released else None)
    assert (await _states(holding, code))[1] == (("refused", "pending", None) if is_released else TAKEN_BACK)


async def test_releases_and_corrections_at_the_same_time_say_all_or_nothing(holding: Bridge) -> None:
    codes = [new_code() for _ in range(40)]
    await holding.take([event for code in codes for event in (raw_event(code, 2), raw_event(code, 3, minute=1))])
    await _end_holds(holding)

    async def correct(some: Sequence[str]) -> None:
        for start in range(0, len(some), 5):
            await holding.take([raw_event(code, 4, minute=2) for code in some[start : start + 5]])

    async def release() -> None:
        for _ in range(5):
            await waiting.release_held(holding.database)
            await asyncio.sleep(0)

    await asyncio.gather(release(), correct(codes[:20]), correct(codes[20:]), release())
    told: list[Any] = [("accepted", "pending", None), ("refused", "pending", None), ("accepted", "pending", None)]
    for code in codes:
        assert await _states(holding, code) in (told, [told[0], TAKEN_BACK])


async def test_without_holds_nothing_is_looked_for(bridge: Bridge) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 2), raw_event(code, 3, minute=1), raw_event(code, 4, minute=2)])
    assert [state[:2] for state in await _states(bridge, code)] == [
        ("accepted", "pending"),
        ("refused", "pending"),
        ("accepted", "pending"),
    ]


async def test_what_has_replaced_another_is_not_taken_back_for_then_neither_would_be_told(postgres_url: str) -> None:
    limit = DailyLimit(6, time(17), merges=True)
    noon = replace(CONFIG_OF_HOLDS, daily_limit=limit, zone=zone_where_it_is(12))  # holds end on the same day
    async with Bridge.open(postgres_url, noon) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(5)])
        code = new_code()
        await bridge.take([raw_event(code, 2)])
        await bridge.take([raw_event(code, 3, minute=1, reason="Nhầm")])
        assert [state[1:] for state in await _states(bridge, code)] == [("held", "daily_limit")] * 2
        await bridge.rows("UPDATE notices SET created_at = created_at - interval '10 minutes' RETURNING 1 AS done")
        assert await waiting.supersede_overtaken(bridge.database, patience_seconds=120, implied=implied_columns()) == 1
        await bridge.take([raw_event(code, 4, minute=2)])
        told = [kind for kind, state, _ in await _states(bridge, code) if state != "superseded"]
        assert told[-1:] == ["accepted"], "the last word is where the dossier is"
