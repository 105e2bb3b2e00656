"""Codes in receipts, chats and QR payloads (docs: public-services 3)."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dossiers.code import (
    MAX_CODE_CHARS,
    ProcedureCode,
    authority_of,
    dossier_from_qr_payload,
    find_dossier_codes,
    find_procedure_codes,
    find_social_insurance_codes,
    is_home_authority,
    normalise_dossier_code,
)
from dossiers.errors import DossierCodeError

Form = Literal["NFC", "NFD", "NFKC"]
FORMS: tuple[Form, ...] = ("NFC", "NFD", "NFKC")

REAL_FORMS = [
    "000.17.22.H56-210531-0001",
    "000.00.14.H56-200203-0118",
    "000.00.04.H51-200221-0001",
    "000.00.01.H29-260310-0420",
    "38.98.H29-210519-0013",
    "G09.20-20260609-0092637",
    "000.00.01.H17-230427-0001",
    "H17.1.2-230427-0001",
    "H17-250806-00017",
    "H17.33.2-260302-0001",
]


@pytest.mark.parametrize("code", REAL_FORMS)
@pytest.mark.parametrize(
    "sentence", ["{}", "{}.", "Hồ sơ {} tới đâu rồi?", "Tôi nộp rồi. {}", "mã:{},", "({})", "“{}”", "?ma={}&x=1"]
)
def test_a_code_is_found_wherever_it_stands(code: str, sentence: str) -> None:
    assert find_dossier_codes(sentence.format(code)) == [code]


@pytest.mark.parametrize(
    "written",
    [
        "000.17.04.h17 – 230418 – 0056",
        "000.17.04.H17—230418—0056",
        "000.17.04.H17 - 230418 - 0056",
        "000 . 17 . 04 . H17-230418-0056",
        "000.17.04.H17\u2011230418\u20110056",
        "000.17.04.H17\u2212230418\u22120056",
        "\ufeff000.17.04.H17-2304\u200b18-0056\u00a0",
        "０００.１７.０４.Ｈ１７-２３０４１８-００５６",
        "000.17.04.H17-\n230418-0056",
    ],
)
def test_odd_dashes_spaces_and_widths_are_read(written: str) -> None:
    assert find_dossier_codes(f"hs {written} nhé") == ["000.17.04.H17-230418-0056"]
    assert normalise_dossier_code(written) == "000.17.04.H17-230418-0056"


@pytest.mark.parametrize(
    "text",
    [
        "000.00.04.G18",
        "1.004194.000.00.00.H17",
        "0905123456",
        "048099001234",
        "03706/2026/07906",
        "H17-231399-0001",
        "H17-230400-0001",
        "ABC000.17.04.H17-230418-0056",
        "H17-230418-12",
        "H17-230418-123456789",
        "",
    ],
)
def test_what_is_no_dossier_code_is_not_found(text: str) -> None:
    assert find_dossier_codes(text) == []


def test_several_codes_come_in_order_and_each_once() -> None:
    text = "H17-250806-00017, h17-250806-00017 và G09.20-20260609-0092637"
    assert find_dossier_codes(text) == ["H17-250806-00017", "G09.20-20260609-0092637"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("03706/2026/07906", "03706/2026/07906"),
        ("03706 ⁄ 2026 / 07906", "03706/2026/07906"),
        ("hs-2026.000123", "HS-2026.000123"),
        ("#H17-250806-00017.", "H17-250806-00017"),
        ("H17-231399-0001", "H17-231399-0001"),
    ],
)
def test_social_insurance_and_unknown_patterns_are_accepted_on_entry(text: str, code: str) -> None:
    assert normalise_dossier_code(text) == code


@pytest.mark.parametrize(
    "text", ["", "   ", "H17", "hồ sơ của tôi", "H17_250806_00017", "A" * 41, "<script>", "\x00" * 9]
)
def test_what_cannot_be_a_code_is_refused_in_one_line(text: str) -> None:
    with pytest.raises(DossierCodeError, match="send 8 to 40") as caught:
        normalise_dossier_code(text)
    assert "\n" not in str(caught.value)


def test_the_longest_code_is_kept_and_one_more_is_refused() -> None:
    assert normalise_dossier_code("A" * MAX_CODE_CHARS) == "A" * MAX_CODE_CHARS


@settings(deadline=None)
@given(
    st.text(st.sampled_from("0123456789hHgGaZ. -–—/\u200b\u00a0０Ｈſßı"), min_size=6, max_size=45)
    | st.text(max_size=45)
)
def test_normalising_a_normalised_code_changes_nothing(text: str) -> None:
    try:
        code = normalise_dossier_code(text)
    except DossierCodeError:
        return  # refused: nothing to normalise again
    assert normalise_dossier_code(code) == code
    assert code.isascii()
    assert 8 <= len(code) <= MAX_CODE_CHARS


@settings(deadline=None)
@given(st.sampled_from(REAL_FORMS), st.sampled_from(FORMS), st.sampled_from("-–—‑−"), st.booleans())
def test_every_found_code_is_already_in_its_normal_form(code: str, form: Form, dash: str, is_lower: bool) -> None:
    written = code.replace("-", f" {dash} ")
    written = written.lower() if is_lower else written
    text = unicodedata.normalize(form, f"Hồ sơ số {written} của bà Nguyễn Thị Ánh")
    assert find_dossier_codes(text) == [code]
    assert normalise_dossier_code(code) == code


def test_social_insurance_codes_have_their_own_finder() -> None:
    assert find_social_insurance_codes("sổ 03706/2026/07906, 03706 / 2026 / 07906") == ["03706/2026/07906"]
    assert find_social_insurance_codes("ngày 12/05/2026, H17-250806-00017") == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.001193", [ProcedureCode("1.001193")]),
        ("thủ tục 2.000815.", [ProcedureCode("2.000815")]),
        ("1.004194.000.00.00.H17", [ProcedureCode("1.004194", "000.00.00.H17")]),
        ("1.004194.h19", [ProcedureCode("1.004194", "H19")]),
        ("1.001193 và 1.001193, 3.000347", [ProcedureCode("1.001193"), ProcedureCode("3.000347")]),
        ("11.001193", []),
        ("1.0011934", []),
        ("1.2.3", []),
        ("4.001193", []),
    ],
)
def test_procedure_codes_are_found_with_their_unit(text: str, expected: list[ProcedureCode]) -> None:
    assert find_procedure_codes(text) == expected


def test_a_procedure_code_is_written_with_its_unit() -> None:
    assert str(ProcedureCode("1.004194", "000.00.00.H17")) == "1.004194.000.00.00.H17"
    assert str(ProcedureCode("1.001193")) == "1.001193"


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ("H17-250806-00017", "H17-250806-00017"),
        (" 000.17.04.h17-230418-0056\n", "000.17.04.H17-230418-0056"),
        ("https://dichvucong.example.vn/tra-cuu?ma=000.17.04.H17-230418-0056&x=1", "000.17.04.H17-230418-0056"),
        ("https://dichvucong.example.vn/hs/H17.33.2-260302-0001", "H17.33.2-260302-0001"),
        ("https://dichvucong.example.vn/?u=%2Ftra%3Fma%3DH17.33.2-260302-0001", "H17.33.2-260302-0001"),
        ("https://dichvucong.example.vn/?u=%252Ftra%253Fma%253DH17.33.2-260302-0001", "H17.33.2-260302-0001"),
        ("03706/2026/07906", "03706/2026/07906"),
        ("HS-2026-000123", "HS-2026-000123"),
        ("048099001234|201234567|Nguyễn Văn Bình|01011999|Nam|Hải Châu|01012021", None),
        ("048099001234", None),
        ("8934567890123", None),
        ("https://zalo.me/1234567890", None),
        ("zalo.me/1234567890", None),
        ("", None),
        ("%", None),
    ],
)
def test_a_receipts_qr_gives_its_code_and_other_qr_codes_give_none(payload: str, code: str | None) -> None:
    assert dossier_from_qr_payload(payload) == code


@settings(deadline=None)
@given(st.text())
def test_any_qr_payload_is_answered_without_an_error(payload: str) -> None:
    code = dossier_from_qr_payload(payload)
    assert code is None or normalise_dossier_code(code) == code


@pytest.mark.parametrize(
    ("code", "place", "is_home"),
    [
        ("H17.33.2-260302-0001", "Đà Nẵng", True),
        ("000.17.04.h17-230418-0056", "Đà Nẵng", True),
        ("38.98.H47-210519-0013", "Đà Nẵng", True),
        ("H17", "Đà Nẵng", True),
        ("000.17.22.H56-210531-0001", "Thanh Hóa", False),
        ("H29.1", "TP.HCM", False),
        ("H01", "An Giang", False),
        ("H63", "Yên Bái", False),
        ("H51-200221-0001", "Sóc Trăng", False),
        ("H19", "Đồng Nai", False),
        ("H22", "Hà Giang", False),
        ("H49", "Quảng Ninh", False),
        ("G09.20-20260609-0092637", "đơn vị chưa rõ", False),
        ("H64-260302-0001", "đơn vị chưa rõ", False),
        ("03706/2026/07906", "đơn vị chưa rõ", False),
        ("", "đơn vị chưa rõ", False),
    ],
)
def test_a_code_names_its_place(code: str, place: str, is_home: bool) -> None:
    assert authority_of(code) == place
    assert is_home_authority(code) is is_home
