"""The addresses of both gateways."""

from aiohttp import web

from emulator.sms import esms, speedsms


def add_routes(app: web.Application) -> None:
    """Hang these faces into the application."""
    esms.add_routes(app)
    speedsms.add_routes(app)
