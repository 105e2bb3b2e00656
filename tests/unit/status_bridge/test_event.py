"""What breaks the contract is refused and named; what the contract allows is understood (contract, section 4)."""

import json
from copy import deepcopy
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dossiers.status import Status
from status_bridge.event import MAX_FUTURE, MAX_NOTE_CHARS, DossierEvent, Refusal, parse_event
from status_bridge.sources.body import Unreadable, decode_json
from tests.unit.status_bridge.samples import CODE, FULL, NOW, with_value, without

MILLION_DIGITS = decode_json(b"9" * 1_000_000)
INFINITE = decode_json(b"1e400")
NOT_A_NUMBER = decode_json(b"NaN")
NO_TEXT = [7, 1.5, True, [], ["a"], {}, MILLION_DIGITS, "a\x00b", "a\ud800b"]
NO_MOMENT = [
    7,
    True,
    [],
    {},
    MILLION_DIGITS,
    "yesterday",
    "2026-03-02",
    "2026-03-02T08:15:00",  # no offset
    "2026-02-30T08:15:00+07:00",
    "2026-03-02T25:15:00+07:00",
    "20266-03-02T08:15:00+07:00",
    "0001-01-01T00:00:00+07:00",
    "9999-12-31T23:59:59-07:00",
    "9999-12-31T23:59:59+07:00",
    "1989-12-31T00:00:00Z",
    "2026-03-02T08:15:00+07:00\x00",
    "2026-03-02\ud80008:15:00+07:00",
]
LABELS = ["data.procedure_code", "data.procedure_name", "data.agency.code", "data.agency.name", "data.applicant.name",
          "data.applicant.email"]  # fmt: skip
NOTES = ["data.reason", "data.result.place", "data.result.hours"]
LISTS = ["data.supplement.items", "data.result.bring"]
OPTIONAL_MOMENTS = ["data.submitted_at", "data.received_at", "data.due_at", "data.finished_at"]
PARTS = ["data.agency", "data.applicant", "data.supplement", "data.result"]


def _label(value: object) -> str:
    return "unreadable" if isinstance(value, Unreadable) else repr(value)[:40]


def _cases() -> list[tuple[str, object]]:
    cases: list[tuple[str, object]] = [("specversion", value) for value in ("0.3", 1.0, 1, None, "", [])]
    cases += [("type", value) for value in ("hoso.dossier", None, 1, "", {})]
    cases += [(field, value) for field in ("id", "source") for value in [*NO_TEXT, None, "", "  ", "a" * 201]]
    cases += [("time", value) for value in [*NO_MOMENT, None, ""]]
    cases += [("subject", value) for value in [*NO_TEXT, None, "", "hồ sơ", "1234567", "A" * 41, "H17;DROP TABLE--"]]
    cases += [("data", value) for value in (None, [], "text", 1, True)]
    no_status = (0, 11, -1, 2.0, 2.5, True, False, "2", "", None, [], {}, MILLION_DIGITS, INFINITE, NOT_A_NUMBER)
    cases += [("data.status", value) for value in no_status]
    cases += [(field, value) for field in LABELS for value in [*NO_TEXT, "a" * 1001]]
    cases += [(field, value) for field in NOTES for value in [*NO_TEXT, "a" * (MAX_NOTE_CHARS + 1)]]
    cases += [(field, value) for field in OPTIONAL_MOMENTS for value in NO_MOMENT]
    cases += [(field, value) for field in PARTS for value in ("text", 1, True, [])]
    cases += [(field, value) for field in LISTS for value in ("text", 1, True, {}, ["a"] * 101)]
    cases += [
        ("data.applicant.phone", value) for value in ([], {}, True, 1.5, MILLION_DIGITS, "\x00", "\ud800", "0" * 101)
    ]
    no_deadline = (7, [], "2026-02-30", "0001-01-01", "9999-12-31", "soon", "2026-03-02T08:15:00", "2026-3-2")
    cases += [("data.supplement.deadline", value) for value in no_deadline]
    cases += [("data.result.postal", value) for value in ("perhaps", 2, [], {})]
    return cases


