from __future__ import annotations

import contextlib
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.answers import read_retry_after
from channels.json_guard import MAX_DEPTH, MalformedJson, load_json

DATE = "Thu, 01 Jan 2026 00:00:00 GMT"


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "17"}, 17.0),
        ({"retry-after": "0"}, 1.0),
        ({"retry-after": "999999999999999999999"}, 3600.0),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-5"}, None),
        ({"retry-after": "Thu, 01 Jan 2026 00:02:00 GMT", "date": DATE}, 120.0),
        ({"retry-after": "Thu, 01 Jan 2026 00:02:00 GMT"}, None),
        ({"retry-after": DATE, "date": "Thu, 01 Jan 2026 00:02:00 GMT"}, 1.0),
    ],
)
def test_retry_after_is_read_in_both_forms(headers: dict[str, str], seconds: float | None) -> None:
    assert read_retry_after(headers) == seconds


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"{} {}",
        b"\xff",
        b"\xef\xbb\xbf{}",
        '{"a": 1}'.encode("utf-16"),
        b'{"a": "\\u0000"}',
        b'{"\\u0000": 1}',
        b'{"a": "\\ud800"}',
        b'{"a": ["\\udc00"]}',
        b'{"a": "\x00"}',
        b'{"a": NaN}',
        b'{"a": -Infinity}',
        b'{"a": 1e999}',
        b'{"a": 9223372036854775808}',
        b'{"a": ' + b"9" * 1_000_000 + b"}",
        b"[" * 100_000,
        b"[" * 200 + b"]" * 200,
        b'{"a":' * 200 + b"1" + b"}" * 200,
    ],
    ids=range(19),
)
def test_json_that_we_could_not_store_is_refused_without_quoting_it(body: bytes) -> None:
    with pytest.raises(MalformedJson) as caught:
        load_json(body)
    assert len(str(caught.value)) < 60


def test_escaped_emoji_and_the_deepest_allowed_document_pass() -> None:
    assert load_json(b'{"a": "\\ud83d\\ude00"}') == {"a": "😀"}
    deep = b"[" * (MAX_DEPTH - 1) + b"1" + b"]" * (MAX_DEPTH - 1)
    assert load_json(deep) is not None
    with pytest.raises(MalformedJson):
        load_json(b"[" + deep + b"]")


TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\0"))  # without lone surrogates


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**62), 2**62) | TEXT,
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text("abc"), inner, max_size=4),
        max_leaves=20,
    )
)
def test_ordinary_json_passes_unchanged(document: object) -> None:
    assert load_json(json.dumps(document).encode()) == document


@given(st.binary(max_size=200))
def test_any_bytes_are_either_json_or_malformed(body: bytes) -> None:
    with contextlib.suppress(MalformedJson):
        load_json(body)
