"""Reading what a request asks for: the query parameter `data`, JSON bodies, numbers and texts (docs: zalo 1)."""

from typing import Any

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import check_json_type, remark
from emulator.oa.gate import find_user
from emulator.oa.rules import INVALID, OUT_OF_RANGE, parse_object
from emulator.phones import Phone
from emulator.state import Emulator

Asked = dict[str, Any]


def read_data(request: web.Request) -> Asked:
    """The JSON object in `?data=…`. Raises Refused(-201)."""
    return parse_object(request.query.get("data", "").encode(errors="replace"))


async def read_body(request: web.Request) -> Asked:
    """The JSON object in the body. Raises Refused(-201)."""
    check_json_type(request)
    return parse_object(await request.read())


def read_number(request: web.Request, asked: Asked, name: str, *, at_least: int, at_most: int) -> int:
    """A whole number within limits; digits in quotes pass with a remark. Raises Refused: -201 no number, -210 range."""
    value = asked.get(name)
    if isinstance(value, str) and value.isascii() and value.isdecimal() and len(value) < 10:
        remark(request, name, f"{name} should be a number, not a text")
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused(INVALID, rule=name, detail=f"{name} must be a whole number")
    if not at_least <= value <= at_most:
        raise Refused(OUT_OF_RANGE, rule=name, detail=f"{name} must be from {at_least} to {at_most}")
    return value


def read_text(asked: Asked, name: str) -> str:
    """A text that is not empty. Raises Refused(-201)."""
    value = asked.get(name)
    if not isinstance(value, str) or not value.strip():
        raise Refused(INVALID, rule=name, detail=f"{name} must be a text that is not empty")
    return value


def read_user(asked: Asked, emulator: Emulator) -> Phone:
    """The phone of `user_id`. Raises Refused(-201)."""
    return find_user(read_text(asked, "user_id"), emulator)
