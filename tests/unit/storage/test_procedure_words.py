"""From a question to what is looked for."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from storage.procedure_index import index_of
from storage.procedure_words import MAX_WORDS, read_query, split_words


def phrases(text: str) -> list[str]:
    return list(read_query(text).phrases)


@pytest.mark.parametrize(
    ("text", "phrase"),
    [
        ("thủ tục đăng ký kết hôn cần giấy tờ gì ạ", "dang ky ket hon"),
        ("cho em hỏi lệ phí đăng ký tạm trú bao nhiêu tiền vậy", "dang ky tam tru"),
        ("gpxd", "giay phep xay dung"),
        ("ĐKKH", "dang ky ket hon"),
        ("can cuoc can giay to gi", "can cuoc"),  # căn beside cước, cần elsewhere
        ("ho can ngheo", "ho can ngheo"),
        ("cần giấy tờ gì vậy ad", None),
        ("làm mần răng rứa", None),
        ("", None),
        ("?!… 👍", None),
    ],
)
def test_what_says_nothing_is_dropped(text: str, phrase: str | None) -> None:
    assert phrases(text)[:1] == ([phrase] if phrase else [])


def test_everyday_names_are_looked_for_by_what_they_mean() -> None:
    assert "xac nhan tinh trang hon nhan" in phrases("xin giấy độc thân")
    assert "xac nhan tinh trang hon nhan" in phrases("xin giay doc than")
    assert "cap lai giay phep lai xe" in phrases("em làm mất cái bằng lái rồi")


def test_accents_tell_words_apart_where_there_are_any() -> None:
    assert "ket hon" in phrases("sắp cưới rồi, đăng ký sao")
    assert "ket hon" not in phrases("tôi thích ngồi cười một mình")


def test_a_short_form_does_not_make_a_bare_message_one_with_accents() -> None:
    assert "xoa dang ky tam tru" in phrases("huy dk tam tru")
    assert "xoa dang ky tam tru" not in phrases("huy hoàng đăng ký tạm trú")


@pytest.mark.parametrize(
    ("text", "wanted", "aside"),
    [
        ("mua nhà xong muốn nhập hộ khẩu", "thuong", "chuyen"),
        ("mua nha xong gio nhap ho khau", "thuong", "chuyen"),
        ("xin giấy độc thân để làm thẻ căn cước", "hon", "the"),
        ("xin giay doc than de thi bang lai", "hon", "lai"),
    ],
)
def test_what_is_wished_counts_more_than_what_came_before_and_what_it_is_for(
    text: str, wanted: str, aside: str
) -> None:
    terms = read_query(text).terms
    assert terms[wanted] > terms[aside] > 0


def test_where_nothing_is_named_after_a_wish_what_came_before_counts_in_full() -> None:
    assert read_query("nhập hộ khẩu thì muốn gì").terms["thuong"] == read_query("nhập hộ khẩu").terms["thuong"]


def test_both_ways_to_place_a_tone_and_both_forms_of_letters_are_one() -> None:
    assert split_words("hoà thuý") == split_words("hòa thúy")
    text = "Đăng ký thường trú ở Hòa Vang"
    assert read_query(unicodedata.normalize("NFD", text)) == read_query(text)


def test_a_long_paste_is_cut() -> None:
    assert len(split_words("khai sinh " * 500)) == 1000
    assert len(read_query("khai sinh " * 500).terms) < 3 * MAX_WORDS


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=300))
def test_no_text_breaks_it(text: str) -> None:
    query = read_query(text)
    assert all(0 < weight <= 1.5 for weight in query.terms.values())
    assert all(phrase for phrase in query.phrases)


def test_an_alias_says_more_than_a_name_and_a_name_more_than_a_paper() -> None:
    document = {
        "aliases": ["giấy độc thân"], "short_name": "Tình trạng hôn nhân",
        "name": "Cấp giấy xác nhận tình trạng hôn nhân",
        "result": "Giấy xác nhận", "field": "Hộ tịch", "papers": ["Tờ khai"], "forms": [],
    }  # fmt: skip
    terms = index_of(document).terms
    assert terms["doc than"] > terms["tinh trang"] > terms["xac nhan"] > terms["khai"] > 0
