"""`/_emulator/…` for developers: what came and was answered, settings, tokens, and what is wrong with the account."""

from typing import Any

from aiohttp import web

from emulator.clock import to_iso
from emulator.control import control, read_object
from emulator.envelopes import answer
from emulator.errors import BadControl
from emulator.settings import change_settings, view_settings
from emulator.state import Emulator


def add_routes(app: web.Application) -> None:
    """Hang these addresses into the application."""
    router = app.router
    router.add_get("/_emulator/requests", list_requests)
    router.add_get("/_emulator/settings", list_settings)
    router.add_post("/_emulator/settings", change_setting)
    router.add_get("/_emulator/account", tell_account)
    router.add_post("/_emulator/account", change_account)
    router.add_get("/_emulator/tokens", tell_tokens)


@control
async def list_requests(request: web.Request, emulator: Emulator) -> web.Response:
    """The latest requests to the platform, oldest first; `since` leaves out the earlier ones."""
    since = request.query.get("since") or "0"
    if not (since.isascii() and since.isdecimal() and len(since) < 16):
        raise BadControl("since must be the seq of a request", field="since")
    return answer({"requests": [exchange.view() for exchange in emulator.requests.after(int(since))]})


@control
async def list_settings(_request: web.Request, emulator: Emulator) -> web.Response:
    """Every setting with its value, default and meaning."""
    return answer({"settings": view_settings(emulator.config)})


@control
async def change_setting(request: web.Request, emulator: Emulator) -> web.Response:
    """Set `{"name": value, …}`, all or none; answers all settings."""
    change_settings(emulator.config, await read_object(request))
    emulator.touch()
    return answer({"settings": view_settings(emulator.config)})


@control
async def tell_account(_request: web.Request, emulator: Emulator) -> web.Response:
    """What may be wrong with the account, and what is."""
    return answer({"conditions": emulator.conditions.view()})


@control
async def change_account(request: web.Request, emulator: Emulator) -> web.Response:
    """Switch conditions: `{"name": true or false, …}`, all or none."""
    emulator.conditions.change(await read_object(request))
    emulator.touch()
    return answer({"conditions": emulator.conditions.view()})


@control
async def tell_tokens(_request: web.Request, emulator: Emulator) -> web.Response:
    """How long the tokens live, and what is left of the quotas; the tokens themselves are among the credentials."""
    tokens, now_ms = emulator.tokens, emulator.clock.now_ms()
    return answer(
        {
            "access": {
                "expires_at": _moment(tokens.access_expires_ms),
                "state": tokens.check_access(tokens.access_token, now_ms),
            },
            "refresh": {
                "expires_at": _moment(tokens.refresh_expires_ms),
                "state": "valid" if now_ms < tokens.refresh_expires_ms else "expired",
            },
            "quota": _quota(emulator, now_ms),
        }
    )


def _quota(emulator: Emulator, now_ms: int) -> dict[str, Any]:
    return {
        "template_daily": emulator.quota.total,
        "template_remaining": emulator.quota.remaining(now_ms),
        "package_total": emulator.config.package_replies,
        "package_used": emulator.package_used,
    }


def _moment(ms: int) -> str | None:
    return to_iso(ms) if ms else None
