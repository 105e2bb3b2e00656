"""What citizens read keeps to the rules: short sentences, both languages, nothing personal, no picture signs."""

import re
import unicodedata
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

from bot.texts import describe_dossier, words_for
from bot.texts.words import Words
from dossiers import Status
from storage.dossiers import Dossier

LANGUAGES = ["vi", "en"]
NOW = datetime(2026, 3, 10, tzinfo=UTC)


def all_texts(words: Words) -> list[str]:
    values: list[str] = []
    for one in fields(Words):
        value = getattr(words, one.name)
        if isinstance(value, str):
            values.append(value)
        elif not callable(value):
            values += value.values()
    return values


def dossier(**changes: Any) -> Dossier:
    values: dict[str, Any] = {
        "id": 1,
        "code": "H17.33.2-260302-0001",
        "status": 2,
        "status_time": datetime(2026, 3, 2, 1, 15, tzinfo=UTC),
        "last_notice": None,
        "procedure_code": None,
        "procedure_name": "Đăng ký khai sinh",
        "agency_code": None,
        "agency_name": "UBND phường Hải Châu",
        "submitted_at": None,
        "received_at": None,
        "due_at": datetime(2026, 3, 20, tzinfo=UTC),
        "finished_at": None,
    }
    return Dossier(**(values | changes))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_sentence_is_longer_than_twenty_words(language: str) -> None:
    for text in all_texts(words_for(language)):
        for sentence in re.split(r"[.!?]\s+|\n", text):
            assert len(sentence.split()) <= 20, sentence


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_picture_signs_and_composed_letters_only(language: str) -> None:
    for text in all_texts(words_for(language)):
        assert text == unicodedata.normalize("NFC", text)
        assert not [char for char in text if unicodedata.category(char) in {"So", "Sk", "Cs", "Co"}]
        assert len(text) < 1000


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_status_has_a_name_and_a_next_step(language: str) -> None:
    words = words_for(language)
    assert set(words.labels) == set(words.steps) == set(Status)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", list(Status))
def test_a_dossier_says_where_since_when_and_what_is_next(language: str, status: Status) -> None:
    words = words_for(language)
    text = describe_dossier(dossier(status=int(status)), words, NOW)
    assert words.labels[status] in text
    assert words.steps[status] in text
    assert words.format_moment(datetime(2026, 3, 2, 1, 15, tzinfo=UTC)) in text
    assert "{" not in text


def test_an_unknown_language_is_answered_in_vietnamese() -> None:
    assert words_for("fr") is words_for("vi")


def test_without_a_due_date_nothing_is_said_about_one() -> None:
    text = describe_dossier(dossier(due_at=None), words_for("vi"), NOW)
    assert "Hẹn trả" not in text


def test_a_passed_due_date_is_admitted_only_while_the_office_works_on_it() -> None:
    words, late = words_for("vi"), datetime(2026, 3, 5, tzinfo=UTC)
    assert words.overdue in describe_dossier(dossier(status=4, due_at=late), words, NOW)
    assert words.overdue not in describe_dossier(dossier(status=5, due_at=late), words, NOW)
    assert "Hẹn trả" not in describe_dossier(dossier(status=9, due_at=late), words, NOW)


def test_a_dossier_without_names_is_described_all_the_same() -> None:
    text = describe_dossier(dossier(procedure_name=None, agency_name=None), words_for("vi"), NOW)
    assert text.startswith("Hồ sơ H17.33.2-260302-0001\n")
    assert "Nơi giải quyết" not in text
