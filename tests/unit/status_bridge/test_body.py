"""Bytes become JSON, or one line saying why not; an impossible value spoils only itself."""

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from status_bridge.event import Refusal, parse_event
from status_bridge.sources.body import BodyError, Unreadable, decode_json
from tests.unit.status_bridge.samples import NOW


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        (b"", "no JSON"),
        (b"   ", "no JSON"),
        (b"{", "no JSON"),
        (b'{"a": 1,}', "no JSON"),
        (b"{} {}", "no JSON"),
        (b"undefined", "no JSON"),
        (b"\xff\xfe{}", "UTF-8"),
        (b'{"a": "\xc3"}', "UTF-8"),
        (b"[" * 100_000 + b"]" * 100_000, "nested"),
        (b'{"a":' * 100_000, "nested"),
        ("\ufeff{}".encode(), "no JSON"),
    ],
)
def test_what_is_no_json_is_refused_in_one_line(body: bytes, problem: str) -> None:
    with pytest.raises(BodyError, match=problem) as caught:
        decode_json(body)
    assert "\n" not in str(caught.value)


def test_a_problem_never_quotes_the_body() -> None:
    with pytest.raises(BodyError) as caught:
        decode_json(b'{"name": Nguyen}')
    assert "Nguyen" not in str(caught.value)


@pytest.mark.parametrize("value", [b"9" * 1_000_000, b"-" + b"9" * 5000, b"NaN", b"Infinity", b"-Infinity"])
def test_an_impossible_number_spoils_only_its_own_event(value: bytes) -> None:
    decoded = decode_json(b'[{"data": {"status": ' + value + b'}}, {"data": {"status": 2}}]')
    assert isinstance(decoded[0]["data"]["status"], Unreadable)
    assert decoded[1] == {"data": {"status": 2}}
    assert isinstance(parse_event(decoded[0], now=NOW), Refusal)


def test_ordinary_numbers_stay_numbers() -> None:
    assert decode_json(b"[1, -84905000001, 1.5, 1e2]") == [1, -84905000001, 1.5, 100.0]


@given(st.binary(max_size=60))
def test_no_bytes_make_it_fail_otherwise(body: bytes) -> None:
    with contextlib.suppress(BodyError):
        decode_json(body)
