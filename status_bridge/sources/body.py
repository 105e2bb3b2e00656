"""Decoding what a source sent, so that one impossible value spoils its own event and not the batch around it."""

import json
from typing import Any, NoReturn

_MAX_INT_DIGITS = 18


class BodyError(ValueError):
    """The bytes are no JSON at all; the message says why in one line and quotes nothing."""


class Unreadable:
    """Stands for a value that JSON can write and we will not read; no field of an event accepts it."""


def _integer(digits: str) -> int | Unreadable:
    # Python refuses to read more than 4,300 digits and would refuse the whole batch with them.
    return int(digits) if len(digits) <= _MAX_INT_DIGITS else Unreadable()


def _constant(_: str) -> Unreadable:
    return Unreadable()


def decode_json(body: bytes) -> Any:
    """Decode a JSON text (RFC 8259, UTF-8).

    Raises:
        BodyError: not UTF-8, not JSON, or nested beyond the parser's depth.
    """
    try:
        return json.loads(body.decode("utf-8"), parse_int=_integer, parse_constant=_constant)
    except UnicodeDecodeError:
        _fail("the body is not UTF-8")
    except RecursionError:
        _fail("the body is nested too deeply")
    except ValueError as error:
        _fail(
            f"the body is no JSON: {error.msg} at line {error.lineno}"
            if isinstance(error, json.JSONDecodeError)
            else "the body is no JSON"
        )


def _fail(message: str) -> NoReturn:
    raise BodyError(message) from None
