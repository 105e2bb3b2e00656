"""What is said: complete, within the platform's limits, and nothing that must not be said."""

import json
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import Environment, meta

import emulator
import status_bridge
from dossiers import masking
from dossiers.masking import contains_personal_number
from dossiers.number_spans import Span, personal_spans
from dossiers.status import Notice
from status_bridge.composition import (
    LANGUAGES,
    MAX_LIST_CHARS,
    MAX_NOTE_CHARS,
    MAX_TEXT_CHARS,
    ComposedNotice,
    Composer,
    CompositionConfig,
    CompositionError,
)
from status_bridge.event import DossierEvent
from tests.unit.status_bridge.samples import CODE, event

HOTLINE = "1022"
FOLDER = Path(status_bridge.__file__).parent / "templates"
PLATFORM = tomllib.loads((FOLDER / "platform.toml").read_text(encoding="utf-8"))
EMULATOR_TEMPLATES = json.loads((Path(emulator.__file__).parent / "templates.json").read_text(encoding="utf-8"))
STATUS_OF = {
    Notice.SUBMITTED: 1,
    Notice.ACCEPTED: 2,
    Notice.REFUSED: 3,
    Notice.SUPPLEMENT: 5,
    Notice.PAYMENT: 6,
    Notice.WITHDRAWN: 7,
    Notice.STOPPED: 8,
    Notice.FINISHED: 9,
    Notice.RETURNED: 10,
}
EVERY = [(language, notice) for language in LANGUAGES for notice in Notice]
NAMING = {Notice.SUBMITTED, Notice.ACCEPTED, Notice.REFUSED, Notice.SUPPLEMENT, Notice.STOPPED, Notice.FINISHED}
CONFIG = CompositionConfig(sensitive_procedures=("1.000656",), hotline=HOTLINE, zone=ZoneInfo("Asia/Ho_Chi_Minh"))
COMPOSER = Composer(CONFIG)
DETAILS: dict[str, Any] = {
    "reason": "Thiếu chữ ký",
    "supplement": {"items": ["Giấy khai sinh.", "Ảnh 3x4"], "deadline": "2026-03-10T17:00:00+07:00"},
    "result": {"place": "Quầy số 3", "hours": "07:30-11:30", "bring": ["Giấy hẹn", "Căn cước"], "postal": False},
}
BARE: dict[str, Any] = dict.fromkeys(
    (
        "procedure_code",
        "procedure_name",
        "agency",
        "applicant",
        "submitted_at",
        "due_at",
        "reason",
        "supplement",
        "result",
    )
)


def _compose(
    notice: Notice, of: DossierEvent, language: str = "vi", follows: Notice | None = None, **known: Any
) -> ComposedNotice:
    composed = COMPOSER.compose(notice, of, follows=follows, language=language, known=known)
    _assert_fits(notice, composed)
    return composed


def _assert_fits(notice: Notice, composed: ComposedNotice) -> None:
    assert composed.params.keys() == PLATFORM[notice].keys()
    for name, rule in PLATFORM[notice].items():
        value = composed.params[name]
        assert 0 < len(unicodedata.normalize("NFC", value)) <= rule["max"], (notice, name, value)
        assert value == unicodedata.normalize("NFC", value).strip()
        assert "\n" not in value
    assert 0 < len(composed.text) <= MAX_TEXT_CHARS
    assert unicodedata.is_normalized("NFC", composed.text)
    for part in (composed.text, *composed.params.values()):
        assert not re.search(r"\{[{%]|[%}]\}|None|null|undefined| {2}|\( *\)", part), part


def _whole(composed: ComposedNotice) -> str:
    return "\n".join([composed.text, *composed.params.values()])


@pytest.mark.parametrize(("language", "notice"), EVERY)
@pytest.mark.parametrize("data", [DETAILS, {}, BARE], ids=["full", "usual", "bare"])
def test_every_notice_says_which_dossier_whom_to_ask_and_what_comes_next(
    language: str, notice: Notice, data: Mapping[str, Any]
) -> None:
    composed = _compose(notice, event(STATUS_OF[notice], **data), language)
    assert CODE in composed.text
    assert HOTLINE in composed.text
    assert composed.params["ma_ho_so"] == CODE
    last = composed.text.splitlines()
    assert len(last) >= 3  # what happened, what to do, whom to ask


