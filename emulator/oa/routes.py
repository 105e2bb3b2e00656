"""The addresses of this face."""

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa import (
    account,
    article_page,
    articles,
    group_messages,
    history,
    legacy,
    lists,
    messages,
    quota,
    second_version,
    tags,
    templates_by_user,
    uploads,
    users,
)
from emulator.state import Emulator

FAMILIES = (
    messages,
    templates_by_user,
    second_version,
    legacy,
    group_messages,
    account,
    users,
    lists,
    tags,
    uploads,
    quota,
    history,
    articles,
    article_page,
)


def add_routes(app: web.Application) -> None:
    """Hang this face into the application; what no family knows is refused."""
    for family in FAMILIES:
        family.add_routes(app)
    for version in ("/v2.0", "/v3.0"):
        app.router.add_route("*", version + "/{rest:.*}", refuse_unknown)


@platform_face
async def refuse_unknown(_request: web.Request, _emulator: Emulator) -> web.Response:
    """Any other path or method of this host: -209."""
    raise Refused(-209, rule="path", detail="no such address or method, or not emulated")
