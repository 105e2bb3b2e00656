"""What an officer wrote, as it may be shown; and the dossier's way, with repeats put together."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.dossier_details import MAX_LIST_CHARS, MAX_NOTE_CHARS, detail_lines
from bot.handlers.timeline import Stretch, merge, name_channel
from bot.texts import words_for
from bot.texts.status import words_of
from bot.texts.timeline import words_of as timeline_words
from dossiers import Status
from storage.timelines import Step

WORDS, FORMAT = words_of("vi"), words_for("vi").format_moment
START = datetime(2026, 3, 2, tzinfo=UTC)


def lines(status: Status, *events: dict[str, Any]) -> list[str]:
    return detail_lines(status, events, WORDS, FORMAT)


def test_a_reason_loses_its_numbers_and_its_length() -> None:
    assert lines(Status.REFUSED, {"reason": "Gọi 0905 123 456"}) == ["Lý do: Gọi [số đã ẩn]"]
    (long,) = lines(Status.STOPPED, {"reason": "thiếu giấy " * 200})
    assert len(long) <= MAX_NOTE_CHARS + len("Lý do: ")
    assert long.endswith("…")
    assert lines(Status.REFUSED) == []


def test_a_supplement_names_what_and_until_when_or_that_no_day_was_named() -> None:
    wanted = {"items": ["Tờ khai. ", " ", "Ảnh 3x4"], "deadline": "2026-03-20T17:00:00+07:00"}
    assert lines(Status.SUPPLEMENT_REQUIRED, {"supplement": wanted}) == [
        "Cần bổ sung: Tờ khai; Ảnh 3x4.",
        "Hạn bổ sung: 17:00 ngày 20/03/2026.",
    ]
    assert lines(Status.SUPPLEMENT_REQUIRED, {"supplement": {"items": []}}) == [WORDS.no_deadline]
    assert lines(Status.SUPPLEMENT_REQUIRED) == [WORDS.no_deadline]
    many = lines(Status.SUPPLEMENT_REQUIRED, {"supplement": {"items": ["giấy tờ"] * 500}})[0]
    assert len(many) < MAX_LIST_CHARS + 20


def test_each_part_comes_from_the_newest_event_that_has_it() -> None:
    newest, older = {"result": {}, "reason": None}, {"result": {"place": "Quầy 1"}}
    assert lines(Status.FINISHED, newest, older) == ["Nơi nhận kết quả: Quầy 1"]


@pytest.mark.parametrize("status", [Status.ACCEPTED, Status.PROCESSING, Status.WITHDRAWN, Status.RETURNED])
def test_other_states_tell_nothing_of_an_old_note(status: Status) -> None:
    assert lines(status, {"reason": "cũ", "supplement": {"items": ["cũ"]}, "result": {"place": "cũ"}}) == []


def test_neighbours_of_one_status_become_one_stretch() -> None:
    codes = [1, 2, 4, 4, 4, 5, 4, 9]
    steps = [Step(START + timedelta(days=day), code) for day, code in enumerate(codes)]
    merged = merge(steps)
    assert [(one.status, one.count) for one in merged] == [(1, 1), (2, 1), (4, 3), (5, 1), (4, 1), (9, 1)]
    assert merged[2] == Stretch(4, START + timedelta(days=2), START + timedelta(days=4), 3)
    assert merge([]) == []


def test_channels_are_called_as_people_call_them() -> None:
    words = timeline_words("vi")
    assert {name_channel(name, words) for name in ("zalo_oa", "zalo_template", "zalo_template_uid")} == {"Zalo"}
    assert name_channel("sms_esms", words) == "tin nhắn SMS"
    assert name_channel("email", words) == "thư điện tử"
    assert name_channel(None, words) == "?"
