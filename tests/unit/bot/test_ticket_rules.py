"""What citizens are promised: working days, office hours, the queue; and pictures made small."""

import io
from datetime import datetime, time
from zoneinfo import ZoneInfo

import pytest
from PIL import Image

from bot.feedback.photos import MAX_SIDE_PIXELS, shrink
from bot.linking.pictures import UnreadablePicture
from bot.ticket_rules import TicketRules
from dossiers.calendar import WorkCalendar

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")
RULES = TicketRules(officer_calendar=WorkCalendar(), minutes_a_chat=10)


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=ZONE)


def test_the_laws_times_are_working_days() -> None:
    monday = at(2, 8)
    assert RULES.due_after(monday, RULES.refuse_days) == at(4, 8)
    assert RULES.due_after(monday, RULES.supplement_days) == at(9, 8)
    assert RULES.due_after(monday, RULES.resolve_days) == at(23, 8)


def test_new_year_holidays_do_not_count() -> None:
    assert RULES.due_after(at(13, 8, month=2), 2) == at(24, 8, month=2)


def test_in_office_hours_officers_are_there() -> None:
    assert RULES.opens_at(at(2, 8)) == at(2, 8)
    assert RULES.opens_at(at(2, 12)) == at(2, 13, 30)
    assert RULES.opens_at(at(2, 18)) == at(3, 7, 30)
    assert RULES.opens_at(at(7, 9)) == at(9, 7, 30)  # a Saturday


@pytest.mark.parametrize(
    ("place", "measured", "minutes"), [(1, None, 10), (3, None, 30), (1, 2.0, 5), (4, 7.0, 30), (1, 0.1, 5)]
)
def test_the_wait_follows_the_queue_and_is_never_at_once(place: int, measured: float | None, minutes: int) -> None:
    assert RULES.minutes_until(place, measured) == minutes


def test_more_officers_make_it_shorter() -> None:
    assert RULES.model_copy(update={"officers": 2}).minutes_until(6, None) == 30


def test_a_promise_counts_office_hours_only() -> None:
    assert RULES.promise(at(2, 8), 1, None) == at(2, 8, 10)
    assert RULES.promise(at(2, 11, 25), 1, None) == at(2, 13, 35)
    assert RULES.promise(at(6, 17, 25), 3, None) == at(9, 7, 55)
    assert RULES.promise(at(2, 22), 1, None) == at(3, 7, 40)


def test_own_hours_of_officers_count() -> None:
    evening = WorkCalendar(office_hours=((time(18), time(21)),))
    rules = RULES.model_copy(update={"officer_calendar": evening})
    assert rules.promise(at(2, 8), 1, None) == at(2, 18, 10)


def picture(size: tuple[int, int], kind: str = "JPEG", **options: object) -> bytes:
    made = io.BytesIO()
    Image.effect_noise(size, 90).convert("RGB").save(made, kind, **options)
    return made.getvalue()


def test_a_photo_becomes_small_and_forgets_where_it_was_taken() -> None:
    exif = Image.Exif()
    exif[0x010F] = "Camera of Kiểm Thử"
    exif.get_ifd(0x8825)[1] = "N"
    small = shrink(picture((2400, 1200), exif=exif), 2 << 20)
    with Image.open(io.BytesIO(small)) as made:
        assert made.format == "JPEG"
        assert max(made.size) == MAX_SIDE_PIXELS
        assert not made.getexif()
    assert "Kiểm".encode() not in small


@pytest.mark.parametrize("kind", ["PNG", "WEBP", "GIF"])
def test_every_kind_becomes_a_jpeg(kind: str) -> None:
    with Image.open(io.BytesIO(shrink(picture((64, 64), kind), 2 << 20))) as made:
        assert made.format == "JPEG"


def test_what_does_not_become_small_enough_is_refused() -> None:
    with pytest.raises(UnreadablePicture):
        shrink(picture((800, 800)), 1000)


def test_what_is_no_picture_is_refused() -> None:
    with pytest.raises(UnreadablePicture):
        shrink(b"GIF89a and no more", 2 << 20)
