"""What is said of procedures, fees and places, and what is never said."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from typing import Any

import pytest

from bot.catalogue.fees import FeeKind, ended_rates, format_vnd, judge_fee
from bot.catalogue.procedures import read_procedures
from bot.catalogue.samples import PROCEDURES
from bot.catalogue.telling import MAX_PAGE_CHARS, tell_fee, tell_papers
from bot.catalogue.telling_places import tell_day, tell_near, tell_unit
from bot.texts import fees, places, procedures
from channels.plain_text import MAX_CHAT_CHARS
from dossiers.calendar import VIETNAM, WorkCalendar
from dossiers.city_days import UnitDays
from storage.places import Near, Unit
from storage.procedures import Procedure

SAMPLES = {one.code: one for one in read_procedures(PROCEDURES).items}
TOLD = {"domain": "dichvucong.gov.vn", "hotline": "1022", "today": date(2026, 11, 22)}
WORDS = [words for module in (fees, places, procedures) for words in (module.VI, module.EN)]


def texts(words: Any) -> Iterator[str]:
    for one in fields(words):
        value = getattr(words, one.name)
        yield from [value] if isinstance(value, str) else value.values() if hasattr(value, "values") else value


def procedure(**values: Any) -> Procedure:
    given = {"code": "1.000001", "name": "Thủ tục thử", "short_name": "Thử", "source": "Cổng", "as_of": "2026-07"}
    return Procedure.model_validate(given | values)


def fee(text: str, *amounts: int, note: str = "", set_by: str | None = None, verified: bool = True) -> Procedure:
    items = [{"label": "lệ phí", "amount_vnd": amount, "unit": "lần"} for amount in amounts]
    told = {"text": text, "items": items, "set_by": set_by}
    return procedure(fee=told, note=note, verified=verified, verified_fields=["fee"] if verified else [])


@pytest.mark.parametrize("words", WORDS)
def test_sentences_are_short_composed_and_without_signs(words: Any) -> None:
    for text in texts(words):
        assert text == unicodedata.normalize("NFC", text)
        assert not [char for char in text if unicodedata.category(char) in {"So", "Sk", "Cs", "Co"}]
        for sentence in re.split(r"[.!?]\s+|\n", text):
            assert len(sentence.split()) <= 20, sentence


@pytest.mark.parametrize(
    ("one", "kind"),
    [
        (fee("Miễn phí", 0), FeeKind.FREE),
        (fee("Miễn phí"), FeeKind.FREE),
        (fee("Miễn phí", 0, note="Nhưng mức do HĐND quyết định"), FeeKind.LOCAL),
        (fee("Miễn phí", 0, set_by="Hội đồng nhân dân cấp tỉnh"), FeeKind.LOCAL),
        (fee("Miễn phí theo nghị quyết của HĐND", 0), FeeKind.LOCAL),
        (fee("Miễn phí", 0, note="Ô phí là dữ liệu sai"), FeeKind.UNKNOWN),
        (fee("Miễn phí", 0, verified=False), FeeKind.UNKNOWN),
        (fee("Miễn phí khi đúng hạn", 0), FeeKind.PARTLY_FREE),
        (fee("20.000 đồng", 20000), FeeKind.AMOUNTS),
        (fee("Theo quy định"), FeeKind.UNKNOWN),
        (fee(""), FeeKind.UNKNOWN),
        (fee("", 20000), FeeKind.AMOUNTS),
    ],
)
def test_a_fee_is_judged_by_the_weakest_thing_that_is_true(one: Procedure, kind: FeeKind) -> None:
    assert judge_fee(one) is kind


@pytest.mark.parametrize("one", [one for one in SAMPLES.values() if judge_fee(one) in (FeeKind.LOCAL, FeeKind.UNKNOWN)])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_nothing_is_called_free_against_a_note(one: Procedure, language: str) -> None:
    told = "\n".join([tell_fee(one, language, **TOLD), *tell_papers(one, language, **TOLD)]).lower()
    assert "miễn phí" not in told
    assert "free of charge" not in told


def test_the_text_of_the_column_is_left_out_where_the_council_decides() -> None:
    told = tell_fee(fee("Miễn phí", 0, note="Mức do HĐND quyết định"), "vi", **TOLD)
    assert "iễn phí" not in told
    assert "Hội đồng nhân dân" in told


def test_a_free_procedure_is_free_as_the_source_says_it() -> None:
    assert "Nguồn ghi: miễn phí." in tell_fee(SAMPLES["1.011607"], "vi", **TOLD)


def test_exemptions_are_said_as_written() -> None:
    told = tell_fee(SAMPLES["1.004873"], "vi", **TOLD)
    assert "miễn cho gia đình có công, hộ nghèo, người khuyết tật" in told
    assert fees.VI.local in told


def test_a_rate_that_has_ended_is_said_to_have_ended() -> None:
    assert ended_rates(SAMPLES["3.000347"], TOLD["today"]) == [date(2025, 12, 31)]
    assert "đến 31/12/2025 đã hết hạn" in tell_fee(SAMPLES["3.000347"], "vi", **TOLD)
    assert "hết hạn" not in tell_fee(SAMPLES["1.014063"], "vi", **TOLD)  # until 31/12/2026
    assert ended_rates(fee("giảm đến 31/02/2025"), TOLD["today"]) == []


def test_amounts_have_their_points_of_thousands() -> None:
    assert format_vnd(20000) == "20.000 đồng"
    assert "lệ phí: 1.350.000 đồng/lần." in tell_fee(fee("", 1350000), "vi", **TOLD)


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("code", sorted(SAMPLES))
def test_every_sample_is_told_with_source_and_date_and_one_domain(code: str, language: str) -> None:
    told = "\n".join(tell_papers(SAMPLES[code], language, **TOLD))
    assert code in told
    assert "07/2026" in told.splitlines()[-1]
    assert "{" not in told
    assert "không tìm thấy" not in told
    assert set(re.findall(r"[\w-]+(?:\.[\w-]+)*\.(?:vn|com|net)\b", told)) <= {"dichvucong.gov.vn"}
    assert (procedures.words_of(language).unverified in told) is not SAMPLES[code].verified


def test_parts_that_were_not_compared_are_named() -> None:
    told = tell_papers(SAMPLES["2.000986"], "vi", **TOLD)[0]
    assert "chưa được đối chiếu: thời hạn, phí, lệ phí, giấy tờ, cách nộp" in told


def test_a_ministrys_procedure_says_where_to_look() -> None:
    told = tell_papers(SAMPLES["3.000347"], "vi", **TOLD)[0]
    assert "Bộ Công an" in told
    assert "dichvucong.gov.vn" in told
    assert "Nơi tiếp nhận: cơ quan công an." in told


def test_a_long_list_goes_over_pages_that_fit_a_message() -> None:
    long = procedure(papers=[f"Giấy tờ số {number}: " + "chữ " * 60 for number in range(1, 40)])
    pages = tell_papers(long, "vi", **TOLD)
    assert len(pages) > 3
    assert all(len(page) < MAX_CHAT_CHARS for page in pages)
    assert pages[1].startswith(f"Thử (phần 2/{len(pages)})")
    told = "\n".join(pages)
    assert all(f"{number}. Giấy tờ số {number}:" in told for number in range(1, 40))
    assert MAX_PAGE_CHARS < MAX_CHAT_CHARS
    huge = procedure(name="N" * 2000, short_name="N" * 2000, papers=["chữ " * 990])
    assert all(len(page) < MAX_CHAT_CHARS for page in tell_papers(huge, "vi", **TOLD))


def unit(**values: Any) -> Unit:
    return Unit.model_validate({"code": "1", "name": "Phường A", "kind": "ward", "source": "Thành phố"} | values)


def tell(one: Unit, when: str, language: str = "vi") -> str:
    now = datetime.fromisoformat(when).replace(tzinfo=VIETNAM)
    return "\n".join(tell_unit(one, language, now=now, calendar=WorkCalendar(), hotline="1022"))


def test_a_place_says_whether_it_is_open() -> None:
    known = unit(address="1 Đường B", phone="0236 3822 222", verified=True)
    assert "đến 11:30" in tell(known, "2026-03-02T09:00")
    assert "mở cửa lúc 13:30" in tell(known, "2026-03-02T12:00")
    assert "Mở cửa lại: 07:30 ngày 09/03/2026." in tell(known, "2026-03-06T18:00")
    assert "Hôm nay nghỉ lễ." in tell(known, "2026-02-17T09:00")
    assert "Ngày mai không làm việc." in tell(known, "2026-03-06T09:00")
    assert "It is open now, until 11:30." in tell(known, "2026-03-02T09:00", "en")
    assert "CHƯA" not in tell(known, "2026-03-02T09:00")
    assert "CHƯA được đối chiếu" in tell(known.model_copy(update={"verified": False}), "2026-03-02T09:00")


def test_a_place_without_address_gets_an_honest_answer() -> None:
    told = tell(unit(), "2026-03-02T09:00")
    assert "chưa có địa chỉ" in told
    assert "1022" in told
    assert "Địa chỉ:" not in told


def test_a_day_is_open_closed_or_a_holiday() -> None:
    calendar = WorkCalendar()
    assert tell_day(date(2026, 3, 2), "ward", "vi", calendar=calendar).startswith("Thứ Hai 02/03/2026: có làm việc")
    assert tell_day(date(2026, 3, 7), "ward", "vi", calendar=calendar) == "Thứ Bảy 07/03/2026: không làm việc."
    assert "nghỉ lễ" in tell_day(date(2026, 9, 2), "ward", "vi", calendar=calendar)
    calendar.declared.use({"1": UnitDays(holidays=frozenset({date(2026, 3, 2)}))})
    closed = tell_day(date(2026, 3, 2), "ward", "vi", calendar=calendar, unit=unit())
    assert closed == "Thứ Hai 02/03/2026: không làm việc."
    own = unit(code="2", hours="T2 08:00-10:00")
    assert tell_day(date(2026, 3, 2), "ward", "vi", calendar=calendar, unit=own).endswith("08:00–10:00.")


def test_what_is_far_is_not_near() -> None:
    near, far = Near(unit(name="Gần"), 1.234), Near(unit(name="Xa"), 61.0)
    told = tell_near([near, far], "vi", hotline="1022")
    assert "1. Gần, cách khoảng 1,2 km." in told
    assert not any("Xa" in line for line in told)
    assert tell_near([far], "vi", hotline="1022") == [places.VI.nothing_near.format(hotline="1022")]
