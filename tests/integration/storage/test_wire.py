"""What `storage.wire` writes comes out of a real server as it went in."""

import uuid
from datetime import UTC, datetime

import psycopg
import pytest

from storage import wire

TEXTS = [
    "",
    "NULL",
    "null",
    "\\N",
    "\\.",
    'a"b\\c',
    "{a,b}",
    "a\tb\nc\rd",
    "Nguyễn Văn Thử",
    " x ",
    "\x1b",
    "\x85\u2028",
]


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        ("text", [None, *TEXTS]),
        ("bytea", [None, b"", b"\x00\xff\\", b"plain"]),
        ("bigint", [None, -1, 2**62]),
        ("boolean", [True, None, False]),
        ("float8", [0.1, None, -1e300]),
        ("uuid", [uuid.UUID(int=7), None]),
        ("timestamptz", [datetime(2026, 3, 2, 8, 15, 0, 123456, tzinfo=UTC), None]),
    ],
)
def test_arrays_and_copied_rows_come_back_as_they_were(postgres_url: str, kind: str, values: list[wire.Value]) -> None:
    with psycopg.connect(postgres_url) as connection, connection.cursor() as cursor:
        asked = cursor.execute(f"SELECT * FROM unnest(%s::{kind}[])", [wire.array(values)])
        assert [row[0] for row in asked] == values
        cursor.execute(f"CREATE TEMP TABLE copied (place integer, value {kind}) ON COMMIT DROP")
        with cursor.copy("COPY copied FROM STDIN") as copy:
            copy.write("".join(wire.copy_line(row) for row in enumerate(values)))
        assert [row[0] for row in cursor.execute("SELECT value FROM copied ORDER BY place")] == values