@pytest.mark.parametrize(("field", "value"), _cases(), ids=_label)
def test_a_wrong_value_is_refused_and_its_field_named(field: str, value: object) -> None:
    refusal = parse_event(with_value(field, value), now=NOW)
    assert isinstance(refusal, Refusal), refusal
    assert [error["field"] for error in refusal.errors] == [field]
    assert all(error["message"] for error in refusal.errors)


@pytest.mark.parametrize("field", LISTS)
@pytest.mark.parametrize("value", [7, None, True, {}, "\x00", "\ud800", "a" * (MAX_NOTE_CHARS + 1)], ids=_label)
def test_a_wrong_item_of_a_list_is_named_by_its_place(field: str, value: object) -> None:
    refusal = parse_event(with_value(field, ["giấy khai sinh", value]), now=NOW)
    assert isinstance(refusal, Refusal)
    assert [error["field"] for error in refusal.errors] == [f"{field}.1"]


@pytest.mark.parametrize("field", ["specversion", "id", "source", "type", "time", "subject", "data", "data.status"])
def test_a_missing_required_field_is_named(field: str) -> None:
    refusal = parse_event(without(field), now=NOW)
    assert isinstance(refusal, Refusal)
    assert [error["field"] for error in refusal.errors] == [field]


@pytest.mark.parametrize(
    "field", [*OPTIONAL_MOMENTS, *PARTS, "data.reason", "data.procedure_code", "data.procedure_name"]
)
def test_an_optional_field_may_be_missing_or_null(field: str) -> None:
    assert isinstance(parse_event(without(field), now=NOW), DossierEvent)
    assert isinstance(parse_event(with_value(field, None), now=NOW), DossierEvent)


@pytest.mark.parametrize(
    "field", [*LISTS, *NOTES, "data.result.postal", "data.supplement.deadline", "data.applicant.phone", *LABELS]
)
def test_an_optional_field_of_a_part_may_be_null(field: str) -> None:
    assert isinstance(parse_event(with_value(field, None), now=NOW), DossierEvent)


@pytest.mark.parametrize("raw", [None, True, 1, 1.5, "text", [], [{}], MILLION_DIGITS], ids=_label)
def test_what_is_no_object_is_refused(raw: object) -> None:
    refusal = parse_event(raw, now=NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.id, refusal.source) == (None, None)


def test_a_refusal_tells_the_id_and_source_that_can_be_read_and_never_quotes_a_value() -> None:
    raw = with_value("data.status", "Nguyễn Thị Minh Châu")
    refusal = parse_event(raw, now=NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.id, refusal.source) == ("evt-0001", "motcua.danang")
    assert "Nguyễn" not in json.dumps(list(refusal.errors), ensure_ascii=False)


