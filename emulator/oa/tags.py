"""Tags that the account sticks on its users; each change is told to the webhook (docs: zalo 5.2, 7.4)."""

from aiohttp import web

from emulator import events
from emulator.envelopes import answer, success
from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.asked import Asked, read_body, read_text, read_user
from emulator.oa.gate import check_token
from emulator.oa.rules import INVALID, OUT_OF_RANGE
from emulator.state import Emulator

MAX_TAG_CHARS = 100  # not documented; keeps the list readable


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v2.0/oa/tag/tagfollower", tag_user)
    app.router.add_post("/v2.0/oa/tag/rmfollowerfromtag", untag_user)
    app.router.add_post("/v2.0/oa/tag/rmtag", remove_tag)
    app.router.add_get("/v2.0/oa/tag/gettagsofoa", list_tags)


@platform_face
async def tag_user(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST …/tag/tagfollower`: a tag that does not exist yet is made. Once more is no change."""
    check_token(request, emulator)
    asked = await read_body(request)
    user_id, tag = read_user(asked, emulator).user_id, _read_tag(asked)
    if emulator.profiles.tag(user_id, tag):
        _tell(emulator, "add_user_to_tag", [user_id], tag)
    return _done()


@platform_face
async def untag_user(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST …/tag/rmfollowerfromtag`: -201 for a tag that does not exist; a user without it is no change."""
    check_token(request, emulator)
    asked = await read_body(request)
    user_id, tag = read_user(asked, emulator).user_id, _read_tag(asked)
    _check_known(emulator, tag)
    if emulator.profiles.untag(user_id, tag):
        _tell(emulator, "remove_user_from_tag", [user_id], tag)
    return _done()


@platform_face
async def remove_tag(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST …/tag/rmtag`: the tag goes, from everybody who had it."""
    check_token(request, emulator)
    tag = _read_tag(await read_body(request))
    _check_known(emulator, tag)
    _tell(emulator, "remove_tag", emulator.profiles.remove_tag(tag) or [], tag)
    return _done()


@platform_face
async def list_tags(request: web.Request, emulator: Emulator) -> web.Response:
    """`GET …/tag/gettagsofoa`: an array of strings."""
    check_token(request, emulator)
    return answer(success(emulator.profiles.tags()))


def _read_tag(asked: Asked) -> str:
    tag = read_text(asked, "tag_name")
    if len(tag) > MAX_TAG_CHARS:
        raise Refused(OUT_OF_RANGE, rule="tag_name", detail=f"tag_name is longer than {MAX_TAG_CHARS}")
    return tag


def _check_known(emulator: Emulator, tag: str) -> None:
    if tag not in emulator.profiles.tags():
        raise Refused(INVALID, rule="tag_name", detail="the account has no such tag")


def _tell(emulator: Emulator, event_name: str, user_ids: list[str], tag: str) -> None:
    emulator.touch()
    emulator.outbox.post(events.tag_changed(event_name, user_ids, tag, emulator.clock.now_ms()))


def _done() -> web.Response:
    return answer({"error": 0, "message": "Success"})
