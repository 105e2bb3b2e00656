"""What citizens read keeps to the rules: short sentences, both languages, nothing personal, no picture signs."""

import importlib
import pkgutil
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import fields
from datetime import UTC, datetime
from typing import Any

import pytest

import bot.texts
from bot.texts import describe_dossier, words_for
from bot.texts.dossier import summarise_dossier
from dossiers import Status
from storage.dossiers import Dossier

LANGUAGES = ["vi", "en"]
NOW = datetime(2026, 3, 10, tzinfo=UTC)
MODULES = sorted(
    name
    for _, name, _ in pkgutil.iter_modules(bot.texts.__path__)
    if hasattr(importlib.import_module(f"bot.texts.{name}"), "words_of")
)
"""Every module of texts with `words_of(language)`; a new one is checked without being listed anywhere."""
_PLACE = re.compile(r"{(\w*)}")


def texts_of(words: Any) -> dict[str, str]:
    """Every text of a value of texts, by its field (and key)."""
    named: dict[str, str] = {}
    for one in fields(words):
        value = getattr(words, one.name)
        if isinstance(value, str):
            named[one.name] = value
        elif isinstance(value, Mapping):
            named |= {f"{one.name}.{key}": text for key, text in value.items()}
        elif isinstance(value, tuple | list):
            named |= {f"{one.name}.{number}": text for number, text in enumerate(value) if isinstance(text, str)}
    return named


def all_words(language: str) -> list[tuple[str, Any]]:
    modules = [(name, importlib.import_module(f"bot.texts.{name}")) for name in MODULES]
    return [("words", words_for(language)), *((name, module.words_of(language)) for name, module in modules)]


def all_texts(language: str) -> list[tuple[str, str]]:
    return [(f"{name}.{place}", text) for name, words in all_words(language) for place, text in texts_of(words).items()]


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
    for place, text in all_texts(language):
        for sentence in re.split(r"[.!?]\s+|\n", text):
            assert len(sentence.split()) <= 20, (place, sentence)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_picture_signs_and_composed_letters_only(language: str) -> None:
    for place, text in all_texts(language):
        assert text == unicodedata.normalize("NFC", text), place
        assert not [char for char in text if unicodedata.category(char) in {"So", "Sk", "Cs", "Co"}], place
        assert len(text) < 1100, place


def test_both_languages_fill_in_the_same_values() -> None:
    vietnamese, english = dict(all_texts("vi")), dict(all_texts("en"))
    assert vietnamese.keys() == english.keys()
    for place, text in vietnamese.items():
        assert set(_PLACE.findall(text)) == set(_PLACE.findall(english[place])), place


def test_no_text_is_the_same_in_both_languages_except_names() -> None:
    vietnamese, english = dict(all_texts("vi")), dict(all_texts("en"))
    same = {place for place, text in vietnamese.items() if text == english[place] and len(text.split()) > 4}
    assert same == set()


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


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("status", list(Status))
def test_in_a_list_only_what_the_owner_must_do_is_said(language: str, status: Status) -> None:
    words = words_for(language)
    text = summarise_dossier(dossier(status=int(status)), words, NOW)
    asks = status in {3, 5, 6, 8, 9}
    assert (words.steps[status] in text) is asks
    assert words.labels[status] in text


def test_a_sensitive_procedure_is_not_named_and_details_stand_before_what_is_next() -> None:
    words = words_for("vi")
    text = describe_dossier(dossier(), words, NOW, details=["Lý do: thiếu giấy."], is_sensitive=True)
    assert "khai sinh" not in text
    assert text.index("Lý do") < text.index("Việc tiếp theo")
    assert "khai sinh" not in summarise_dossier(dossier(), words, NOW, is_sensitive=True)
