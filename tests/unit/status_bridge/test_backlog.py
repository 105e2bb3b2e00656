"""What implies what, written out once more by hand, and the sentence that says so."""

from typing import Any

import pytest

from dossiers.status import APOLOGY, Notice
from status_bridge.backlog import IMPLIED, implied_columns, is_implied, say_replaced
from status_bridge.composition import platform_parameters

ORDER = ("submitted", "accepted", "refused", "supplement", "finished", "withdrawn", "payment", "stopped", "returned")
# A row per older notice, a column per newer one in the order above; x: the newer one says all that still holds.
TABLE = """
submitted   x x x x x x x x x
accepted    x x x x x x x x x
refused     x x x x x x x x x
supplement  x x x x x x . x x
finished    x x x x x x . x x
withdrawn   x x x x x x x x x
payment     . . x . x x x x x
stopped     x x x x x x x x x
returned    x x x x x x x x x
"""


def test_the_table_is_as_written_here() -> None:
    rows = {line.split()[0]: line.split()[1:] for line in TABLE.strip().splitlines()}
    written = {
        (older, newer) for older, marks in rows.items() for newer, mark in zip(ORDER, marks, strict=True) if mark == "x"
    }
    assert set(rows) == set(ORDER) == {notice.value for notice in Notice}
    of_apologies = {(APOLOGY, end) for end in ("refused", "withdrawn", "stopped", "finished", "returned")}
    assert written | of_apologies == IMPLIED


@pytest.mark.parametrize("other", ["digest", "otp", "broadcast", ""])
def test_what_is_no_notice_of_a_dossier_implies_nothing(other: str) -> None:
    for notice in Notice:
        assert not is_implied(other, notice)
        assert not is_implied(notice, other)


def test_the_columns_hold_every_pair_once() -> None:
    columns = implied_columns()
    assert set(zip(columns["older_kind"], columns["newer_kind"], strict=True)) == IMPLIED
    assert len(columns["older_kind"]) == len(IMPLIED)


def _content(kind: str, fill: str = "Việc") -> dict[str, Any]:
    return {"text": "Hồ sơ đã xong.", "params": dict.fromkeys(platform_parameters()[kind], fill), "keep": 1}


@pytest.mark.parametrize("language", ["vi", "en"])
@pytest.mark.parametrize("kind", ORDER)
def test_every_notice_has_a_place_for_the_sentence(kind: str, language: str) -> None:
    before = _content(kind)
    said = say_replaced(before, 3, language)
    assert said["keep"] == 1
    assert said["text"].startswith("Hồ sơ đã xong.\n")
    assert " 3 " in said["text"]
    changed = [name for name, value in said["params"].items() if value != "Việc"]
    assert len(changed) == 1
    assert " 3 " in said["params"][changed[0]]
    assert before == _content(kind), "what is stored stays as it is"


@pytest.mark.parametrize("kind", ORDER)
def test_no_parameter_grows_beyond_what_the_platform_takes(kind: str) -> None:
    rules = platform_parameters()[kind]
    for spare in range(0, 120, 7):
        params = {name: "x" * (rule["max"] - spare) for name, rule in rules.items() if rule["max"] > 120}
        said = say_replaced({"text": "x" * (2000 - spare), "params": params}, 12, "vi")
        assert all(len(value) <= rules[name]["max"] for name, value in said["params"].items())
        assert len(said["text"]) <= 2000


def test_nothing_is_said_when_nothing_was_replaced() -> None:
    assert say_replaced(_content("accepted"), 0, "vi") == _content("accepted")


def test_the_sentence_is_short_formal_and_ends_the_one_before() -> None:
    said = say_replaced({"text": "A.", "params": {"viec_tiep_theo": "Xin chờ"}}, 2, "vi")
    assert said["params"]["viec_tiep_theo"] == "Xin chờ. Tin này thay cho 2 tin trước về hồ sơ này chưa kịp gửi."
    assert len(said["text"].splitlines()[1].split()) <= 20


def test_content_without_parameters_is_told_in_its_text() -> None:
    assert say_replaced({"text": "A."}, 1, "en")["text"].startswith("A.\nThis replaces 1 ")
