"""What an apology says (docs: public-services 2.5 "Late", 6.1)."""

import json
import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from dossiers.status import APOLOGY, Notice
from emulator.templates import TEMPLATES_FILE
from status_bridge.apology_words import ApologyWords
from status_bridge.backlog import is_implied
from status_bridge.composition import LANGUAGES, CompositionConfig, CompositionError, platform_parameters
from status_bridge.short_text import ShortForm, short_text
from storage.dossiers import LockedDossier

WORDS = ApologyWords(CompositionConfig(("1.004837",), "1022 nhánh 3", ZoneInfo("Asia/Ho_Chi_Minh")))
CODE = "H17.33.2-260302-0001"
NEW = datetime(2026, 3, 12, 10, tzinfo=UTC)
LIMITS = {name: rule["max"] for name, rule in platform_parameters()[APOLOGY].items()}


def dossier(**facts: object) -> LockedDossier:
    known = {
        "procedure_code": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "agency_name": "UBND phường Hải Châu",
        "due_at": datetime(2026, 3, 5, 10, tzinfo=UTC),
        **facts,
    }
    return LockedDossier(1, CODE, 4, **known)  # type: ignore[arg-type]


def say(
    language: str = "vi",
    *,
    is_late: bool = True,
    is_minimal: bool = False,
    reason: str = "Thiếu người.",
    **facts: object,
):  # type: ignore[no-untyped-def]
    return WORDS.say(
        dossier(**facts),
        new_due_at=NEW,
        reason=reason,
        is_late=is_late,
        language=language,
        is_minimal=is_minimal,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_it_names_the_dossier_the_reason_and_both_dates(language: str) -> None:
    said = say(language)
    for words in (CODE, "Thiếu người.", "Đăng ký khai sinh", "UBND phường Hải Châu", "1022 nhánh 3"):
        assert words in said.text, words
    assert ("17:00 ngày 12/03/2026" if language == "vi" else "17:00, 12 March 2026") in said.text
    assert ("17:00 ngày 05/03/2026" if language == "vi" else "17:00, 5 March 2026") in said.text
    assert set(said.content["params"]) == set(LIMITS)


def test_the_picture_is_that_of_the_platform_s_template() -> None:
    said = say()
    [theirs] = [one for one in json.loads(TEMPLATES_FILE.read_text(encoding="utf-8")) if one["name"] == APOLOGY]

    def filled(text: str) -> str:
        return re.sub(r"<(\w+)>", lambda found: said.content["params"][found[1]], text)

    assert (said.title, said.lead) == (theirs["title"], filled(theirs["text"]))
    assert list(said.rows) == [(row["label"], filled(row["value"])) for row in theirs["rows"]]


def test_before_the_date_it_says_that_it_will_be_late() -> None:
    assert "sẽ chậm trả kết quả" in say(is_late=False).text
    assert "đã chậm trả kết quả" in say(is_late=True).text


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_phone_of_many_people_is_told_code_and_date_only(language: str) -> None:
    said = say(language, is_minimal=True)
    told = said.text + " ".join(said.content["params"].values())
    assert "Thiếu người" not in told
    assert "khai sinh" not in told
    assert "Hải Châu" not in told
    assert CODE in told
    assert said.content["minimal"] is True


def test_a_sensitive_procedure_is_not_named_and_its_reason_neither() -> None:
    said = say(procedure_code="1.004837", procedure_name="Giám hộ", reason="Vì giám hộ.")
    assert "iám hộ" not in said.text + str(said.content)


@pytest.mark.parametrize("language", LANGUAGES)
def test_numbers_are_hidden_and_the_longest_values_fit_the_platform_s_template(language: str) -> None:
    said = say(language, reason="Gọi 0905123456. " + "ạ" * 300, procedure_name="ạ " * 200, agency_name="ạ " * 200)
    assert "0905123456" not in str(said.content)
    assert all(0 < len(value) <= LIMITS[name] for name, value in said.content["params"].items())


def test_an_empty_reason_is_an_error_before_anything_is_sent() -> None:
    with pytest.raises(CompositionError, match="ly_do"):
        say(reason=" ")


def test_as_a_short_message_it_keeps_the_new_date() -> None:
    said = say(reason="Một lý do rất dài, " * 20)
    text = short_text(APOLOGY, said.content, code=CODE, language="vi", form=ShortForm(max_parts=2))
    assert text.startswith(f"UBND phường Hải Châu: hồ sơ {CODE} trễ hẹn, xin lỗi Ông/Bà.")
    assert "Hẹn: 17:00 ngày 12/03/2026." in text


def test_only_the_end_of_a_dossier_makes_its_apology_needless() -> None:
    ends = {Notice.REFUSED, Notice.WITHDRAWN, Notice.STOPPED, Notice.FINISHED, Notice.RETURNED}
    assert {notice for notice in Notice if is_implied(APOLOGY, notice)} == ends
    assert not any(is_implied(notice, APOLOGY) for notice in Notice)
