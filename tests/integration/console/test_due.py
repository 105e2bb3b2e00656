"""Due and late dossiers, and the apology with its new date (docs: public-services 6.1, 7)."""

import asyncio
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bot.texts.dossier import is_late
from console.dossiers.due import end_of_next_working_day
from dossiers.calendar import WorkCalendar
from storage import dossiers
from storage.notices import CONTENT_COLUMN
from tests.integration.console.dossier_town import (
    HAI_CHAU,
    NAME,
    PHONE,
    THANH_KHE,
    audited,
    code_in,
    event,
    notices_of,
    take,
)
from tests.office import Answer, Desktop, Office, open_office

CODE = code_in(HAI_CHAU, 1)
APOLOGY = f"/console/due/{CODE}/apology"


def working_day(office: Office, ahead: int = 5) -> str:
    """A working day that lies so many days ahead, or some more."""
    calendar, day = office.settings.work_calendar, date.today() + timedelta(days=ahead)
    while not calendar.is_working_day(day):
        day += timedelta(days=1)
    return day.isoformat()


async def late(office: Office, code: str = CODE, days: float = 2, status: int = 4, **data: object) -> datetime:
    """Take in a dossier that is late by so many days (negative: due then); return its date."""
    due = (datetime.now(UTC) - timedelta(days=days)).replace(microsecond=0)
    await take(office, event(code, status, due_at=due.isoformat(), **data))
    return due


async def confirm(lan: Desktop, due: datetime, day: str, reason: str = "Cần thẩm tra thêm.", **more: str) -> Answer:
    fields = {"step": "confirm", "seen": due.isoformat(), "day": day, "reason": reason, **more}
    return await lan.post(APOLOGY, fields)


async def test_the_list_has_what_is_late_or_due_by_the_end_of_the_next_working_day(office: Office) -> None:
    soon = end_of_next_working_day(datetime.now(UTC), office.settings.work_calendar, office.settings.zone)
    until_then = (datetime.now(UTC) - soon).total_seconds() / 86_400
    await late(office, code_in(HAI_CHAU, 1), days=10)
    await late(office, code_in(HAI_CHAU, 2), days=until_then + 0.01)
    await late(office, code_in(HAI_CHAU, 3), days=until_then - 0.01)  # a day too far
    for number, status in enumerate((1, 3, 5, 6, 7, 8, 9, 10), 4):  # not at work: the clock stands, or it is over
        await late(office, code_in(HAI_CHAU, number), status=status)
    await late(office, code_in(THANH_KHE, 1))
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    text = (await lan.get("/console/due")).text
    listed = re.findall(r"H17\.33\.\d-260302-\d{4}</a>", text)
    assert [code[:-4] for code in listed] == [code_in(HAI_CHAU, 1), code_in(HAI_CHAU, 2)]
    assert "Đã trễ (1)" in text
    assert "Sắp đến hạn (1)" in text
    assert "ngày làm việc" in text
    assert "Xin lỗi và hẹn lại<" not in text  # a viewer
    only_late = (await lan.get("/console/due", which="late")).text
    assert code_in(HAI_CHAU, 2) not in only_late
    theirs = (await lan.get("/console/due", unit=THANH_KHE)).text
    assert "260302" not in theirs


def test_a_friday_is_followed_by_monday_and_a_holiday_is_no_working_day() -> None:
    calendar, zone = WorkCalendar(holidays=frozenset({date(2026, 3, 9)})), ZoneInfo("UTC")
    friday = datetime(2026, 3, 6, 9, tzinfo=UTC)
    assert end_of_next_working_day(friday, calendar, zone) == datetime(2026, 3, 11, tzinfo=UTC)
    assert end_of_next_working_day(friday, WorkCalendar(), zone) == datetime(2026, 3, 10, tzinfo=UTC)


