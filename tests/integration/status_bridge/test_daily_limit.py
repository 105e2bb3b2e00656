"""Intake and the day's limit, the night and what it holds: on a real database."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from typing import Any

from dossiers.calendar import QuietHours, WorkCalendar
from status_bridge.choices import DailyLimit
from status_bridge.digest import Digests
from status_bridge.dossier_batch import IntakeConfig
from storage import dead_ends
from tests.integration.status_bridge.bridge import CIPHER, CONFIG, ZONE, Bridge, new_code, raw_event
from workers.releasing import merge_due

LIMIT = DailyLimit(6, time(17), merges=True)
LIMITED = replace(CONFIG, daily_limit=LIMIT, release_spread_seconds=0)


def _applicant(phone: str) -> dict[str, Any]:
    return {"applicant": {"name": "Lê Thị Thu Hà", "phone": phone, "email": None}}


async def _summary(bridge: Bridge) -> dict[tuple[str, str | None], int]:
    rows = await bridge.rows("SELECT state, reason, count(*) AS n FROM notices GROUP BY state, reason")
    return {(row["state"], row["reason"]): row["n"] for row in rows}


async def test_the_sixth_message_of_a_day_waits_in_one_batch_and_across_batches(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, LIMITED) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(4)])
        await bridge.take([raw_event(new_code(), 2) for _ in range(4)])
        await bridge.take([raw_event(new_code(), 2, **_applicant("0905000002"))])
        assert await _summary(bridge) == {("pending", None): 6, ("held", "daily_limit"): 3}
        moments = {row["due_at"] for row in await bridge.rows("SELECT due_at FROM notices WHERE state = 'held'")}
        assert len(moments) == 1
        assert moments.pop() > datetime.now(UTC)


async def test_batches_at_the_same_time_do_not_exceed_the_limit_together(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, LIMITED) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(3)])
        await asyncio.gather(*(bridge.take([raw_event(new_code(), 2)]) for _ in range(8)))
        assert await _summary(bridge) == {("pending", None): 5, ("held", "daily_limit"): 6}


async def test_batches_at_the_same_time_for_a_phone_without_any_yet_do_not_exceed_it_either(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, LIMITED) as bridge:
        await asyncio.gather(*(bridge.take([raw_event(new_code(), 2) for _ in range(5)]) for _ in range(4)))
        assert await _summary(bridge) == {("pending", None): 5, ("held", "daily_limit"): 15}


async def test_a_near_deadline_is_told_however_full_the_day_is(postgres_url: str) -> None:
    deadline = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    async with Bridge.open(postgres_url, LIMITED) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(9)])
        code = new_code()
        await bridge.take([raw_event(code, 5, supplement={"items": ["Ảnh"], "deadline": deadline})])
        (row,) = await bridge.notices(code)
        assert (row["state"], row["reason"]) == ("pending", None)


async def test_an_urgent_notice_takes_the_place_of_what_its_dossier_had_waiting(postgres_url: str) -> None:
    deadline = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    async with Bridge.open(postgres_url, LIMITED) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(5)])
        code = new_code()
        await bridge.take([raw_event(code, 2)])
        await bridge.take([raw_event(code, 5, minute=1, supplement={"items": ["Ảnh"], "deadline": deadline})])
        older, newer = await bridge.notices(code)
        assert (older["state"], older["reason"]) == ("superseded", "overtaken")
        assert (newer["state"], newer["replaces"]) == ("pending", 1)


async def test_a_merged_message_that_failed_stands_on_the_officers_list_with_its_dossiers(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, LIMITED) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(5)])
        codes = sorted(new_code() for _ in range(2))
        agency = {"code": "H17.33.2", "name": "UBND phường Hải Châu"}
        await bridge.take([raw_event(code, 2, agency=agency) for code in codes])
        await bridge.rows("UPDATE notices SET due_at = now() WHERE state = 'held' RETURNING 1 AS done")
        assert await merge_due(bridge.database, CIPHER, Digests(hotline="1022", zone=ZONE)) == 1
        await bridge.rows("UPDATE notices SET state = 'failed' WHERE kind = 'digest' RETURNING 1 AS done")
        for unit in (None, "H17.33.2", "hải châu"):
            (row,) = await dead_ends.undelivered(bridge.database, unit=unit)
            assert (row.kind, row.dossier_code) == ("digest", ", ".join(codes))
            assert (row.agency_code, row.agency_name) == (agency["code"], agency["name"])
        assert not await dead_ends.undelivered(bridge.database, unit="H17.33.9")


async def test_without_a_limit_and_by_default_any_number_goes(postgres_url: str) -> None:
    async with Bridge.open(postgres_url) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(30)])
        assert await _summary(bridge) == {("pending", None): 30}


def _today_off() -> IntakeConfig:
    today = datetime.now(ZONE).date()
    days = frozenset({today, today + timedelta(days=1)})  # midnight may come during the test
    return replace(CONFIG, calendar=WorkCalendar(days), release_spread_seconds=0, quiet_hours=QuietHours())


async def test_a_holiday_holds_as_the_night_does(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, _today_off()) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 2)])
        (row,) = await bridge.notices(code)
        assert (row["state"], row["reason"]) == ("held", "quiet_hours")
        assert row["due_at"].astimezone(ZONE).time() == time(0)


async def test_the_deadline_of_papers_that_came_wakes_nobody(postgres_url: str) -> None:
    deadline = (datetime.now(UTC) + timedelta(hours=5)).isoformat()
    async with Bridge.open(postgres_url, _today_off()) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 2, supplement={"items": ["Ảnh"], "deadline": deadline})])
        (row,) = await bridge.notices(code)
        assert (row["kind"], row["state"], row["urgent_until"]) == ("accepted", "held", None)


async def test_who_has_just_submitted_is_answered_on_a_holiday_too(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, _today_off()) as bridge:
        fresh, old = new_code(), new_code()
        now = datetime.now(UTC)
        await bridge.take([raw_event(fresh, 1, submitted_at=now.isoformat())])
        await bridge.take([raw_event(old, 1, submitted_at=(now - timedelta(hours=1)).isoformat())])
        ((answered,), (waits,)) = await bridge.notices(fresh), await bridge.notices(old)
        assert (answered["state"], waits["state"]) == ("pending", "held")
        assert timedelta(minutes=9) < answered["urgent_until"] - now < timedelta(minutes=11)


async def test_one_phones_notices_of_a_night_go_out_at_the_same_moment(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, replace(_today_off(), release_spread_seconds=900)) as bridge:
        await bridge.take([raw_event(new_code(), 2) for _ in range(3)])
        await bridge.take([raw_event(new_code(), 2, **_applicant("0905000002"))])
        rows = await bridge.rows("SELECT due_at, count(*) AS n FROM notices GROUP BY due_at ORDER BY n")
        assert [row["n"] for row in rows] == [1, 3]
