"""Values written as PostgreSQL reads them, for the statements that carry whole batches.

The driver looks up an adapter for every single value: with twenty columns a row that was most of what a row cost.
Columns hold one kind of value, None among them: str, int, bool, float, bytes, UUID, or datetime with an offset.
"""

import uuid
from collections.abc import Iterable
from datetime import datetime

Value = str | int | bool | float | bytes | uuid.UUID | datetime | None

_ARRAY_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def array(values: Iterable[Value]) -> str:
    """Return an array literal; the statement names its type, as in `%(ids)s::bigint[]`."""
    return f"{{{','.join(map(_element, values))}}}"


def _element(value: Value) -> str:
    if value is None:
        return "NULL"
    if isinstance(value, str):
        return f'"{value.translate(_ARRAY_ESCAPES) if _has_sign(value) else value}"'
    if isinstance(value, bytes):
        return f'"\\\\x{value.hex()}"'
    return f'"{_plain(value)}"'


def _has_sign(text: str) -> bool:
    return '"' in text or "\\" in text


def copy_line(values: Iterable[Value]) -> str:
    """Return one row for `COPY … FROM STDIN` in the text format."""
    return "\t".join(map(_field, values)) + "\n"


def _field(value: Value) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return value if value.isprintable() and "\\" not in value else value.translate(_COPY_ESCAPES)
    if isinstance(value, bytes):
        return f"\\\\x{value.hex()}"
    return _plain(value)


def _plain(value: int | bool | float | uuid.UUID | datetime) -> str:
    """Write what needs no escapes anywhere."""
    if isinstance(value, uuid.UUID):
        return value.hex
    return value.isoformat() if isinstance(value, datetime) else str(value)
