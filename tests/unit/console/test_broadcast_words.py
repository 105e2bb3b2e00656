"""Broadcasts in words: every refusal, state and reason has a text in both languages, whatever values it comes with."""

from datetime import UTC, datetime
from typing import get_args
from zoneinfo import ZoneInfo

import pytest

from console.broadcasts.refusals import field_label, sentence
from console.broadcasts.words import TONES
from console.words import LANGUAGES, all_words
from status_bridge.broadcasts.placeholders import MAX_CHARS
from status_bridge.broadcasts.refusals import WORDS
from status_bridge.broadcasts.render import TEMPLATE_PARAMS
from storage.broadcasts import State
from workers.broadcasts import leader, watch

ZONE = ZoneInfo("Asia/Ho_Chi_Minh")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_refusal_is_a_sentence_with_and_without_its_values(language: str) -> None:
    for word in WORDS:
        assert f"broadcasts.refused.{word}" in all_words()
        assert sentence(word, {}, language=language, zone=ZONE)
    said = sentence("list_expires", {"expires_at": datetime(2026, 3, 1, 18, tzinfo=UTC)}, language=language, zone=ZONE)
    assert "01:00 02/03/2026" in said


def test_values_are_said_as_people_know_them() -> None:
    said = sentence("wrong_state", {"state": "sending"}, language="vi", zone=ZONE)
    assert "Đang gửi" in said
    values = {"field": "params.tieu_de", "name": "mo", "known": ("ten", "han")}
    said = sentence("placeholder_unknown", values, language="vi", zone=ZONE)
    assert "Tiêu đề" in said
    assert "{mo}" in said
    assert "{ten}, {han}" in said
    assert sentence("nothing_known", {}, language="en", zone=ZONE) == "This was refused (nothing_known)."
    assert field_label("x.y", "vi") == "x.y"


def test_states_parameters_placeholders_and_stops_have_words() -> None:
    states = get_args(State)
    assert set(TONES) == set(states)
    stops = (watch.FAILURES, watch.UNREACHED, watch.COMPLAINTS, leader.PREPARING_FAILED, "by_hand")
    wanted = [
        *(f"states.{state}" for state in states),
        *(f"params.{name}" for name in TEMPLATE_PARAMS),
        *(f"placeholders.{name}" for name in MAX_CHARS),
        *(f"stops.{reason}" for reason in stops),
    ]
    assert [name for name in wanted if f"broadcasts.{name}" not in all_words()] == []
