"""Addresses that the platform has shut down (docs: zalo 4.1)."""

from aiohttp import web

from emulator.errors import Refused
from emulator.gate import platform_face
from emulator.oa.gate import check_token
from emulator.state import Emulator


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    app.router.add_post("/v2.0/oa/message", refuse_retired)
    app.router.add_post("/v3.0/oa/message/transaction", refuse_discontinued)
    app.router.add_post("/v3.0/oa/message/promotion", refuse_discontinued)


@platform_face
async def refuse_retired(request: web.Request, emulator: Emulator) -> web.Response:
    """`POST /v2.0/oa/message`: plain messages moved to v3 (docs: zalo 4.1)."""
    check_token(request, emulator)
    raise Refused(-240, rule="retired", detail="the v2 message API is shut down; use /v3.0/oa/message/cs")


@platform_face
async def refuse_discontinued(request: web.Request, emulator: Emulator) -> web.Response:
    """Transaction and promotion by user id ended on 2026-03-01 (docs: zalo 0.8)."""
    check_token(request, emulator)
    raise Refused(-233, rule="retired", detail="discontinued; use a template by phone or user id")
