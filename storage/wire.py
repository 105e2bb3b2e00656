"""Values written as PostgreSQL reads them, for the statements that carry whole batches.

The driver looks up an adapter for every single value: with twenty columns a row that was most of what a row cost.
Columns hold one kind of value, None among them: str, int, bool, float, bytes, UUID, or datetime with an offset.
"""

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Any

Value = str | int | bool | float | bytes | uuid.UUID | datetime | None

_ARRAY_ESCAPES = str.maketrans({"\\": "\\\\", '"': '\\"'})
_COPY_ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def array(values: Iterable[Value]) -> str:
    """Return an array literal; the statement names its type, as in `%(ids)s::bigint[]`."""
    return f"{{{','.join([_ELEMENTS[type(value)](value) for value in values])}}}"


def copy_line(values: Iterable[Value]) -> str:
    """Return one row for `COPY … FROM STDIN` in the text format."""
    return "\t".join([_FIELDS[type(value)](value) for value in values]) + "\n"


def _text_element(value: Any) -> str:
    return f'"{value.translate(_ARRAY_ESCAPES) if _has_sign(value) else value}"'


def _has_sign(text: str) -> bool:
    return '"' in text or "\\" in text


def _text_field(value: Any) -> str:
    text: str = value if value.isprintable() and "\\" not in value else value.translate(_COPY_ESCAPES)
    return text


class _Writers(dict[type, Callable[[Any], str]]):
    """How each kind is written; a subclass, such as an enumeration of texts, is written as what it is."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        for base in kind.__mro__:
            if base in self:
                self[kind] = self[base]
                return self[kind]
        raise TypeError(f"no way to write {kind.__name__} for PostgreSQL; add it here")


# By type, found at once: with a question after the other, a row of twenty columns took as long as reading its event.
_FIELDS = _Writers(
    {
        type(None): lambda _value: "\\N",
        str: _text_field,
        bytes: lambda value: "\\\\x" + value.hex(),
        uuid.UUID: lambda value: f"{value.int:032x}",
        datetime: datetime.isoformat,
        int: int.__repr__,
        bool: str,
        float: str,
    }
)
_ELEMENTS = _Writers(
    {
        type(None): lambda _value: "NULL",
        str: _text_element,
        bytes: lambda value: f'"\\\\x{value.hex()}"',
        uuid.UUID: lambda value: f'"{value.int:032x}"',
        datetime: lambda value: f'"{value.isoformat()}"',
        int: lambda value: f'"{int(value)}"',
        bool: lambda value: f'"{value}"',
        float: lambda value: f'"{value}"',
    }
)
