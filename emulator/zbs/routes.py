"""The addresses of this face; what no family knows is refused with -106."""

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.state import Emulator
from emulator.zbs import catalogue, journey, queries, reviews, rsa, sends, workshop

FAMILIES = (sends, queries, catalogue, workshop, rsa, journey, reviews)
ROOTS = ("/message", "/template", "/rating", "/quality", "/rsa", "/journey", "/upload")


def add_routes(app: web.Application) -> None:
    """Hang this face into the application."""
    for family in FAMILIES:
        family.add_routes(app)
    for root in ROOTS:
        app.router.add_route("*", root + "/{rest:.*}", refuse_unknown)
        app.router.add_route("*", root, refuse_unknown)


@platform_face
async def refuse_unknown(_request: web.Request, _emulator: Emulator) -> web.Response:
    """Any other path or method of this host: -106."""
    raise Refused(-106, rule="path", detail="no such address or method")