async def test_pages_follow_each_other_by_key_in_both_orders(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("console.dossiers.due.PAGE_LINES", 2)
    same = datetime.now(UTC).replace(microsecond=0) - timedelta(days=3)
    codes = [code_in(HAI_CHAU, number) for number in range(1, 6)]
    await take(office, *(event(code, 4, due_at=same.isoformat()) for code in codes))
    lan = await office.sign_in("lan", (HAI_CHAU, "viewer"))
    for sort in ("", "newest"):
        found, where = [], f"/console/due?sort={sort}"
        while where:
            text = (await lan.client.get(office.url(where)).__aenter__()).text
            page = await text()
            found += [code[:-4] for code in re.findall(r"H17\.33\.2-260302-\d{4}</a>", page)]
            following = re.search(r'rel="next" href="([^"]+)"', page)
            where = following[1].replace("&amp;", "&") if following else ""
        assert found == (codes[::-1] if sort else codes)


async def test_the_system_prepares_the_apology_and_shows_it_as_the_phone_does(office: Office) -> None:
    await late(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    text = (await lan.get(APOLOGY)).text
    day = re.search(r'type="date" value="([^"]+)"', text)
    assert day is not None
    assert date.fromisoformat(day[1]) > date.today()
    assert office.settings.work_calendar.is_working_day(date.fromisoformat(day[1]))
    for words in ("Xin lỗi vì chậm trả kết quả", "Hồ sơ cần thêm thời gian để thẩm tra.", "đã quá thời điểm đó", CODE):
        assert words in text, words
    assert NAME not in text
    assert await notices_of(office, CODE) == [] or all(
        one["kind"] != "apology" for one in await notices_of(office, CODE)
    )


async def test_a_confirmed_apology_is_one_more_notice_and_moves_the_date(office: Office) -> None:
    due = await late(office)
    day = working_day(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    answer = await confirm(lan, due, day)
    assert answer.where == f"/console/dossiers/{CODE}"
    assert "vào hàng gửi" in answer.text
    assert "sau thời điểm quy định" in answer.text
    first, apology = await notices_of(office, CODE)
    assert (apology["kind"], apology["lane"], apology["state"]) == ("apology", "status", "pending")
    assert (apology["ordinal"], first["ordinal"], apology["demands_action"]) == (2, 1, True)
    said = office.cipher.decrypt(apology["content_enc"], CONTENT_COLUMN)
    assert "Cần thẩm tra thêm." in said
    assert date.fromisoformat(day).strftime("%d/%m/%Y") in said
    assert NAME not in said
    assert office.rung == ["status"]
    [row] = await office.database.fetch("SELECT due_at FROM dossiers WHERE code = %(code)s", {"code": CODE})
    zone = office.settings.zone
    assert row["due_at"] == datetime.combine(date.fromisoformat(day), due.astimezone(zone).time(), zone)
    [noted] = await audited(office, "apology.confirm")
    assert (noted["object"], noted["unit"], noted["detail"]["is_after_duty"]) == (CODE, HAI_CHAU, True)
    assert CODE not in (await lan.get("/console/due")).text
    # The next date of its dossier goes on from there.
    await take(office, event(CODE, 9, ago=timedelta()))
    assert [one["ordinal"] for one in await notices_of(office, CODE)] == [1, 2, 3]


async def test_the_old_date_once_more_does_not_undo_what_was_promised(office: Office) -> None:
    """Every event carries the date: the next one brought the old one back, and all called the dossier late again."""
    due = await late(office, status=2)
    day = working_day(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    await confirm(lan, due, day)
    new = datetime.combine(date.fromisoformat(day), due.astimezone(office.settings.zone).time(), office.settings.zone)
    for status in (4, 5, 2):
        await take(office, event(CODE, status, ago=timedelta(), due_at=due.isoformat()))
    dossier = await dossiers.find(office.database, CODE)
    assert dossier
    assert dossier.due_at == new
    assert not is_late(dossier, datetime.now(UTC))
    assert CODE not in (await lan.get("/console/due")).text
    page = (await lan.get(f"/console/dossiers/{CODE}")).text
    assert "Trễ hẹn" not in page
    accepted = (await notices_of(office, CODE))[-1]
    assert accepted["kind"] == "accepted"
    said = office.cipher.decrypt(accepted["content_enc"], CONTENT_COLUMN)
    assert f"{new:%d/%m/%Y}" in said
    assert f"{due.astimezone(office.settings.zone):%d/%m/%Y}" not in said
    # Another date is news.
    other = new + timedelta(days=7)
    await take(office, event(CODE, 4, ago=timedelta(), due_at=other.isoformat()))
    moved = await dossiers.find(office.database, CODE)
    assert moved
    assert moved.due_at == other


async def test_an_apology_that_is_confirmed_while_an_event_brings_the_old_date_holds(office: Office) -> None:
    due = await late(office)
    again = event(CODE, 4, ago=timedelta(), due_at=due.isoformat())
    async with office.database.transaction() as connection:
        # The apology's own transaction, not committed yet when the event comes.
        await connection.execute("SELECT 1 FROM dossiers WHERE code = %(code)s FOR UPDATE", {"code": CODE})
        taking = asyncio.create_task(take(office, again))
        while not (await office.database.fetch(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )):  # fmt: skip
            await asyncio.sleep(0.01)
        await connection.execute(
            """WITH known AS (SELECT id, due_at FROM dossiers WHERE code = %(code)s), noted AS (
                   INSERT INTO apologies (dossier_id, due_at, new_due_at, reason, officer)
                   SELECT id, due_at, due_at + interval '9 days', 'x', 'lan' FROM known)
               UPDATE dossiers SET due_at = due_at + interval '9 days' WHERE code = %(code)s""",
            {"code": CODE},
        )
    await taking
    found = await dossiers.find(office.database, CODE)
    assert found
    assert found.due_at == due + timedelta(days=9)


async def test_late_again_is_what_misses_the_new_date_and_the_list_shows_both(office: Office) -> None:
    due = await late(office, days=2)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    zone = office.settings.zone
    next_day = end_of_next_working_day(datetime.now(UTC), office.settings.work_calendar, zone) - timedelta(days=1)
    await confirm(lan, due, next_day.date().isoformat())
    new = datetime.combine(next_day.date(), due.astimezone(zone).time(), zone)
    await take(office, event(CODE, 4, ago=timedelta(), due_at=due.isoformat()))
    for which, is_listed in (("all", True), ("soon", True), ("late", False)):
        text = (await lan.get("/console/due", which=which)).text
        assert (CODE in text) is is_listed, which
        assert "Đã trễ (0)" in text
        assert "Sắp đến hạn (1)" in text
    both = (await lan.get("/console/due")).text
    assert f"{new:%d/%m/%Y}" in both
    assert f"hẹn cũ {due.astimezone(zone):%d/%m/%Y}" in both
    # The new date passes too.
    passed = {"step": new - (datetime.now(UTC) - timedelta(days=1))}
    await office.database.fetch("UPDATE dossiers SET due_at = due_at - %(step)s RETURNING id", passed)
    await office.database.fetch("UPDATE apologies SET new_due_at = new_due_at - %(step)s RETURNING id", passed)
    text = (await lan.get("/console/due", which="late")).text
    assert CODE in text
    assert "Đã trễ (1)" in text
    assert f"hẹn cũ {due.astimezone(zone):%d/%m/%Y}" in text


async def test_clicked_twice_and_by_two_officers_at_once_it_is_sent_once(office: Office) -> None:
    due = await late(office)
    day = working_day(office)
    lan, hoa = await office.sign_in("lan", (HAI_CHAU, "author")), await office.sign_in("hoa", ("*", "author"))
    answers = await asyncio.gather(*(confirm(who, due, day) for who in (lan, hoa, lan, hoa)))
    assert sorted(answer.status for answer in answers) == [200, 409, 409, 409]
    assert [one["kind"] for one in await notices_of(office, CODE)].count("apology") == 1
    # Late again: a dossier gets a new date once.
    [moved] = await office.database.fetch(
        "UPDATE dossiers SET due_at = %(due)s WHERE code = %(code)s RETURNING due_at",
        {"due": datetime.now(UTC) - timedelta(days=1), "code": CODE},
    )
    again = await confirm(lan, moved["due_at"], day)
    assert again.status == 422
    assert "đã được hẹn lại một lần" in again.text
    assert "Đã hẹn lại một lần" in (await lan.get("/console/due")).text


@pytest.mark.parametrize("status", [3, 5, 6, 7, 8, 9, 10])
async def test_a_dossier_that_is_not_at_work_gets_no_apology(office: Office, status: int) -> None:
    due = await late(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    await take(office, event(CODE, status, ago=timedelta(), due_at=due.isoformat()))
    assert (await confirm(lan, due, working_day(office))).status == 422
    assert 'name="day"' not in (await lan.get(APOLOGY)).text
    assert all(one["kind"] != "apology" for one in await notices_of(office, CODE))


@pytest.mark.parametrize(
    ("day", "reason", "words"),
    [
        ((date.today() - timedelta(days=1)).isoformat(), "Vì vậy.", "phải sau hôm nay"),
        ("2027-02-08", "Vì vậy.", "phải là ngày làm việc"),  # the third day of Tết
        ((date.today() + timedelta(days=500)).isoformat(), "Vì vậy.", "quá xa"),
        ("tomorrow", "Vì vậy.", "Mời chọn ngày"),
        (None, "  ", "Mời ghi lý do"),
        (None, "Gọi 0905 123 456 nhé", "không được có số điện thoại"),
        (None, "Số 048099001234", "không được có số điện thoại"),
        (None, "x" * 201, "dài quá 200"),
    ],
)
async def test_a_wrong_date_or_reason_is_asked_again(office: Office, day: str | None, reason: str, words: str) -> None:
    due = await late(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    answer = await confirm(lan, due, day or working_day(office), reason)
    assert answer.status == 422
    assert words in answer.text
    assert 'href="#f-' in answer.text
    assert reason.strip() in answer.text
    assert all(one["kind"] != "apology" for one in await notices_of(office, CODE))


async def test_before_the_date_it_keeps_to_the_duty_and_the_new_date_must_be_later(office: Office) -> None:
    due = await late(office, days=-20)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    earlier = await confirm(lan, due, working_day(office, 2))
    assert "phải sau ngày hẹn cũ" in earlier.text
    answer = await confirm(lan, due, working_day(office, 30))
    assert answer.status == 200
    assert "sau thời điểm quy định" not in answer.text
    said = office.cipher.decrypt((await notices_of(office, CODE))[-1]["content_enc"], CONTENT_COLUMN)
    assert "sẽ chậm" in said


async def test_markup_in_a_reason_is_text_on_the_page_and_in_the_message(office: Office) -> None:
    due = await late(office, agency={"code": HAI_CHAU, "name": "<b>UBND</b>"})
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    evil = "<script>alert(1)</script> {{ 7 * 7 }}"
    fields = {"step": "preview", "seen": due.isoformat(), "day": working_day(office), "reason": evil}
    answer = await lan.post(APOLOGY, fields)
    assert answer.status == 200
    assert "<script>alert" not in answer.text
    assert "<b>UBND" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt; {{ 7 * 7 }}" in answer.text


async def test_a_date_that_changed_meanwhile_is_looked_at_again(office: Office) -> None:
    due = await late(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    await take(office, event(CODE, 4, ago=timedelta(), due_at=(due + timedelta(days=1)).isoformat()))
    assert (await confirm(lan, due, working_day(office))).status == 409


async def test_nobody_to_reach_puts_the_apology_on_the_officers_list(office: Office) -> None:
    due = await late(office, applicant={"name": NAME, "phone": "02363822222", "email": None})
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    answer = await confirm(lan, due, working_day(office))
    assert "cần báo người dân bằng cách khác" in answer.text
    assert "Xin lỗi và hẹn lại ngày" in (await lan.get("/console/undelivered", kind="apology")).text
    assert PHONE not in answer.text


async def test_a_held_apology_gives_way_to_the_end_of_its_dossier(office: Office) -> None:
    due = await late(office)
    lan = await office.sign_in("lan", (HAI_CHAU, "author"))
    await confirm(lan, due, working_day(office))
    await office.database.fetch(
        "UPDATE notices SET state = 'held', reason = 'quiet_hours', due_at = now() + interval '8 hours' "
        "WHERE kind = 'apology' RETURNING id"
    )
    await take(office, event(CODE, 9, ago=timedelta()))
    apology, finished = (await notices_of(office, CODE))[-2:]
    assert (apology["state"], apology["reason"]) == ("superseded", "overtaken")
    assert (finished["kind"], finished["state"]) == ("finished", "pending")


async def test_at_night_it_waits_and_the_officer_is_told(postgres_url: str, redis_url: str, data_dir: Path) -> None:
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    night = f"{now - timedelta(hours=1):%H:%M}-{now + timedelta(hours=2):%H:%M}"
    async with open_office(postgres_url, redis_url, data_dir, quiet_hours=night) as office:
        due = await late(office)
        lan = await office.sign_in("lan", (HAI_CHAU, "author"))
        assert "chờ hết giờ nghỉ" in (await lan.get(APOLOGY)).text
        assert "sẽ gửi khi hết giờ nghỉ" in (await confirm(lan, due, working_day(office))).text
        apology = (await notices_of(office, CODE))[-1]
        assert (apology["kind"], apology["state"], apology["reason"]) == ("apology", "held", "quiet_hours")
        assert office.rung == []
