"""JSON from outside, limited to what PostgreSQL and the rest of us can hold.

The standard parser lets NaN, lone surrogates, NUL and very deep nesting through; they fail much later, in the database
(docs: rq-httpx-redis-pitfalls A5). Here they fail at the door.
"""

from __future__ import annotations

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 64  # the platforms' own documents stay under ten
MAX_NUMBER = 2**63  # what a bigint column holds; ids beyond 2^53 come as strings anyway (docs: zalo 1)


class MalformedJson(ValueError):
    """The bytes are no JSON, or JSON that cannot be stored; the message names the reason, not the content."""


def load_json(body: bytes) -> Any:
    """The document in `body`. Raises `MalformedJson`."""
    try:
        document = json.loads(body.decode("utf-8"), parse_constant=_refuse_constant)
    except MalformedJson:
        raise
    except UnicodeDecodeError as exc:
        raise MalformedJson("not UTF-8") from exc
    except RecursionError as exc:
        raise MalformedJson("nested too deeply") from exc
    except ValueError as exc:  # also a number of more than 4,300 digits
        raise MalformedJson("not JSON") from exc
    # NUL and lone surrogates can only come through \u escapes: raw ones fail above. Most bodies skip that check.
    _check(document, check_text=b"\\u" in body)
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is no JSON number")


def _check(document: Any, *, check_text: bool) -> None:
    level: list[Any] = [document]
    for _ in range(MAX_DEPTH):
        if not level:
            return
        below: list[Any] = []
        for value in level:
            if isinstance(value, dict):
                below.extend(value.values())
                if check_text:
                    below.extend(value)
            elif isinstance(value, list):
                below.extend(value)
            else:
                _check_leaf(value, check_text=check_text)
        level = below
    if level:
        raise MalformedJson("nested too deeply")


def _check_leaf(value: Any, *, check_text: bool) -> None:
    if isinstance(value, str):
        if check_text and any(char == "\0" or "\ud800" <= char <= "\udfff" for char in value):
            raise MalformedJson("NUL or lone surrogate in a text")
    elif isinstance(value, (int, float)) and not (math.isfinite(value) and abs(value) < MAX_NUMBER):
        raise MalformedJson("number too large")
