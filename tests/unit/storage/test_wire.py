"""Values as PostgreSQL reads them (PostgreSQL manual: arrays 8.15.2, COPY text format)."""

import uuid
from datetime import UTC, datetime

import pytest

from storage import wire

KEY = uuid.UUID("6b7d3c52-6f0c-5d0e-9a52-0d5f0b1f6f31")
MOMENT = datetime(2026, 3, 2, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "element", "field"),
    [
        (None, "NULL", "\\N"),
        ("", '""', ""),
        ("NULL", '"NULL"', "NULL"),
        ("\\N", '"\\\\N"', "\\\\N"),
        ("Hải Châu, {a}", '"Hải Châu, {a}"', "Hải Châu, {a}"),
        ('a"b\\c', '"a\\"b\\\\c"', 'a"b\\\\c'),
        ("a\tb\nc\rd", '"a\tb\nc\rd"', "a\\tb\\nc\\rd"),
        (b"\x00\xff", '"\\\\x00ff"', "\\\\x00ff"),
        (7, '"7"', "7"),
        (True, '"True"', "True"),
        (KEY, f'"{KEY.hex}"', KEY.hex),
        (MOMENT, '"2026-03-02T08:15:00+00:00"', "2026-03-02T08:15:00+00:00"),
    ],
)
def test_each_kind_of_value_is_written_as_the_server_reads_it(value: wire.Value, element: str, field: str) -> None:
    assert wire.array([value, value]) == f"{{{element},{element}}}"
    assert wire.copy_line([value, value]) == f"{field}\t{field}\n"


def test_no_values_are_an_empty_array() -> None:
    assert wire.array([]) == "{}"
