"""Citizens ask about procedures, fees, places: what the phone shows, from the sample catalogue."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bot.catalogue.samples import import_samples
from bot.texts import fees, places, procedures
from dossiers.calendar import WorkCalendar
from dossiers.city_days import CITY
from storage import calendar_days
from storage.places import Unit, store
from storage.procedures import Procedure
from storage.procedures import store as store_procedures
from tests.integration.bot.town import Phone, Town

SOURCE = "Nguồn: Cổng Dịch vụ công quốc gia (dichvucong.gov.vn)"


@pytest.fixture
async def hall(town: Town) -> Town:
    """The town with the sample catalogue."""
    await import_samples(town.database)
    return town


def buttons(message: Mapping[str, Any]) -> list[str]:
    return [one["title"] for one in (message.get("content") or {}).get("buttons") or []]


async def ask(phone: Phone, text: str) -> tuple[str, list[str]]:
    """What is answered, and the buttons under it."""
    (message,) = await phone.sends({"text": text})
    return message["text"], buttons(message)


async def test_a_procedure_is_found_told_and_asked_on_about(hall: Town) -> None:
    an = await hall.person("0905123456")
    told, offered = await ask(an, "Vợ em mới sinh, làm giấy khai sinh cho cháu cần những giấy tờ gì ạ")
    assert told.startswith("Đăng ký khai sinh (mã 1.001193)")
    assert "1. Tờ khai đăng ký khai sinh" in told
    assert "nhận sau 15 giờ" in told
    assert "Chỉ miễn trong những trường hợp" in told
    assert "trực tuyến tại dichvucong.gov.vn" in told
    assert SOURCE in told
    assert "Dữ liệu: 07/2026." in told
    assert procedures.VI.fee_button in offered
    # What follows is about the same procedure.
    (fee,) = await an.presses(procedures.VI.fee_button)
    assert fee.startswith("Phí, lệ phí: Đăng ký khai sinh")
    (where,) = await an.says("#where 1.001193")
    assert "Trung tâm Phục vụ hành chính công phường, xã" in where
    assert "07:30–11:30, 13:30–17:30" in where
    # Several fit: a button each, and a way out of it.
    which, choices = await ask(an, "#procedures gia hạn")
    assert which == procedures.VI.which
    assert "Gia hạn tạm trú" in choices
    assert choices[-1] == procedures.VI.none_of_these
    (shown,) = await an.presses("Gia hạn tạm trú")
    assert "mã 1.002755" in shown
    assert "Bộ Công an" in shown
    # The name is asked for and given; what is not in the catalogue is not made up.
    assert await an.says("#procedures") == [procedures.VI.ask]
    (told,) = await an.says("đăng ký kết hôn")
    assert told.startswith("Đăng ký kết hôn (mã 1.000894)")
    (nothing,) = await an.says("#procedures xin visa đi Mỹ")
    assert nothing == procedures.VI.nothing.format(hotline="1022")
    (gone,) = await an.says("#papers 9.9'; DROP TABLE procedures")
    assert "Không có thủ tục" in gone
    # An entry that was compared with nothing says so, and old names are still told.
    (unverified,) = await an.says("#papers 1.014028")
    assert procedures.VI.unverified in unverified
    assert procedures.VI.no_papers in unverified
    await store_procedures(hall.database, [], replace=True)
    (retired,) = await an.says("#papers 1.001193")
    assert procedures.VI.retired in retired


async def test_fees_are_said_as_the_source_says_them(hall: Town) -> None:
    an = await hall.person("0905123456")
    (general,) = await an.says("#fee")
    assert general == f"{fees.VI.paying.format(domain='dichvucong.gov.vn')}\n{fees.VI.ask}"
    (local,) = await an.says("xác nhận tình trạng hôn nhân")
    assert "miễn cho gia đình có công, hộ nghèo" in local
    assert fees.VI.local in local
    assert "miễn phí" not in local.lower()
    (amounts,) = await an.says("#fee 1.004222")
    assert "20.000 đồng (trực tiếp), 10.000 đồng (trực tuyến)" in amounts
    assert "Dữ liệu: 07/2026." in amounts
    (unknown,) = await an.says("#fee 3.000333")
    assert "miễn phí" not in unknown.lower()
    assert fees.VI.unknown.format(hotline="1022") in unknown
    (ended,) = await an.says("#fee 3.000347")
    assert "đến 31/12/2025 đã hết hạn" in ended


async def test_a_long_procedure_is_read_on_page_by_page(hall: Town) -> None:
    an = await hall.person("0905123456")
    long = Procedure(
        code="1.999999",
        name="Thủ tục rất dài",
        short_name="Thủ tục rất dài",
        papers=tuple(f"Giấy tờ thứ {number}: " + "nội dung " * 25 for number in range(1, 21)),
        source="Cổng",
        as_of="2026-07",
    )
    await store_procedures(hall.database, [long])
    (first,) = await an.says("#papers 1.999999")
    assert "1. Giấy tờ thứ 1:" in first
    assert "20. Giấy tờ" not in first
    (second,) = await an.presses(procedures.VI.more)
    assert second.startswith("Thủ tục rất dài (phần 2/3)")
    (third,) = await an.presses(procedures.VI.more)
    assert "20. Giấy tờ thứ 20:" in third
    assert "Nguồn: Cổng." in third
    assert max(map(len, (first, second, third))) <= 2000
    assert await an.says("#papers 1.999999 345") == [third]


async def test_places_hours_positions_and_what_became_of_districts(hall: Town) -> None:
    an = await hall.person("0905123456")
    told, offered = await ask(an, "#where")
    assert "24 Trần Phú, phường Hải Châu" in told
    assert "thứ Hai đến thứ Sáu 07:30–11:30, 13:30–17:30" in told
    assert places.VI.ask_place in told
    assert offered == ["Gọi 1022"]
    ward, _ = await ask(an, "phường Hòa Khánh ở đâu, địa chỉ chỗ nào ạ")
    assert ward.startswith("Phường Hòa Khánh.")
    assert places.VI.no_address.format(hotline="1022") in ward
    former, choices = await ask(an, "địa chỉ quận Liên Chiểu ở đâu")
    assert "không còn từ 1/7/2025" in former
    assert choices == ["Phường Liên Chiểu", "Phường Hòa Khánh", "Phường Hải Vân"]
    (shown,) = await an.presses("Phường Hải Vân")
    assert shown.startswith("Phường Hải Vân.")
    police, _ = await ask(an, "#where công an")
    assert "thứ Bảy 07:30–11:30" in police
    await store(
        hall.database,
        [
            Unit(code="u1", name="Nơi gần", kind="office", latitude=16.05, longitude=108.2, source="x"),
            Unit(code="u2", name="Nơi xa", kind="office", latitude=10.8, longitude=106.7, source="x"),
        ],
    )
    (near,) = [m["text"] for m in await an.sends({"location": {"latitude": 16.059, "longitude": 108.2}})]
    assert "1. Nơi gần, cách khoảng 1,0 km." in near
    assert "2. Trung tâm Phục vụ hành chính công" in near
    assert "Nơi xa" not in near
    (away,) = [m["text"] for m in await an.sends({"location": {"latitude": 48.85, "longitude": 2.35}})]
    assert places.VI.nothing_near.format(hotline="1022") in away


async def test_days_are_answered_and_english_is_spoken(hall: Town) -> None:
    ben = await hall.person("0905123457", name="Ben", language="en")
    told, offered = await ask(ben, "#papers 1.001193")
    assert told.startswith("Đăng ký khai sinh (code 1.001193)")
    assert procedures.EN.source_language in told
    assert "Source: Cổng Dịch vụ công quốc gia" in told
    assert procedures.EN.fee_button in offered
    (fee,) = await ben.says("#fee 1.011607")
    assert fees.EN.free in fee
    (where,) = await ben.says("#where")
    assert "Monday to Friday 07:30–11:30, 13:30–17:30" in where
    an = await hall.person("0905123456")
    calendar = hall.settings.work_calendar
    saturday = datetime.now(UTC).date() + timedelta(days=(5 - datetime.now(UTC).weekday()) % 7 + 7)
    asked = f"ngày {saturday.day}/{saturday.month}/{saturday.year} phường có làm việc không"
    (closed,) = await an.says(asked)
    assert f"{saturday:%d/%m/%Y}: " in closed
    assert "không làm việc" in closed or "nghỉ lễ" in closed
    # A storm day is declared while everything runs, and the assistant knows within seconds.
    monday = next(day for day in (saturday + timedelta(days=2 + n) for n in range(14)) if calendar.is_working_day(day))
    async with hall.database.transaction() as connection:
        await calendar_days.declare(connection, CITY, [monday], worked=False, reason="bão", officer="lan")
    await hall.until(lambda: _is_off(calendar, monday), "the storm day", seconds=10)
    (closed,) = await an.says(f"ngày {monday.day}/{monday.month}/{monday.year} phường có làm việc không")
    assert f"{monday:%d/%m/%Y}: không làm việc" in closed


async def _is_off(calendar: WorkCalendar, day: date) -> bool:
    return not calendar.is_working_day(day)
