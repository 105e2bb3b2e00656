"""`POST /v2.0/oa/message`: of the second version only three things still work (docs: zalo 4.1)."""

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.anonymous import answer_visitor, is_for_visitor
from emulator.oa.broadcast import is_broadcast, send_article
from emulator.oa.reactions import react
from emulator.oa.requests import take
from emulator.state import Emulator

SHUT_DOWN = -240


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v2.0/oa/message", send_second_version)


@platform_face
async def send_second_version(request: web.Request, emulator: Emulator) -> web.Response:
    """A reaction, a message to an anonymous visitor, or a broadcast; everything else moved to v3: -240."""
    incoming = await take(request, emulator)
    if "sender_action" in incoming.body:
        return react(request, emulator, incoming)
    if is_broadcast(incoming.body):
        return send_article(request, emulator, incoming)
    if is_for_visitor(incoming.body):
        return answer_visitor(request, emulator, incoming)
    raise Refused(SHUT_DOWN, rule="retired", detail="this message moved to /v3.0/oa/message/cs")
