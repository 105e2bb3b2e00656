"""Days off are declared in the console and hold at once: for what is sent, for what is promised, for whom it is."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from dossiers.calendar import WorkCalendar
from dossiers.city_days import CityDays
from hoso.chat import chat_config
from hoso.day_keeper import DayKeeper
from hoso.settings import load_settings
from storage import audit
from storage.database import Database
from tests.integration.console import dossier_town
from tests.integration.console.talk_rows import EVIL
from tests.office import Desktop, Office, open_office

HEAD = ("*", "administrator")
WARD, NEIGHBOUR = dossier_town.HAI_CHAU, dossier_town.THANH_KHE
DAYS = "/console/admin/days"
STORM = "Bão số 12, công văn 34/UBND"


@pytest.fixture
async def office(postgres_url: str, redis_url: str, data_dir: Path) -> AsyncIterator[Office]:
    async with open_office(postgres_url, redis_url, data_dir, holidays_defer=True, quiet_hours="off") as opened:
        yield opened


def ahead(office: Office, days: int) -> date:
    return datetime.now(office.settings.zone).date() + timedelta(days=days)


def weekday_ahead(office: Office) -> date:
    """An ordinary working day in a few weeks."""
    calendar = office.settings.work_calendar
    return next(day for day in (ahead(office, n) for n in range(20, 60)) if calendar.is_working_day(day))


def form(first: date | str, kind: str = "off", **fields: Any) -> dict[str, str]:
    return {"first": str(first), "kind": kind, "reason": STORM} | {name: str(value) for name, value in fields.items()}


async def declared(office: Office) -> list[tuple[str, str, bool]]:
    rows = await office.database.fetch("SELECT day, unit, worked FROM calendar_days ORDER BY day, unit")
    return [(row["day"].isoformat(), row["unit"], row["worked"]) for row in rows]


async def notice(office: Office, number: int) -> dict[str, Any]:
    """What intake makes of an event of now, in the settings of this office."""
    code = dossier_town.code_in(WARD, number)
    await dossier_town.take(office, dossier_town.event(code, 2, applicant={"name": "A", "phone": f"0905{number:06}"}))
    [row] = await office.database.fetch("SELECT * FROM notices WHERE dossier_code = %(code)s", {"code": code})
    return row


async def test_a_storm_day_holds_notices_moves_promises_and_lets_go_when_it_is_taken_back(office: Office) -> None:
    head, today = await office.sign_in("head", HEAD), ahead(office, 0)
    rules, zone = chat_config(office.settings), office.settings.zone
    if office.settings.work_calendar.is_holiday(today):  # whenever this runs, it begins on a day like any other
        await head.post(DAYS, form(today, "worked"))
    assert (await notice(office, 1))["state"] == "pending"
    await office.database.fetch("DELETE FROM calendar_days RETURNING day")
    answer = await head.post(DAYS, form(today, last=f"{ahead(office, 2):%d/%m/%Y}"))
    assert "Đã công bố" in answer.text
    assert STORM in answer.text
    held = await notice(office, 2)
    assert (held["state"], held["reason"]) == ("held", "quiet_hours")
    assert held["due_at"].astimezone(zone).date() >= ahead(office, 3)
    assert rules.calendar.is_holiday(today)
    assert rules.tickets.opens_at(datetime.now(zone)).date() >= ahead(office, 3)
    for back in range(3):
        assert (await head.post(f"{DAYS}/take-back", {"day": str(ahead(office, back)), "unit": "*"})).status == 200
    [again] = await office.database.fetch("SELECT due_at FROM notices WHERE id = %(id)s", {"id": held["id"]})
    assert again["due_at"] < datetime.now(UTC) + timedelta(seconds=16)
    assert await declared(office) == []


async def test_a_day_worked_instead_lets_go_what_waited_for_the_end_of_the_holiday(office: Office) -> None:
    head, today = await office.sign_in("head", HEAD), ahead(office, 0)
    await head.post(DAYS, form(today))
    held = await notice(office, 1)
    assert held["state"] == "held"
    contrary = await head.post(DAYS, form(today, "worked"))
    assert (contrary.status, "ngược lại" in contrary.text) == (422, True)
    await office.database.fetch("DELETE FROM calendar_days RETURNING day")  # as if the law or the settings had said it
    await head.post(DAYS, form(today, "worked"))
    [again] = await office.database.fetch("SELECT due_at FROM notices WHERE id = %(id)s", {"id": held["id"]})
    assert again["due_at"] < datetime.now(UTC) + timedelta(seconds=16)
    assert (await notice(office, 2))["state"] == "pending"


async def test_a_unit_s_day_is_the_unit_s_alone(office: Office) -> None:
    ward, day = await office.sign_in("ward", (WARD, "administrator")), weekday_ahead(office)
    page = (await ward.get(DAYS)).text
    assert f'value="{WARD}" selected' in page, "where one administers stands in the form already"
    assert 'value="*"' not in page
    assert (await ward.post(DAYS, form(day, unit=f"{WARD}.1"))).status == 200
    assert await declared(office) == [(day.isoformat(), f"{WARD}.1", False)]
    calendar = office.settings.work_calendar
    assert [calendar.is_working_day(day, unit) for unit in (f"{WARD}.1", WARD, None)] == [False, True, True]
    refused = [await ward.post(DAYS, form(day, unit=unit)) for unit in ("", "*", NEIGHBOUR, "H17.33", f"{WARD}0")]
    assert [answer.status for answer in refused] == [422] * 5
    assert "Chỉ quản trị toàn thành phố" in refused[0].text
    other = await office.sign_in("other", (NEIGHBOUR, "administrator"))
    assert STORM not in (await other.get(DAYS)).text
    for unit in (f"{WARD}.1", "*"):
        assert (await other.post(f"{DAYS}/take-back", {"day": str(day), "unit": unit})).status == 404
    viewer = await office.sign_in("viewer", ("*", "viewer"), ("*", "author"), ("*", "approver"))
    assert [(await viewer.get(DAYS)).status, (await viewer.post(DAYS, form(day))).status] == [403, 403]
    assert len(await declared(office)) == 1
    row = (await audit.search(office.database, limit=1))[0]
    assert (row.actor, row.action, row.object, row.unit) == (
        "officer:ward",
        "day.declare",
        day.isoformat(),
        f"{WARD}.1",
    )
    assert row.detail == {"kind": "off", "days": [day.isoformat()]}
    assert STORM not in str(row), "free text stays out of what is kept for good"


async def test_the_same_twice_and_at_once_is_one_day_and_one_line_of_the_log(office: Office) -> None:
    head, day = await office.sign_in("head", HEAD), weekday_ahead(office)
    answers = await asyncio.gather(*(head.post(DAYS, form(day)) for _ in range(5)))
    assert [answer.status for answer in answers] == [200] * 5
    assert "công bố như vậy từ trước" in (await head.post(DAYS, form(day))).text
    longer = await head.post(DAYS, form(day, last=day + timedelta(days=1), reason="Gia hạn"))
    assert f"Đã công bố: {day + timedelta(days=1):%d/%m/%Y}." in longer.text, "the day before stays as it was"
    back = [await head.post(f"{DAYS}/take-back", {"day": str(day), "unit": "*"}) for _ in range(2)]
    assert ["Đã gỡ bỏ:" in answer.text for answer in back] == [True, False]
    rows = await audit.search(office.database, action="day.")
    assert [row.action for row in rows] == ["day.take_back", "day.declare", "day.declare"]
    assert {row.unit for row in rows} == {None}


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"first": ""}, "Mời ghi ngày dạng"),
        ({"first": "32/13/2026"}, "Mời ghi ngày dạng"),
        ({"last": "ngày mai"}, "Mời ghi ngày dạng"),
        ({"first": "2020-01-02"}, "đã qua"),
        ({"first": "9999-12-31"}, "Không quá 400 ngày"),
        ({"last": "2020-01-02"}, "phải sau ngày đầu"),
        ({"last": "9999-12-31"}, "không quá 31 ngày"),
        ({"kind": "maybe"}, "nghỉ hay làm việc"),
        ({"reason": "  "}, "Mời ghi lý do"),
        ({"reason": "x" * 201}, "Mời ghi lý do"),
        ({"unit": "<b>"}, "&lt;b&gt;"),
    ],
)
async def test_a_form_that_makes_no_sense_is_given_back_as_typed(
    office: Office, fields: dict[str, str], says: str
) -> None:
    head = await office.sign_in("head", HEAD)
    answer = await head.post(DAYS, form(ahead(office, 5)) | {"reason": STORM} | fields)
    assert (answer.status, says in answer.text) == (422, True)
    assert "<b>" not in answer.text.partition('role="alert"')[2].partition("</div>")[0]
    assert "reason" in fields or STORM in answer.text
    assert await declared(office) == []
    assert await audit.search(office.database, action="day.") == []


async def test_the_past_stays_as_it_was_and_words_are_never_markup(office: Office) -> None:
    head, yesterday = await office.sign_in("head", HEAD), ahead(office, -1)
    await office.database.fetch(
        "INSERT INTO calendar_days (day, unit, worked, reason, officer) VALUES (%(day)s, '', false, 'x', 'y')"
        " RETURNING day",
        {"day": yesterday},
    )
    for day in (str(yesterday), "x", ""):
        assert (await head.post(f"{DAYS}/take-back", {"day": day, "unit": "*"})).status == 404
    assert len(await declared(office)) == 1
    answer = await head.post(DAYS, form(weekday_ahead(office), reason=EVIL))
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text
    assert f"{yesterday:%d/%m/%Y}" not in answer.text


async def test_the_days_of_the_law_and_of_the_settings_stand_beside_those_declared(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    ahead_days = (datetime.now(UTC).date() + timedelta(days=n) for n in range(9, 40))
    own = next(day for day in ahead_days if not WorkCalendar().is_holiday(day))
    async with open_office(postgres_url, redis_url, data_dir, holidays=str(own)) as office:
        head = await office.sign_in("head", HEAD)
        text = (await head.get(DAYS)).text
        assert "Quốc khánh" in text
        assert "HOSO_HOLIDAYS_DEFER" in text, "with the emulator nothing waits, and the page says so"
        assert "Không áp dụng" not in text
        await head.post(DAYS, form(own, "worked"))
        assert await _line(head, own) == ["Không áp dụng", "Làm việc"]


async def _line(desktop: Desktop, day: date) -> list[str]:
    """The badges of a day's lines, in their order."""
    rows = (await desktop.get(DAYS)).text.split("<tr>")
    return [
        row.partition('class="badge')[2].partition(">")[2].partition("<")[0] for row in rows if f"{day:%d/%m/%Y}" in row
    ]


async def test_another_process_knows_within_seconds_and_forgets_nothing_while_the_database_is_away(
    office: Office, data_dir: Path
) -> None:
    head, day = await office.sign_in("head", HEAD), weekday_ahead(office)
    other = load_settings(data_dir=data_dir)
    keeper = DayKeeper(office.database, other.city_days)
    await keeper.freshen()
    await head.post(DAYS, form(day))
    await keeper.freshen()
    assert not other.work_calendar.is_holiday(day), "it looks every few seconds, not at every turn"
    running = asyncio.create_task(keeper.run())
    try:
        async with asyncio.timeout(10):
            while not other.work_calendar.is_holiday(day):
                await asyncio.sleep(0.01)
    finally:
        running.cancel()
    days: CityDays = other.city_days
    async with Database("postgresql://127.0.0.1:9/away", timeout_seconds=0.2) as away:
        await DayKeeper(away, days).freshen()
    assert other.work_calendar.is_holiday(day)