@pytest.mark.parametrize(
    ("given_id", "told"), [("x" * 5000, "x" * 200), (7, None), ("\x00", None), ("\ud800", None), ("", None)]
)
def test_a_refused_events_id_is_told_only_as_far_as_it_can_be_stored(given_id: object, told: str | None) -> None:
    refusal = parse_event(with_value("id", given_id), now=NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.id == told


def test_a_refusal_with_hundreds_of_wrong_items_stays_short() -> None:
    refusal = parse_event(with_value("data.supplement.items", [7] * 100), now=NOW)
    assert isinstance(refusal, Refusal)
    assert len(refusal.errors) <= 20


def test_a_time_in_the_future_is_refused_only_when_it_must_be_an_error() -> None:
    soon = with_value("time", (NOW + MAX_FUTURE).isoformat())
    late = with_value("time", (NOW + MAX_FUTURE + timedelta(seconds=1)).isoformat())
    assert isinstance(parse_event(soon, now=NOW), DossierEvent)
    refusal = parse_event(late, now=NOW)
    assert isinstance(refusal, Refusal)
    assert (refusal.id, [error["field"] for error in refusal.errors]) == ("evt-0001", ["time"])


def test_fields_that_we_do_not_know_are_ignored_wherever_they_stand() -> None:
    raw = deepcopy(FULL) | {"datacontenttype": "application/json", "\ud800": 1, "deep": [[[{}]]]}
    raw["data"] |= {"officer": "someone", "agency": FULL["data"]["agency"] | {"address": 5}}
    parsed = parse_event(raw, now=NOW)
    assert parsed == parse_event(FULL, now=NOW)


@pytest.mark.parametrize(
    ("phone", "kept"),
    [
        (None, None),
        ("", None),
        ("0905 000 001", "0905 000 001"),
        (84905000001, "84905000001"),
        ("không có", "không có"),
    ],
)
def test_a_phone_may_be_a_text_a_number_or_null(phone: object, kept: str | None) -> None:
    parsed = parse_event(with_value("data.applicant.phone", phone), now=NOW)
    assert isinstance(parsed, DossierEvent)
    assert parsed.data.applicant is not None
    assert parsed.data.applicant.phone == kept


@pytest.mark.parametrize(
    "written",
    [
        "h17.33.2-260302-0001",
        " H17.33.2-260302-0001 ",
        "H17.33.2–260302–0001",
        "H17.33.2 - 260302 - 0001",
        "Ｈ17.33.2-260302-0001",
    ],
)
def test_a_dossier_code_is_brought_to_its_one_form(written: str) -> None:
    parsed = parse_event(with_value("subject", written), now=NOW)
    assert isinstance(parsed, DossierEvent)
    assert parsed.subject == CODE


def test_text_is_brought_to_its_composed_form() -> None:
    parsed = parse_event(with_value("data.procedure_name", "Đa\u0306ng ky\u0301  khai\u200b sinh"), now=NOW)
    assert isinstance(parsed, DossierEvent)
    assert parsed.data.procedure_name == "Đăng ký khai sinh"


def test_moments_are_compared_in_one_zone() -> None:
    parsed = parse_event(with_value("time", "2026-03-02T01:15:00Z"), now=NOW)
    assert isinstance(parsed, DossierEvent)
    same = parse_event(FULL, now=NOW)
    assert isinstance(same, DossierEvent)
    assert parsed.position == same.position == (datetime(2026, 3, 2, 1, 15, tzinfo=UTC), 2)
    assert parsed.status is Status.ACCEPTED


@pytest.mark.parametrize(
    "written", ["2026-03-02T08:15:00+07:00", "2026-03-02t01:15:00z", "2026-03-02T01:15:00.000z", "2026-03-02 01:15:00Z"]
)
def test_a_moment_is_read_as_rfc_3339_has_it_small_letters_too(written: str) -> None:
    """CloudEvents refers to RFC 3339, whose T and Z may be small; a small z was refused once."""
    parsed = parse_event(with_value("time", written), now=NOW)
    assert isinstance(parsed, DossierEvent)
    assert parsed.time == datetime(2026, 3, 2, 1, 15, tzinfo=UTC)


@pytest.mark.parametrize("field", ["id", "source"])
def test_a_name_that_is_too_long_is_told_in_characters(field: str) -> None:
    refusal = parse_event(with_value(field, "a" * 201), now=NOW)
    assert isinstance(refusal, Refusal)
    assert refusal.errors == [{"field": field, "message": "String should have at most 200 characters"}]


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("2026-03-05", date(2026, 3, 5)),
        ("2026-03-05T17:00:00+07:00", datetime(2026, 3, 5, 10, tzinfo=UTC)),
        (None, None),
        ("", None),
    ],
)
def test_a_deadline_is_a_day_or_a_moment(written: str | None, understood: date | None) -> None:
    parsed = parse_event(with_value("data.supplement.deadline", written), now=NOW)
    assert isinstance(parsed, DossierEvent)
    assert parsed.data.supplement is not None
    assert parsed.data.supplement.deadline == understood
    assert type(parsed.data.supplement.deadline) is type(understood)


json_values: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters()) | st.just(MILLION_DIGITS),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(
    st.sampled_from([*LABELS, *NOTES, *LISTS, *PARTS, "id", "source", "time", "subject", "data", "data.status"]),
    json_values,
)
def test_no_value_anywhere_makes_it_fail(field: str, value: object) -> None:
    parsed = parse_event(with_value(field, value), now=NOW)
    if isinstance(parsed, Refusal):
        json.dumps([parsed.id, parsed.source, list(parsed.errors)], ensure_ascii=False).encode()
        assert parsed.errors
    else:
        text = json.dumps(parsed.model_dump(mode="json"), ensure_ascii=False)
        assert "\\u0000" not in text
        text.encode()
