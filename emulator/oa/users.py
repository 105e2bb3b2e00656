"""One user: details, updates, and the stopped `getprofile` (docs: zalo 5.1, 5.2)."""

from datetime import datetime
from typing import Any

from aiohttp import web

from emulator.clock import VIETNAM
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.asked import Asked, read_body, read_data, read_user
from emulator.oa.gate import check_token
from emulator.oa.pictures import user_picture
from emulator.oa.rules import INVALID, OUT_OF_RANGE
from emulator.phones import Phone
from emulator.profiles import Profile, read_shared_info
from emulator.state import Emulator

V2_STOPPED = -240
MAX_FIELD_CHARS = 500  # not documented; keeps the state file small
_ALIAS_NAMES = ("alias", "user_alias")  # docs: zalo 5.2 names the first, 5.1 the second


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_get("/v3.0/oa/user/detail", tell_user)
    app.router.add_get("/v2.0/oa/getprofile", tell_profile)
    app.router.add_post("/v3.0/oa/user/update", update_user)
    app.router.add_post("/v2.0/oa/updatefollowerinfo", update_user)


@platform_face
async def tell_user(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v3.0/oa/user/detail?data={"user_id":"…"}` (docs: zalo 5.1)."""
    check_token(request, emulator)
    phone = read_user(read_data(request), emulator)
    return answer(success(_detail(phone, emulator, user_picture(request))))


@platform_face
async def tell_profile(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET /v2.0/oa/getprofile`: -240, or the same person in the fields of v2 (docs: zalo 5.1)."""
    check_token(request, emulator)
    if emulator.config.getprofile_stopped:
        raise Refused(V2_STOPPED, rule="retired", detail="getprofile has stopped; use /v3.0/oa/user/detail")
    phone = read_user(read_data(request), emulator)
    detail = _detail(phone, emulator, user_picture(request))
    names = ("user_id", "user_id_by_app", "display_name", "avatar", "avatars", "tags_and_notes_info", "shared_info")
    return answer(success({name: detail[name] for name in names} | {"user_gender": 0, "birth_date": 0}))


@platform_face
async def update_user(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v3.0/oa/user/update`, `/v2.0/oa/updatefollowerinfo`: alias and shared information (docs: zalo 5.2)."""
    check_token(request, emulator)
    asked = await read_body(request)
    phone = read_user(asked, emulator)
    alias, shared = _read_update(asked)
    if alias is None and not shared:
        raise Refused(INVALID, rule="update", detail="give an alias or fields of shared_info")
    if alias is not None:
        emulator.profiles.rename(phone.user_id, alias)
    if shared:
        emulator.profiles.share(phone.user_id, shared)
    emulator.touch()
    return answer({"error": 0, "message": "Success"})


def _read_update(asked: Asked) -> tuple[str | None, dict[str, str]]:
    nested = asked.get("shared_info", {})
    if not isinstance(nested, dict):
        raise Refused(INVALID, rule="shared_info", detail="shared_info must be an object")
    aliases = [asked[name] for name in _ALIAS_NAMES if name in asked]
    if not all(isinstance(alias, str) for alias in aliases):
        raise Refused(INVALID, rule="alias", detail="the alias must be a text")
    shared = read_shared_info({**asked, **nested})
    if any(len(value) > MAX_FIELD_CHARS for value in [*aliases, *shared.values()]):
        raise Refused(OUT_OF_RANGE, rule="update", detail=f"a field is longer than {MAX_FIELD_CHARS}")
    return (aliases[0] if aliases else None), shared


def _detail(phone: Phone, emulator: Emulator, picture: str) -> dict[str, Any]:
    profile = emulator.profiles.get(phone.user_id)
    return {
        "user_id": phone.user_id,
        "user_id_by_app": phone.user_id_by_app,
        "user_external_id": "",
        "display_name": phone.name,
        "user_alias": profile.alias,
        "is_sensitive": False,
        "user_is_follower": phone.follows,
        "user_last_interaction_date": _day(phone.last_interaction_ms),
        "avatar": picture,
        "avatars": {"120": picture, "240": picture},
        "tags_and_notes_info": {"notes": list(profile.notes), "tag_names": list(profile.tags)},
        "shared_info": _shared_info(profile, as_number=emulator.config.shared_phone_as_number),
        "dynamic_param": "",
    }


def _shared_info(profile: Profile, *, as_number: bool) -> dict[str, str | int]:
    shared: dict[str, str | int] = dict(profile.shared_info)
    written = str(shared.get("phone", ""))
    if as_number and written.isascii() and written.isdecimal():
        shared["phone"] = int(written)
    return shared


def _day(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, VIETNAM).strftime("%d/%m/%Y") if ms else ""
