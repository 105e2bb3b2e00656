"""JSON from outside, limited to what PostgreSQL and the rest of us can hold.

The standard parser lets NaN, lone surrogates, NUL and very deep nesting through; they fail much later, in the database
(docs: rq-httpx-redis-pitfalls A5). Here they fail at the door, and an ordinary document pays next to nothing for it:
numbers are judged as they are read, and only what looks odd from outside is walked through.
"""

from __future__ import annotations

import json
import math
import re
from typing import Any, NoReturn

MAX_DEPTH = 64  # the platforms' own documents stay under ten
MAX_NUMBER = 2**63  # what a bigint column holds; ids beyond 2^53 come as strings anyway (docs: zalo 1)
_MAX_NUMBER_CHARS = 20  # sign and digits of the largest such number

# Raw NULs and surrogates fail as JSON or as UTF-8, so bad ones come as escapes; most bodies have none to look at.
_SUSPECT_ESCAPE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_UNSTORABLE = re.compile("[\0\ud800-\udfff]")


class MalformedJson(ValueError):
    """The bytes are no JSON, or JSON that cannot be stored; the message names the reason, not the content."""


def load_json(body: bytes) -> Any:
    """The document in `body`. Raises `MalformedJson`."""
    try:
        document = _DECODER.decode(body.decode("utf-8"))
    except MalformedJson:
        raise
    except UnicodeDecodeError as exc:
        raise MalformedJson("not UTF-8") from exc
    except RecursionError as exc:
        raise MalformedJson("nested too deeply") from exc
    except ValueError as exc:
        raise MalformedJson("not JSON") from exc
    has_suspects = _SUSPECT_ESCAPE.search(body) is not None
    if has_suspects or body.count(b"[") + body.count(b"{") >= MAX_DEPTH:
        _check(document, check_text=has_suspects)
    return document


def _refuse_constant(name: str) -> NoReturn:
    raise MalformedJson(f"{name} is no JSON number")


def _read_int(digits: str) -> int:
    # The length first: thousands of digits would take long to read, or fail in their own way.
    number = int(digits) if len(digits) <= _MAX_NUMBER_CHARS else MAX_NUMBER
    if abs(number) >= MAX_NUMBER:
        raise MalformedJson("number too large")
    return number


def _read_float(digits: str) -> float:
    number = float(digits)
    if not (math.isfinite(number) and abs(number) < MAX_NUMBER):
        raise MalformedJson("number too large")
    return number


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_int=_read_int, parse_float=_read_float)


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
            elif check_text and isinstance(value, str) and _UNSTORABLE.search(value):
                raise MalformedJson("NUL or lone surrogate in a text")
        level = below
    if level:
        raise MalformedJson("nested too deeply")
