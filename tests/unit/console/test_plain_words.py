"""One spelling, one word for one thing, and nothing of the command line in what officers read."""

import re

import pytest

from console.words import all_words
from status_bridge.dead_ends import _WORDS, EN, VI, describe
from status_bridge.texts import PLACEHOLDERS

OLD_SPELLING = re.compile(r"\b\w*(?:uỷ|oá|oà|oả|oã|oạ|uý)\b", re.IGNORECASE)
"""Tone marks as newer schoolbooks set them (huỷ, xoá); official papers and most of our pages write hủy, xóa."""
QU = re.compile(r"^qu", re.IGNORECASE)


def test_tone_marks_stand_where_official_papers_set_them() -> None:
    for key, texts in all_words().items():
        found = [word for word in OLD_SPELLING.findall(texts["vi"]) if not QU.match(word)]
        assert found == [], key


@pytest.mark.parametrize(
    "places",
    [
        ("today.channels.zalo_template", "dossiers.channel.zalo_template", "broadcasts.channels.zalo_template"),
        ("today.channels.zalo_template_uid", "dossiers.channel.zalo_template_uid"),
        ("today.channels.zalo_oa", "dossiers.channel.zalo_oa", "broadcasts.channels.zalo_oa"),
        ("today.states.read", "dossiers.state.read", "broadcasts.row_states.read"),
        ("today.states.delivered", "dossiers.state.delivered", "broadcasts.row_states.delivered"),
        ("dossiers.state.failed", "broadcasts.row_states.failed"),
        ("broadcasts.states.cancelled", "broadcasts.tabs.cancelled", "dossiers.state.cancelled"),
    ],
)
def test_one_thing_has_one_name_on_every_page(places: tuple[str, ...]) -> None:
    assert len({all_words()[place]["vi"] for place in places}) == 1


def test_officers_are_asked_politely() -> None:
    """An order (Hãy …) is kept for danger: a broken chain, the last administrator, a handed-out password."""
    orders = sorted(key for key, texts in all_words().items() if "Hãy " in texts["vi"])
    assert orders == ["admin.errors.last_administrator", "admin.reset_confirm", "admin.said.chain_broken"]


def test_every_placeholder_of_a_text_is_explained_in_the_language_of_the_page() -> None:
    assert [name for name in PLACEHOLDERS if f"texts.meaning.{name}" not in all_words()] == []


@pytest.mark.parametrize("language", [VI, EN])
def test_what_is_to_be_done_needs_no_command_line(language: str) -> None:
    for reason in _WORDS:
        told = describe(reason, language)
        assert "hoso " not in f"{told.why} {told.to_do}", reason