@pytest.mark.parametrize(("language", "notice"), [pair for pair in EVERY if pair[1] in NAMING])
def test_a_notice_names_procedure_and_unit(language: str, notice: Notice) -> None:
    composed = _compose(notice, event(STATUS_OF[notice], **DETAILS), language)
    for part in ("Đăng ký khai sinh", "UBND phường Hải Châu"):
        assert part in composed.text
        assert part in composed.params.values()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_the_event_leaves_out_comes_from_what_was_known(language: str) -> None:
    composed = _compose(
        Notice.ACCEPTED,
        event(2, **BARE),
        language,
        procedure_name="Đăng ký kết hôn",
        agency_name="UBND xã Hòa Vang",
        due_at=datetime(2026, 3, 5, 10, tzinfo=UTC),
    )
    assert composed.params["thu_tuc"] == "Đăng ký kết hôn"
    assert composed.params["don_vi"] == "UBND xã Hòa Vang"
    assert "17:00" in composed.params["ngay_hen"]


def test_a_demand_says_what_where_and_until_when() -> None:
    composed = _compose(Notice.SUPPLEMENT, event(5, **DETAILS))
    for said in (composed.text, " ".join(composed.params.values())):
        assert "Giấy khai sinh; Ảnh 3x4" in said
        assert "17:00 ngày 10/03/2026" in said
        assert "Cổng Dịch vụ công hoặc UBND phường Hải Châu" in said


def test_a_deadline_that_is_a_day_is_said_without_an_hour() -> None:
    composed = _compose(Notice.SUPPLEMENT, event(5, supplement={"items": ["Ảnh"], "deadline": "2026-03-10"}))
    assert composed.params["han"] == "10/03/2026"


def test_a_demand_without_a_deadline_names_no_date() -> None:
    composed = _compose(Notice.SUPPLEMENT, event(5, supplement={"items": ["Ảnh"]}))
    assert "sớm nhất có thể" in composed.text
    assert composed.params["han"] == "Sớm nhất có thể"


@pytest.mark.parametrize("items", [[], ["", "  "], ["...", ";", "."]])
def test_a_demand_that_names_nothing_points_to_the_portal(items: list[str]) -> None:
    composed = _compose(Notice.SUPPLEMENT, event(5, supplement={"items": items}))
    assert "phiếu yêu cầu bổ sung tại Cổng Dịch vụ công" in composed.text
    assert "Cổng Dịch vụ công" in composed.params["noi_dung"]


def test_items_without_words_leave_no_gap_between_the_others() -> None:
    composed = _compose(Notice.SUPPLEMENT, event(5, supplement={"items": ["Ảnh 3x4;", "...", "", "Tờ khai"]}))
    assert composed.params["noi_dung"] == "Ảnh 3x4; Tờ khai"


def test_a_refusal_tells_the_reason_and_that_one_may_submit_again() -> None:
    composed = _compose(Notice.REFUSED, event(3, reason="Thiếu chữ ký"))
    assert "Lý do: Thiếu chữ ký" in composed.text
    assert composed.params["ly_do"] == "Thiếu chữ ký"
    assert "nộp lại" in composed.text
    assert "nộp lại" in composed.params["viec_tiep_theo"]


def test_a_result_tells_where_when_and_what_to_bring() -> None:
    composed = _compose(Notice.FINISHED, event(9, **DETAILS))
    for part in ("Quầy số 3", "07:30-11:30", "Giấy hẹn; Căn cước"):
        assert part in composed.text
        assert part in " ".join(composed.params.values())


def test_a_result_without_details_is_collected_at_the_unit_with_the_receipt() -> None:
    composed = _compose(Notice.FINISHED, event(9))
    assert composed.params["cach_nhan"] == "UBND phường Hải Châu"
    assert composed.params["mang_theo"] == "Giấy hẹn và giấy tờ tùy thân"


