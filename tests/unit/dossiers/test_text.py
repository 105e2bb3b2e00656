"""Cleaning, folding, counting, cutting and short messages (docs: public-services 4.4, zalo 10.3)."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dossiers.gsm7 import GSM7_BASIC, GSM7_EXTENSION
from dossiers.text import clean, fold, looks_like_tcvn3, nfc_length, sms_parts, to_gsm7, truncate

VIETNAMESE = st.text(st.sampled_from("aăâeêioôơuưyđĐ bcdghklmnpqrstvx ẰẫếỆọữỳỹ,.\u0301\u0323\u200b\u00a0Ð")) | st.text()


def test_folding_drops_accents_and_case() -> None:
    assert fold("Đà Nẵng") == "da nang"
    assert fold("HOÀ VANG") == fold("Hòa Vang") == "hoa vang"
    assert fold(unicodedata.normalize("NFD", "Đà Nẵng")) == "da nang"
    assert fold("thuý") == fold("thúy")


@pytest.mark.parametrize("look_alike", ["Ð", "Ɖ", "ð"])
def test_look_alikes_of_the_letter_d_with_stroke_are_mapped(look_alike: str) -> None:
    assert clean(f"{look_alike}à")[0] in "Đđ"
    assert fold(f"{look_alike}à Nẵng") == "da nang"


def test_cleaning_drops_what_is_invisible_and_collapses_spaces() -> None:
    assert clean("\ufeff Hồ\u00a0\u00a0sơ\u200b \n số\u00ad 5\x00\ud800 ") == "Hồ sơ số 5"


@settings(deadline=None)
@given(VIETNAMESE)
def test_cleaning_twice_changes_nothing_and_gives_nfc(text: str) -> None:
    cleaned = clean(text)
    assert clean(cleaned) == cleaned
    assert unicodedata.is_normalized("NFC", cleaned)


@settings(deadline=None)
@given(VIETNAMESE)
@example(" \u0301 a")
@example("İ")
def test_folding_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@settings(deadline=None)
@given(VIETNAMESE)
def test_folding_does_not_depend_on_the_normal_form(text: str) -> None:
    assert fold(unicodedata.normalize("NFD", text)) == fold(unicodedata.normalize("NFC", text))


def test_length_is_counted_after_nfc() -> None:
    assert nfc_length("Đà Nẵng") == 7
    assert len(unicodedata.normalize("NFD", "Đà Nẵng")) == 10
    assert nfc_length(unicodedata.normalize("NFD", "Đà Nẵng")) == 7


@pytest.mark.parametrize(
    ("text", "max_chars", "expected"),
    [
        ("Đăng ký khai sinh", 17, "Đăng ký khai sinh"),
        ("Đăng ký khai sinh", 16, "Đăng ký khai…"),
        ("Đăng ký khai sinh", 13, "Đăng ký khai…"),
        ("Đăng ký khai sinh", 12, "Đăng ký…"),
        ("Đăng ký, khai sinh", 12, "Đăng ký…"),
        ("Nghiêng", 5, "Nghi…"),
        ("Nghiêng", 1, "…"),
        ("Nghiêng", 0, ""),
        ("", 0, ""),
        ("  Nghiêng ngả", 6, "  Ngh…"),
    ],
)
def test_text_is_cut_on_a_word_border(text: str, max_chars: int, expected: str) -> None:
    assert truncate(text, max_chars) == expected


@settings(deadline=None)
@given(VIETNAMESE, st.integers(0, 60))
def test_a_cut_text_never_exceeds_its_limit_and_stays_nfc(text: str, max_chars: int) -> None:
    cut = truncate(text, max_chars)
    assert len(cut) <= max_chars
    assert unicodedata.is_normalized("NFC", cut)
    whole = unicodedata.normalize("NFC", text)
    assert cut == whole or (cut == "" and max_chars == 0) or (cut.endswith("…") and whole.startswith(cut[:-1]))


@pytest.mark.parametrize(
    ("text", "is_mojibake"),
    [
        ("Hå s¬", True),
        ("®¬n xin cÊp giÊy phÐp", True),
        ("Hồ sơ của tôi tới đâu rồi", False),
        ("Hoà sô", False),
        ("diện tích 50 m², dài 5µm, giá 10¢ ½ kg", False),
        ("", False),
    ],
)
def test_tcvn3_mojibake_is_recognised_and_ordinary_text_is_not(text: str, is_mojibake: bool) -> None:
    assert looks_like_tcvn3(text) is is_mojibake


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Hồ sơ của Ông/Bà đã được tiếp nhận.", "Ho so cua Ong/Ba da duoc tiep nhan."),
        ("ĐÀ NẴNG – “Hải Châu”…", 'DA NANG - "Hai Chau"...'),
        ("[số] {đã} ẩn~", "(so) (da) an-"),
        ("20.000₫", "20.000d"),
        ("Xong 🎉 rồi", "Xong  roi"),
        ("漢", "?"),
        ("dòng 1\ndòng 2\t3", "dong 1\ndong 2 3"),
    ],
)
def test_short_messages_are_written_without_diacritics(text: str, plain: str) -> None:
    assert to_gsm7(text) == plain


@settings(deadline=None)
@given(VIETNAMESE)
def test_reduced_text_is_made_of_the_basic_gsm7_table_alone(text: str) -> None:
    plain = to_gsm7(text)
    assert set(plain) <= GSM7_BASIC
    assert to_gsm7(unicodedata.normalize("NFD", text)) == plain
    assert to_gsm7(plain) == plain


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("", 0),
        ("a" * 160, 1),
        ("a" * 161, 2),
        ("a" * 306, 2),
        ("a" * 307, 3),
        ("a" * 459, 3),
        ("a" * 460, 4),
        ("ạ" * 70, 1),
        ("ạ" * 71, 2),
        ("ạ" * 134, 2),
        ("ạ" * 135, 3),
        ("ạ" * 201, 3),
        ("ạ" * 202, 4),
        (unicodedata.normalize("NFD", "ạ" * 70), 1),
        ("[" * 80, 1),
        ("[" * 81, 2),
        ("a" * 159 + "€", 2),
        ("a" * 152 + "[" + "a" * 152, 3),  # an extension character is not torn: 152, then 2 + 151, then 1
        ("a" * 152 + "[" + "a" * 151, 2),
        ("🎉" * 35, 1),
        ("🎉" * 36, 2),
        ("à" * 160, 1),
    ],
)
def test_parts_of_a_short_message_are_counted(text: str, parts: int) -> None:
    assert sms_parts(text) == parts


@settings(deadline=None)
@given(st.text(st.sampled_from(sorted(GSM7_BASIC | GSM7_EXTENSION)), min_size=1, max_size=700))
def test_parts_are_never_fewer_than_the_septets_need(text: str) -> None:
    septets = sum(2 if c in GSM7_EXTENSION else 1 for c in text)
    assert sms_parts(text) >= (1 if septets <= 160 else -(-septets // 153))
