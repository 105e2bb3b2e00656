"""JSON as it comes from outside: the one reader that every face uses, so that none lets odd documents in.

Python's own reader takes more than JSON has: NaN, infinities, escapes that are no text. What was let in would come out
again at `/_emulator/messages`, in webhooks and in the state file, where other readers choke on it.
"""

import json
import math
from typing import Any, NoReturn

MAX_DEPTH = 64  # of our own: far above what any documented body needs, far below what Python can write again
_SURROGATE_ESCAPE = b"\\u"


def read_json(raw: bytes) -> Any:
    """The value in UTF-8 JSON. Raises ValueError for anything that is not JSON, is no text, or is nested too deeply."""
    try:
        value = _DECODER.decode(raw.decode())
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    # Both looks at the bytes are cheap, and most bodies need no third one.
    if raw.count(b"[") + raw.count(b"{") > MAX_DEPTH and _depth(value) > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if _SURROGATE_ESCAPE in raw:
        json.dumps(value, ensure_ascii=False).encode()  # a lone surrogate is no text: UnicodeEncodeError
    return value


def _depth(value: object) -> int:
    """How many lists and objects lie in one another, level by level, so that Python's stack sets no limit."""
    level, depth = [value], 0
    while level:
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner.extend(each.values())
            elif isinstance(each, list):
                inner.extend(each)
        has_container = any(isinstance(each, dict | list) for each in level)
        depth, level = depth + has_container, inner
    return depth


def _read_float(written: str) -> float:
    value = float(written)
    if math.isinf(value):
        raise ValueError("a number is too large")
    return value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant, parse_float=_read_float)
