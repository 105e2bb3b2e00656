"""The addresses of this face."""

from aiohttp import web


def add_routes(app: web.Application) -> None:
    """Hang this face into the application."""
