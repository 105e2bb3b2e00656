"""Names of people and businesses (docs: public-services 4.3)."""

from __future__ import annotations

import unicodedata
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.names import given_name, shorten, sort_key, title_case_name


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("NGUYỄN THỊ MINH CHÂU", "Nguyễn Thị Minh Châu"),
        ("nguyễn thị  minh châu ", "Nguyễn Thị Minh Châu"),
        (unicodedata.normalize("NFD", "NGUYỄN THỊ ĐÀO"), "Nguyễn Thị Đào"),
        ("H'HEN NIÊ", "H'Hen Niê"),
        ("Nguyễn McDonald", "Nguyễn McDonald"),
        ("TRẦN Văn a", "Trần Văn A"),
        ("", ""),
    ],
)
def test_names_from_registries_are_written_with_capitals(written: str, name: str) -> None:
    assert title_case_name(written) == name


@pytest.mark.parametrize(("name", "given"), [("NGUYỄN THỊ MINH CHÂU", "Châu"), ("Châu", "Châu"), ("", "")])
def test_the_given_name_is_the_last_word(name: str, given: str) -> None:
    assert given_name(name) == given


def test_people_are_sorted_by_given_name_then_family_in_dictionary_order() -> None:
    ordered = [
        "Lê Văn An",
        "Trần An",
        "Bùi Ân",
        "Lê Dũng",
        "Lê Đào",
        "Lê Ma",
        "Lê Mà",
        "Lê Mả",
        "Lê Mã",
        "Lê Má",
        "Lê Mạ",
    ]
    shuffled = [*ordered[5:], *ordered[:5]]
    assert sorted(shuffled, key=sort_key) == ordered


@settings(deadline=None)
@given(st.lists(st.text(max_size=20)))
def test_any_names_can_be_sorted(names: list[str]) -> None:
    keys = [sort_key(name) for name in sorted(names, key=sort_key)]
    assert all(a <= b for a, b in pairwise(keys))


def test_long_business_names_are_cut_at_sixty_on_a_word_border() -> None:
    name = "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI VÀ DỊCH VỤ HẢI CHÂU"
    short = shorten(name)
    assert short == "CÔNG TY TRÁCH NHIỆM HỮU HẠN MỘT THÀNH VIÊN THƯƠNG MẠI VÀ…"
    assert len(short) <= 60
    assert shorten("Công ty  ABC", 12) == "Công ty ABC"
