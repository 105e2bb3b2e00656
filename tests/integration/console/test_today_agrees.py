"""What Today counts is what the pages behind its lines show, and its first view waits for nothing that takes long."""

import asyncio
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from console import today_figures
from storage import figures
from tests.integration.console.talk_rows import dossier, link, person, waiting
from tests.integration.console.test_today import add_notice, fill_broadcast
from tests.office import Office

WARD = "H17.33.2"


def task(count: int, path: str, words: str) -> str:
    return f'<span class="task-count">{count}</span>\n<span><a href="{path}">{words}</a>'


async def add_ticket(office: Office, **columns: Any) -> None:
    """Feedback whose promised time is over."""
    values = {"number": f"PA-{uuid.uuid4().hex[:8]}", "due_at": datetime.now(UTC) - timedelta(days=1)} | columns
    await office.database.fetch(
        f"INSERT INTO tickets (kind, {', '.join(values)}) VALUES ('feedback', {', '.join(f'%({v})s' for v in values)})"
        " RETURNING id",
        values,
    )


async def test_a_ward_counts_the_people_who_wait_for_it_and_its_overdue_feedback(office: Office) -> None:
    asks = await person(office, "asks")
    mine = await dossier(office, "H17.33.2-260901-0001", WARD)
    await link(office, asks, mine)
    await waiting(office, asks)
    await add_ticket(office, unit_code=f"{WARD}.1")
    await add_ticket(office, dossier_id=mine)
    await add_ticket(office, unit_code="H18.1", dossier_id=mine)  # put elsewhere
    await add_ticket(office, unit=WARD)  # only speaks of the ward: nobody put it there
    ward = (await (await office.sign_in("ward", (WARD, "author"))).get("/console/")).text
    assert task(1, "/console/conversations", "người dân đang chờ cán bộ") in ward
    assert task(2, "/console/tickets", "phản ánh quá hạn trả lời") in ward
    city = (await (await office.sign_in("city", ("*", "author"))).get("/console/")).text
    assert task(4, "/console/tickets", "phản ánh quá hạn trả lời") in city


async def test_what_a_broadcast_could_not_deliver_is_in_its_report_and_not_among_the_tasks(office: Office) -> None:
    await fill_broadcast(office, {"failed": 3}, cost_vnd=0)
    for _ in range(3):
        await add_notice(office, None, lane="broadcast", state="failed", broadcast_id=1)
    await add_notice(office, WARD, state="failed")
    for login, unit in (("city", "*"), ("ward", WARD)):
        text = (await (await office.sign_in(login, (unit, "viewer"))).get("/console/")).text
        assert task(1, "/console/undelivered", "tin chưa tới người nhận") in text


async def test_a_message_that_said_several_is_a_task_of_each_ward_that_it_speaks_of(office: Office) -> None:
    digest = uuid.uuid4()
    await add_notice(office, None, id=digest, kind="digest", state="failed", recipient_hash=b"a")
    await add_notice(office, WARD, state="superseded", merged_into=digest, recipient_hash=b"a")
    for login, unit, is_theirs in (("ward", WARD, True), ("elsewhere", "H18", False)):
        text = (await (await office.sign_in(login, (unit, "viewer"))).get("/console/")).text
        assert (task(1, "/console/undelivered", "tin chưa tới người nhận") in text) is is_theirs


async def test_the_month_is_counted_once_for_all_units(office: Office) -> None:
    today = datetime.now(office.settings.zone).replace(hour=0, minute=0, second=0, microsecond=0)
    for unit, cost in ((WARD, 100), (f"{WARD}.1", 20), ("H17.33.20", 3), (None, 4000)):
        await add_notice(office, unit, cost_vnd=cost, created_at=today - timedelta(minutes=1))
        await add_notice(office, unit, cost_vnd=cost, created_at=today)
    spent = await figures.spent(office.database, since=today - timedelta(days=1), until=today)
    assert spent == {WARD: 100, f"{WARD}.1": 20, "H17.33.20": 3, None: 4000}


async def test_the_first_view_does_not_wait_for_the_month(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """It took up to 3.9 seconds where the month had some hundred thousand messages."""
    monkeypatch.setattr(today_figures, "MONTH_PATIENCE_SECONDS", 0)
    ward = await office.sign_in("ward", (WARD, "viewer"))
    assert "Tháng này –, ước cả tháng –" in (await ward.get("/console/")).text
    async with asyncio.timeout(5):
        while "Tháng này 0 đ" not in (await ward.get("/console/")).text:
            await asyncio.sleep(0.02)
