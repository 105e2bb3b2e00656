"""Lists of users: everybody who ever spoke to the account or follows it (docs: zalo 5.2)."""

import re
from collections.abc import Callable
from datetime import date

from aiohttp import web

from emulator.clock import day_number
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.asked import Asked, read_data, read_number, read_text
from emulator.oa.gate import check_token
from emulator.oa.rules import INVALID
from emulator.phones import Phone
from emulator.state import Emulator

MAX_OFFSET = 9951  # docs: zalo 5.2
MAX_COUNT = 50
_EPOCH = date(1970, 1, 1)
_RANGE = re.compile(r"(\d{4})_(\d{2})_(\d{2}):(\d{4})_(\d{2})_(\d{2})", re.ASCII)
_LAST_DAYS = {"TODAY": (0, 0), "YESTERDAY": (1, 1), "L7D": (6, 0), "L30D": (29, 0)}  # first and last day, days ago
Filter = Callable[[Phone], bool]


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/v3.0/oa/user/getlist", list_users)
    app.router.add_get("/v2.0/oa/getfollowers", list_followers)


@platform_face
async def list_users(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v3.0/oa/user/getlist` with its filters (docs: zalo 5.2)."""
    check_token(request, emulator)
    asked = read_data(request)
    offset, count = _read_page(request, asked)
    wanted = [_is_user, *_read_filters(asked, emulator)]
    found = [phone.user_id for phone in emulator.phones.all() if all(fits(phone) for fits in wanted)]
    users = [{"user_id": user_id} for user_id in found[offset : offset + count]]
    return answer(success({"total": len(found), "count": count, "offset": offset, "users": users}))


@platform_face
async def list_followers(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/oa/getfollowers`, the older list (docs: zalo 5.2)."""
    check_token(request, emulator)
    asked = read_data(request)
    offset, count = _read_page(request, asked)
    wanted = [_is_user, _is_follower(True), *_read_tag(asked, emulator)]
    found = [phone.user_id for phone in emulator.phones.all() if all(fits(phone) for fits in wanted)]
    followers = [{"user_id": user_id} for user_id in found[offset : offset + count]]
    return answer(success({"total": len(found), "followers": followers}))


def read_period(written: str, today: int) -> tuple[int, int]:
    """First and last day of a `last_interaction_period`, as days since 1970. Raises Refused(-201)."""
    if written in _LAST_DAYS:
        first, last = _LAST_DAYS[written]
        return today - first, today - last
    match = _RANGE.fullmatch(written)
    try:
        numbers = [int(part) for part in match.groups()] if match else []
        first_day, last_day = ((date(*numbers[at : at + 3]) - _EPOCH).days for at in (0, 3))
    except (TypeError, ValueError) as error:
        detail = "TODAY, YESTERDAY, L7D, L30D or YYYY_MM_DD:YYYY_MM_DD"
        raise Refused(INVALID, rule="last_interaction_period", detail=detail) from error
    if first_day > last_day:
        raise Refused(INVALID, rule="last_interaction_period", detail="the first day comes after the last")
    return first_day, last_day


def _read_page(request: web.Request, asked: Asked) -> tuple[int, int]:
    offset = read_number(request, asked, "offset", at_least=0, at_most=MAX_OFFSET)
    return offset, read_number(request, asked, "count", at_least=1, at_most=MAX_COUNT)


def _read_filters(asked: Asked, emulator: Emulator) -> list[Filter]:
    filters = _read_tag(asked, emulator)
    if _is_given(asked, "last_interaction_period"):
        written = read_text(asked, "last_interaction_period")
        filters.append(_spoke_between(*read_period(written, day_number(emulator.clock.now_ms()))))
    if _is_given(asked, "is_follower"):
        follows = str(asked["is_follower"]).lower()  # some clients write flags as texts
        if follows not in {"true", "false"}:
            raise Refused(INVALID, rule="is_follower", detail="is_follower must be true or false")
        filters.append(_is_follower(follows == "true"))
    return filters


def _read_tag(asked: Asked, emulator: Emulator) -> list[Filter]:
    if not _is_given(asked, "tag_name"):
        return []
    tagged = set(emulator.profiles.tagged(read_text(asked, "tag_name")))
    return [lambda phone: phone.user_id in tagged]


def _is_given(asked: Asked, name: str) -> bool:
    return asked.get(name) is not None and asked[name] != ""


def _is_user(phone: Phone) -> bool:
    return phone.zalo and (phone.follows or phone.last_interaction_ms > 0)


def _is_follower(wanted: bool) -> Filter:
    return lambda phone: phone.follows == wanted


def _spoke_between(first_day: int, last_day: int) -> Filter:
    def fits(phone: Phone) -> bool:
        return phone.last_interaction_ms > 0 and first_day <= day_number(phone.last_interaction_ms) <= last_day

    return fits
