"""How wire types are read on every platform: the platform's names, our tolerance.

Numbers come as strings or as numbers, ids as either, fields are missing or odd (docs: zalo 11 "Parsing").
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    StringConstraints,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)

MAX_ID_CHARS = 256
_NUMBER = re.compile(r"\s*-?[0-9]{1,18}\s*")


def read_int(value: object) -> int | None:
    """An int from an int or a numeric string; None for anything else (a wrong quota must not spoil a good answer)."""
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, str) and _NUMBER.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) else None


def read_id(value: object) -> object:
    """An id as text, whether it came as a number or as a string."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def read_millis(value: object) -> datetime | None:
    """UTC time from milliseconds since 1970, given as number or string; None for anything else."""
    millis = read_int(value)
    if millis is None or not 0 < millis < 253_370_764_800_000:  # the year 9999 is where datetime ends
        return None
    return datetime.fromtimestamp(millis / 1000, UTC)


def read_text(value: object) -> str:
    """A text; "" for anything else."""
    return value if isinstance(value, str) else ""


def read_optional_id(value: object) -> str | None:
    """A text that may have come as a number; None for "" and anything else."""
    text = read_id(value)
    return text if isinstance(text, str) and text else None


def read_bool(value: object) -> bool | None:
    """A truth value from a bool, 0 or 1, or the words `true` and `false`; None for anything else."""
    if isinstance(value, str):
        return {"true": True, "1": True, "false": False, "0": False}.get(value.strip().lower())
    return bool(value) if value in (0, 1) else None


def forgive(value: object, parse: ValidatorFunctionWrapHandler) -> object:
    """What is only good to know (a quota) becomes None when it is odd, instead of spoiling the whole answer."""
    try:
        return parse(value)
    except ValidationError:
        return None


def read_items(value: object, item_type: type[WireModel]) -> tuple[WireModel, ...]:
    """The rows of a list that can be read; an odd row is left out, and anything but a list holds none."""
    if not isinstance(value, list | tuple):
        return ()
    return tuple(item for item in (_read_item(row, item_type) for row in value) if item is not None)


def _read_item(row: object, item_type: type[WireModel]) -> WireModel | None:
    try:
        return item_type.model_validate(row)
    except ValidationError:
        return None


LenientInt = Annotated[int | None, BeforeValidator(read_int)]
LenientBool = Annotated[bool | None, BeforeValidator(read_bool)]
LenientText = Annotated[str, BeforeValidator(read_text)]
IdText = Annotated[str, BeforeValidator(read_id), StringConstraints(min_length=1, max_length=MAX_ID_CHARS)]
OptionalId = Annotated[str | None, BeforeValidator(read_optional_id)]
Millis = Annotated[datetime | None, BeforeValidator(read_millis)]
Forgiving = WrapValidator(forgive)


class WireModel(BaseModel):
    """Base of wire types: unknown fields are ignored, names stay as the platform writes them."""

    model_config = ConfigDict(
        frozen=True, extra="ignore", populate_by_name=True, hide_input_in_errors=True, defer_build=True
    )
