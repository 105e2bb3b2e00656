"""The table between statuses and notices, and the transition matrix (docs: public-services 2.1, 2.2)."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.errors import UnknownStatus
from dossiers.status import (
    DEFAULT_EXTRAS,
    EXTRAS,
    FIVE,
    Notice,
    Status,
    Transition,
    notice_for,
    notices_of,
    transition,
)
from dossiers.vocabularies import Vocabulary, status_from

NUMBERED = {
    "N1": Notice.SUBMITTED,
    "N2": Notice.ACCEPTED,
    "N3": Notice.REFUSED,
    "N4": Notice.SUPPLEMENT,
    "N5": Notice.FINISHED,
    "N6": Notice.PAYMENT,
    "N8": Notice.STOPPED,
}


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        ("1 2 4 4 9 10", "N1 N2 N5"),
        ("2 4 9 10", "N2 N5"),
        ("1 3", "N1 N3"),
        ("1 5 2 4 9 10", "N1 N4 N2 N5"),
        ("2 4 5 4 5 4 9", "N2 N4 N2 N4 N2 N5"),
        ("2 4 8 4 9", "N2 N5"),
        ("2 4 6 4 9", "N2 N5"),
        ("1 10", "N1"),
        ("2 4 9 4 9", "N2 N5 N2 N5"),
        ("", ""),
    ],
)
def test_a_sequence_of_codes_gives_the_notices_of_the_reference_table(codes: str, expected: str) -> None:
    assert notices_of(int(code) for code in codes.split()) == [NUMBERED[name] for name in expected.split()]


@pytest.mark.parametrize(("codes", "expected"), [("2 4 8 4 9", "N2 N8 N2 N5"), ("2 4 6 4 9", "N2 N6 N2 N5")])
def test_extras_that_are_on_join_the_sequence(codes: str, expected: str) -> None:
    announced = notices_of((int(code) for code in codes.split()), extras=DEFAULT_EXTRAS)
    assert announced == [NUMBERED[name] for name in expected.split()]


@settings(deadline=None)
@given(st.lists(st.integers(1, 10)), st.sets(st.sampled_from(sorted(EXTRAS))))
def test_neighbouring_notices_never_repeat_and_only_allowed_ones_appear(codes: list[int], extras: set[Notice]) -> None:
    announced = notices_of(codes, extras)
    assert all(a != b for a, b in pairwise(announced))
    assert set(announced) <= FIVE | extras


@pytest.mark.parametrize("code", [0, 11, -1])
def test_a_code_outside_the_national_list_is_refused(code: int) -> None:
    with pytest.raises(ValueError):
        notices_of([code])


@pytest.mark.parametrize("status", Status)
def test_the_five_cannot_be_switched_off_and_extras_can(status: Status) -> None:
    with_all = notice_for(status, extras=EXTRAS)
    assert with_all is not None
    assert notice_for(status, extras=()) == (with_all if with_all in FIVE else None)


def test_a_stop_with_a_refusal_reason_is_told_as_a_refusal_when_stops_are_off() -> None:
    assert notice_for(Status.STOPPED, extras=(), has_refusal_reason=True) is Notice.REFUSED
    assert notice_for(Status.STOPPED, extras=(), has_refusal_reason=False) is None
    assert notice_for(Status.STOPPED, extras={Notice.STOPPED}, has_refusal_reason=True) is Notice.STOPPED


def test_a_refusal_reason_on_another_silent_status_announces_nothing() -> None:
    assert notice_for(Status.RETURNED, extras=(), has_refusal_reason=True) is None


def test_the_groups_of_notices_split_the_whole() -> None:
    assert len(FIVE) == 5
    assert set(Notice) == FIVE | EXTRAS
    assert not FIVE & EXTRAS
    assert EXTRAS - {Notice.RETURNED} == DEFAULT_EXTRAS


def test_statuses_carry_the_exact_national_names() -> None:
    assert [status.label_vi for status in Status] == [
        "Mới đăng ký",
        "Được tiếp nhận",
        "Không được tiếp nhận",
        "Đang xử lý",
        "Yêu cầu bổ sung giấy tờ",
        "Yêu cầu thực hiện nghĩa vụ tài chính",
        "Công dân yêu cầu rút hồ sơ",
        "Dừng xử lý",
        "Đã xử lý xong",
        "Đã trả kết quả",
    ]
    assert [int(status) for status in Status] == list(range(1, 11))


@pytest.mark.parametrize("labelled", [*Status, *Notice])
def test_everything_shown_has_a_name_in_both_languages(labelled: Status | Notice) -> None:
    assert labelled.label_vi.strip()
    assert labelled.label_en.isascii()


# Rows of the matrix, written out once more by hand from docs: public-services 2.2.
ROWS = {
    None: "LL........",
    1: "=LLrLLLrrr",
    2: ".=rLLLLLLr",
    3: "rr=.......",
    4: ".rrLLLLLLr",
    5: "LLLL=.LLrr",
    6: "LL.L.=LLLr",
    7: ".L.L..=Lr.",
    8: ".r.L...=rL",
    9: ".r.rrr..=L",
    10: ".r.r....r=",
}
SIGNS = {"L": Transition.NORMAL, "r": Transition.RARE, "=": Transition.REPEAT, ".": Transition.ANOMALY}


@pytest.mark.parametrize("previous", ROWS)
def test_every_step_of_the_matrix_has_its_grade(previous: int | None) -> None:
    source = Status(previous) if previous else None
    assert [transition(source, status) for status in Status] == [SIGNS[sign] for sign in ROWS[previous]]


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("receiving", 1),
        ("new", 2),
        ("denied", 3),
        ("processing", 4),
        ("waiting", 5),
        ("paying", 6),
        ("cancelled", 7),
        ("unresolved", 8),
        ("releasing", 9),
        ("done", 10),
        (" Done ", 10),
        ("interoperating", None),
        ("posting", None),
    ],
)
def test_opencps_words_become_national_codes(word: str, status: int | None) -> None:
    assert status_from("opencps", word) == status


def test_the_national_feed_sends_codes_as_text() -> None:
    assert [status_from(Vocabulary.NATIONAL, str(code)) for code in range(1, 11)] == list(Status)


@pytest.mark.parametrize(
    ("vocabulary", "word"), [("opencps", "pausing"), ("opencps", "3"), ("national", "11"), ("no-such", "1")]
)
def test_an_unknown_word_or_vocabulary_raises_for_a_person_to_look_at(vocabulary: str, word: str) -> None:
    with pytest.raises(UnknownStatus, match="add a line") as caught:
        status_from(vocabulary, word)
    assert (caught.value.vocabulary, caught.value.word) == (vocabulary, word)