@pytest.mark.parametrize(("language", "word"), [("vi", "bưu điện"), ("en", "by post")])
def test_a_result_by_post_asks_nobody_to_come(language: str, word: str) -> None:
    composed = _compose(Notice.FINISHED, event(9, result={"postal": True, "place": "Quầy số 3"}), language)
    assert word in composed.text
    assert "Quầy số 3" not in _whole(composed)


def test_a_payment_warns_of_fraud_and_names_no_sum() -> None:
    composed = _compose(Notice.PAYMENT, event(6))
    for said in (composed.text, composed.params["viec_tiep_theo"]):
        assert "Không chuyển khoản" in said
        assert "Cổng Dịch vụ công" in said


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_notice_says_that_nobody_asks_for_money_or_codes(language: str) -> None:
    words = {"vi": "không yêu cầu chuyển tiền", "en": "never ask for money"}
    assert words[language] in _compose(Notice.SUBMITTED, event(1), language).text


@pytest.mark.parametrize(
    ("follows", "words"),
    [
        (Notice.SUPPLEMENT, "đã nhận phần bổ sung"),
        (Notice.FINISHED, "xin lỗi Ông/Bà"),
        (Notice.RETURNED, "xin lỗi Ông/Bà"),
        (Notice.STOPPED, "tiếp tục xử lý"),
        (Notice.PAYMENT, "tiếp tục xử lý"),
        (Notice.SUBMITTED, "tiếp nhận và đang xử lý"),
        (None, "tiếp nhận và đang xử lý"),
    ],
)
def test_accepted_says_what_it_follows_on(follows: Notice | None, words: str) -> None:
    assert words in _compose(Notice.ACCEPTED, event(4), follows=follows).text


@pytest.mark.parametrize(("language", "notice"), EVERY)
@pytest.mark.parametrize("follows", [None, *Notice])
def test_whatever_came_before_it_fits(language: str, notice: Notice, follows: Notice | None) -> None:
    _compose(notice, event(STATUS_OF[notice], **DETAILS), language, follows)


SECRET = "khai tử của cha"
SENSITIVE: dict[str, Any] = {
    "reason": SECRET,
    "supplement": {"items": [SECRET], "deadline": "2026-03-10"},
    "result": {"place": SECRET, "hours": SECRET, "bring": [SECRET]},
}


@pytest.mark.parametrize(("language", "notice"), EVERY)
@pytest.mark.parametrize(
    "procedure",
    [
        {"procedure_code": "1.000656", "procedure_name": "Tên không lộ ra"},
        {"procedure_code": "1.000656.000.00.00.H17", "procedure_name": "Tên không lộ ra"},
        {"procedure_code": None, "procedure_name": "Đăng ký khai tử"},
        {"procedure_code": "1.009999", "procedure_name": "CẤP PHIẾU LÝ LỊCH TƯ PHÁP"},
        {"procedure_code": None, "procedure_name": "Nhận con nuôi trong nước"},
    ],
    ids=lambda procedure: procedure["procedure_name"],
)
def test_a_sensitive_procedure_is_never_named_and_no_officers_word_is_shown(
    language: str, notice: Notice, procedure: dict[str, Any]
) -> None:
    said = _whole(_compose(notice, event(STATUS_OF[notice], **SENSITIVE, **procedure), language))
    assert SECRET not in said
    assert procedure["procedure_name"] not in said
    assert CODE in said


def test_a_procedure_known_as_sensitive_stays_so_when_the_event_leaves_it_out() -> None:
    bare = BARE | SENSITIVE
    said = _whole(_compose(Notice.REFUSED, event(3, **bare), procedure_code="1.000656", procedure_name="Khai tử"))
    assert SECRET not in said
    assert "Khai tử" not in said


PERSONAL = "gọi 0905 000 001 hoặc CCCD 048090000123"
FIELDS: list[tuple[Notice, dict[str, Any]]] = [
    (Notice.REFUSED, {"reason": PERSONAL}),
    (Notice.STOPPED, {"reason": PERSONAL}),
    (Notice.SUPPLEMENT, {"supplement": {"items": [PERSONAL]}}),
    (Notice.SUPPLEMENT, {"reason": PERSONAL}),
    (Notice.FINISHED, {"result": {"place": PERSONAL}}),
    (Notice.FINISHED, {"result": {"hours": PERSONAL}}),
    (Notice.FINISHED, {"result": {"bring": [PERSONAL]}}),
    (Notice.ACCEPTED, {"procedure_name": PERSONAL}),
    (Notice.ACCEPTED, {"agency": {"name": PERSONAL}}),
]


