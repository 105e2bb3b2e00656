"""Addresses of pictures that the emulator draws itself, because its people and its account have no photos."""

from aiohttp import web


def account_picture(request: web.Request) -> str:
    """The account's avatar and cover."""
    return _address(request, "icon.svg")


def user_picture(request: web.Request) -> str:
    """Every citizen's avatar."""
    return _address(request, "icon.svg")


def _address(request: web.Request, name: str) -> str:
    return f"{request.scheme}://{request.host}/page/{name}"
