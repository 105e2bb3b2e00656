"""From a platform's error code to one of our errors: tables as data, read the same way for every platform.

A row reads: code, what to do, what it means, how well it is known (grade of the fact sheet). A code in no table becomes
`UnknownCode`: parked and told to a person, never retried blindly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import TypeVar

from channels.errors import (
    ChannelError,
    Later,
    NeedsHuman,
    RateLimited,
    RecipientRefused,
    RecipientUnreachable,
    Temporary,
    UnknownCode,
)
from channels.later import Until

Make = Callable[[str, str], ChannelError]
CodeT = TypeVar("CodeT", int, str)
"""Codes are numbers on some platforms, and texts such as "007" on others."""


@dataclass(frozen=True, slots=True)
class CodeRow:
    """One row: how to build the error, what the code means, and the grade of its source."""

    make: Make
    meaning: str
    grade: str

    def to_error(self, code: int | str) -> ChannelError:
        """The error for this row; its detail is our wording, never the platform's (which may quote a phone number)."""
        return self.make(str(code), self.meaning)


CodeTable = Mapping[str, CodeRow]
"""A table of a platform whose codes are texts."""


def make_table(*groups: Iterable[tuple[CodeT, Make, str, str]]) -> dict[CodeT, CodeRow]:
    """The rows of all groups by their code. Raises ValueError for a code that stands there twice."""
    table: dict[CodeT, CodeRow] = {}
    for code, make, meaning, grade in chain.from_iterable(groups):
        if code in table:
            raise ValueError(f"code {code} stands in the table twice")
        table[code] = CodeRow(make, meaning, grade)
    return table


def classify(table: Mapping[CodeT, CodeRow], code: CodeT, message: str = "") -> ChannelError:
    """The error for a code that is no success. `message` is used for unknown codes only, short and without digits."""
    row = table.get(code)
    if row is not None:
        return row.to_error(code)
    words = re.sub(r"\d", "*", " ".join(message.split()))[:120]
    return UnknownCode(str(code), f"code in no table: {words}" if words else "code in no table")


def refuse_status(status: int) -> None:
    """For an answer that is a JSON object but none of the platform's: a 4xx is a refusal all the same.

    Raises `NeedsHuman` then (docs: rq-httpx-redis-pitfalls B1, "400-class"); returns otherwise, and the outcome is
    unknown.
    """
    if 400 <= status < 500:
        raise NeedsHuman(f"http_{status}", "refused without one of the platform's codes; check address and keys")


def unreachable(*, other: bool = True, tomorrow: bool = False) -> Make:
    """This person cannot be reached this way; see `RecipientUnreachable`."""
    return lambda code, meaning: RecipientUnreachable(
        code, meaning, try_other_channel=other, retry_tomorrow_once=tomorrow
    )


def refused(*, other: bool) -> Make:
    """This person does not want it; see `RecipientRefused`."""
    return lambda code, meaning: RecipientRefused(code, meaning, try_other_channel=other)


def temporary(*, max_retries: int) -> Make:
    """Refused for now, worth so many tries more."""
    return lambda code, meaning: Temporary(code, meaning, max_retries=max_retries)


def later(until: Until, *, other: bool = False) -> Make:
    """Not before a known moment; see `Later`."""
    return lambda code, meaning: Later(code, meaning, until=until, try_other_channel=other)


def needs_human(*, retry_once: bool) -> Make:
    """The account or a setting is wrong; see `NeedsHuman`."""
    return lambda code, meaning: NeedsHuman(code, meaning, retry_once=retry_once)


def too_fast(*, pause_seconds: float) -> Make:
    """Too many requests in the platform's period; see `RateLimited`."""
    return lambda code, meaning: RateLimited(code, meaning, retry_after_seconds=pause_seconds)