@pytest.mark.parametrize(("notice", "data"), FIELDS)
def test_numbers_of_people_in_officers_notes_are_hidden(notice: Notice, data: dict[str, Any]) -> None:
    said = _whole(_compose(notice, event(STATUS_OF[notice], **data))).replace(CODE, "")
    assert not contains_personal_number(said)
    assert "số đã ẩn" in said


def test_officers_notes_are_cut_to_their_limit() -> None:
    refused = _compose(Notice.REFUSED, event(3, reason="dài " * 2000))
    assert len(refused.params["ly_do"]) <= MAX_NOTE_CHARS
    assert refused.params["ly_do"].endswith("…")
    demanded = _compose(Notice.SUPPLEMENT, event(5, supplement={"items": ["giấy tờ"] * 100}))
    assert len(demanded.params["noi_dung"]) <= MAX_LIST_CHARS


@pytest.mark.parametrize("item", ["0905123456", "0905 123 456, ", "Gọi 0905.123.456 nhé; "])
def test_a_megabyte_of_phones_is_not_read_to_its_end(item: str, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths: list[int] = []

    def counted(text: str) -> list[Span]:
        lengths.append(len(text))
        return personal_spans(text)

    monkeypatch.setattr(masking, "personal_spans", counted)  # the same function, with its work counted
    items = [(item * 1000)[:10_000]] * 100
    composed = _compose(Notice.SUPPLEMENT, event(5, supplement={"items": items}, reason=items[0]))
    assert lengths
    assert sum(lengths) < 100 * MAX_LIST_CHARS
    assert not re.search(r"\d{9}|0905|123|456", _whole(composed).replace(CODE, "").replace(HOTLINE, ""))
    assert "số đã ẩn" in composed.params["noi_dung"]


def test_an_officers_note_cannot_run_a_template() -> None:
    note = "{{ 7 * 7 }} {% raise %} {# gone #}"
    composed = COMPOSER.compose(Notice.REFUSED, event(3, reason=note), follows=None, language="vi", known={})
    assert composed.params["ly_do"] == note
    assert f"Lý do: {note}" in composed.text


wild = st.text(
    st.sampled_from(list('aZ0 9.;,-\u0301\u0323\u1eabđ\u200b\u2028\n\t{}%<&"😀\U0001f468\ufdfa\u0344'))
    | st.characters(exclude_categories=["Cs"], exclude_characters="\x00"),
    max_size=60,
)
long = st.tuples(wild, st.integers(1, 150)).map(lambda pair: pair[0] * pair[1])
label, note = long.map(lambda text: text[:900]), long.map(lambda text: text[:9000])


@given(
    st.sampled_from(list(Notice)),
    st.sampled_from(LANGUAGES),
    st.sampled_from([None, *Notice]),
    st.fixed_dictionaries(
        {
            "procedure_name": st.none() | label,
            "agency": st.none() | label.map(lambda name: {"name": name}),
            "reason": st.none() | note,
            "supplement": st.none() | st.lists(note, max_size=4).map(lambda items: {"items": items}),
            "result": st.none()
            | st.tuples(note, note, note).map(lambda t: {"place": t[0], "hours": t[1], "bring": [t[2]]}),
        }
    ),
)
def test_whatever_officers_write_the_notice_fits(
    notice: Notice, language: str, follows: Notice | None, data: dict[str, Any]
) -> None:
    composed = COMPOSER.compose(notice, event(STATUS_OF[notice], **data), follows=follows, language=language, known={})
    for name, rule in PLATFORM[notice].items():
        assert 0 < len(unicodedata.normalize("NFC", composed.params[name])) <= rule["max"]
    assert len(composed.text) <= MAX_TEXT_CHARS
    json.dumps(composed.as_content(), ensure_ascii=False).encode()


def test_a_code_as_long_as_they_get_fits() -> None:
    code = "H17.33.2-" + "0" * 31
    of = event(2).model_copy(update={"subject": code})
    for notice in Notice:
        assert _compose(notice, of).params["ma_ho_so"] == code


def _templates() -> list[tuple[str, str, str]]:
    found = []
    for language, notice in EVERY:
        raw = tomllib.loads((FOLDER / language / f"{notice}.toml").read_text(encoding="utf-8"))
        found += [(f"{language}/{notice}", "text", raw["text"])]
        found += [(f"{language}/{notice}", name, text) for name, text in raw["params"].items()]
    return found


@pytest.mark.parametrize(("file", "part", "template"), _templates())
def test_templates_use_known_values_only(file: str, part: str, template: str) -> None:
    known = COMPOSER._values(Notice.ACCEPTED, event(2), None, "vi", {})
    assert meta.find_undeclared_variables(Environment(autoescape=True).parse(template)) <= known.keys()


def test_the_emulators_templates_have_exactly_our_parameters() -> None:
    theirs = {template["name"]: {p["name"]: p["max"] for p in template["params"]} for template in EMULATOR_TEMPLATES}
    ours = {notice: {name: rule["max"] for name, rule in params.items()} for notice, params in PLATFORM.items()}
    assert ours == {notice: theirs[notice] for notice in (*Notice, "announcement", "apology", "digest", "otp")}


@pytest.mark.parametrize("notice", list(Notice))
def test_vietnamese_sentences_are_short_formal_and_accented(notice: Notice) -> None:
    for data, follows in ((BARE, None), (BARE, Notice.SUPPLEMENT), (BARE, Notice.FINISHED), (BARE, Notice.STOPPED)):
        composed = _compose(notice, event(STATUS_OF[notice], **data), follows=follows)
        for sentence in re.split(r"(?<=[.:])\s|\n", _whole(composed).replace(CODE, "MÃ")):
            assert len(sentence.split()) <= 20, sentence
        assert not re.search(r"\b(bạn|anh/chị|quý khách|mày)\b", _whole(composed), re.IGNORECASE)
        assert composed.text != composed.text.encode("ascii", "ignore").decode()
    assert "Ông/Bà" in _whole(composed)


def _folder(tmp_path: Path, **changed: str) -> Path:
    for language in LANGUAGES:
        (tmp_path / language).mkdir()
        for notice in Notice:
            source = (FOLDER / language / f"{notice}.toml").read_text(encoding="utf-8")
            (tmp_path / language / f"{notice}.toml").write_text(changed.get(f"{language}_{notice}", source))
    (tmp_path / "platform.toml").write_text((FOLDER / "platform.toml").read_text(encoding="utf-8"))
    return tmp_path


REFUSED_PARAMS = "[params]\nma_ho_so = '{{ code }}'\nthu_tuc = 'a'\ndon_vi = 'b'\nly_do = 'c'\n"


def test_a_template_without_a_parameter_of_the_platform_stops_the_start(tmp_path: Path) -> None:
    folder = _folder(tmp_path, vi_refused="text = 'a'\n" + REFUSED_PARAMS)
    with pytest.raises(CompositionError, match="vi/refused"):
        Composer(CONFIG, folder)


@pytest.mark.parametrize(
    ("next_step", "problem"),
    [
        ("''", "viec_tiep_theo"),
        ("'{{ reason.nothing.here }}'", "UndefinedError"),
        ("'{{ nobody_knows }}'", "nobody_knows"),
        ("'" + "a" * 201 + "'", "201"),
    ],
)
def test_a_message_that_the_platform_would_refuse_is_found_before_sending(
    tmp_path: Path, next_step: str, problem: str
) -> None:
    toml = f"text = 'a'\n{REFUSED_PARAMS}viec_tiep_theo = {next_step}\n"
    composer = Composer(CONFIG, _folder(tmp_path, vi_refused=toml))
    with pytest.raises(CompositionError, match=problem):
        composer.compose(Notice.REFUSED, event(3, reason="r"), follows=None, language="vi", known={})


def test_what_is_stored_is_the_text_and_the_parameters() -> None:
    composed = _compose(Notice.SUBMITTED, event(1))
    assert composed.as_content() == {"text": composed.text, "params": dict(composed.params)}
