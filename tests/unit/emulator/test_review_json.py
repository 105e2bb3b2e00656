"""The one reader of JSON from outside."""

import json

import pytest

from emulator.json_text import MAX_DEPTH, read_json


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"\xff",
        b"NaN",
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'"\\ud800"',
        b'{"\\udfff": 1}',
        b"[" * (MAX_DEPTH + 1) + b"]" * (MAX_DEPTH + 1),
        b'{"a":' * (MAX_DEPTH + 1) + b"1" + b"}" * (MAX_DEPTH + 1),
        b"[" * 200_000,
        b"9" * 10_000,
    ],
)
def test_what_could_not_be_written_again_is_not_read(raw: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        read_json(raw)


@pytest.mark.parametrize(
    "value",
    [
        None,
        1.5,
        "Nguyễn Văn A 😀",
        {"a": [1, {"b": None}]},
        [[]] * 1_000,
        [{"a": 1}] * 1_000,
        json.loads("[" * MAX_DEPTH + "]" * MAX_DEPTH),
    ],
)
@pytest.mark.parametrize("is_escaped", [True, False])
def test_ordinary_json_is_read_as_it_is(value: object, is_escaped: bool) -> None:
    assert read_json(json.dumps(value, ensure_ascii=is_escaped).encode()) == value
