"""Known devices: a signed cookie of browsers that an officer signed in with. It opens nothing: `console.throttle`."""

from __future__ import annotations

import hmac
import secrets
from typing import Final

from aiohttp import web

from console.desk import DESK, ConsoleConfig
from storage.crypto import Cipher

COOKIE: Final = "hoso_device"
SECURE_COOKIE: Final = "__Host-hoso_device"
VALID_SECONDS: Final = 180 * 24 * 3600
_NAME_CHARS = 32
_MAX_COOKIE_CHARS = 200


def cookie_name(config: ConsoleConfig) -> str:
    """Return what the cookie is called."""
    return SECURE_COOKIE if config.secure_cookies else COOKIE


def device_of(request: web.Request, login: str) -> str | None:
    """Return the name of the device if its cookie says that this login has signed in there; None: unknown."""
    desk = request.config_dict[DESK]
    value = request.cookies.get(cookie_name(desk.config), "")
    name, _, rest = value.partition(".")
    since, _, mark = rest.partition(".")
    if len(value) > _MAX_COOKIE_CHARS or len(name) != _NAME_CHARS or not since.isdecimal() or not since.isascii():
        return None
    if not 0 <= desk.now().timestamp() - int(since) <= VALID_SECONDS:
        return None
    wanted = _marks(desk.cipher, login, name, since)
    is_ours = any(hmac.compare_digest(one.encode(), mark.encode("utf-8", "surrogatepass")) for one in wanted)
    return name if is_ours else None


def remember(request: web.Request, response: web.StreamResponse, login: str) -> None:
    """Let the browser be known as a device of a login, under its name of before if it is already."""
    desk = request.config_dict[DESK]
    name, since = device_of(request, login) or secrets.token_hex(_NAME_CHARS // 2), str(int(desk.now().timestamp()))
    response.set_cookie(
        cookie_name(desk.config),
        f"{name}.{since}.{_marks(desk.cipher, login, name, since)[0]}",
        path="/",
        max_age=VALID_SECONDS,
        secure=desk.config.secure_cookies,
        httponly=True,
        samesite="Lax",
    )


def _marks(cipher: Cipher, login: str, name: str, since: str) -> list[str]:
    """The signature under each key: a device stays known while encryption keys are changed."""
    return [mark.hex() for mark in cipher.lookup_hashes(f"console device\0{login}\0{name}\0{since}")]


_BROWSERS: Final = (
    ("Edg", "Edge"), ("coc_coc_browser", "Cốc Cốc"), ("OPR/", "Opera"), ("Zalo", "Zalo"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip
_MAX_NAME_CHARS = 60


def name_device(agent: str) -> str:
    """Return a browser as people know it, such as `Chrome · Windows`, of what it says of itself (User-Agent)."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), None)
    system = next((name for sign, name in _SYSTEMS if sign in agent), None)
    return " · ".join(part for part in (browser, system) if part) or agent[:_MAX_NAME_CHARS]
