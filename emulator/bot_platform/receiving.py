"""The bot's methods about itself, polling and the webhook (docs: zalo 8.1)."""

import ipaddress
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from emulator.bot_platform.gate import BAD_REQUEST, NOT_FOUND, Method, Params, succeed
from emulator.bot_platform.probe import try_webhook
from emulator.bot_platform.updates import write_update
from emulator.credentials import BOT_TOKEN
from emulator.errors import Refused
from emulator.state import Emulator

DEFAULT_TIMEOUT_SECONDS = 30  # docs: zalo 8.1
MIN_SECRET_CHARS, MAX_SECRET_CHARS = 8, 256  # docs: zalo 8.1
POLL_IS_EMPTY = 408
ABOUT_ME = {
    "id": BOT_TOKEN.partition(":")[0],
    "account_name": "bot.emulator",
    "account_type": "BASIC",
    "can_join_groups": False,
    "display_name": "Bot giả lập",
}


async def get_me(_request: web.Request, _emulator: Emulator, _params: Params) -> web.Response:
    """`getMe`: the bot."""
    return succeed(ABOUT_ME)


async def get_updates(request: web.Request, emulator: Emulator, params: Params) -> web.Response:
    """`getUpdates`: the next update, consumed by this; 408 when `timeout` seconds brought none."""
    config = emulator.config
    seconds = min(_check_timeout(params.get("timeout")), config.bot_max_poll_seconds)
    update = await emulator.bot.take_update(seconds, lambda: request.transport is None)
    if update is None:
        raise Refused(POLL_IS_EMPTY)
    emulator.touch()
    written = write_update(update, config)
    return succeed([written] if config.bot_updates_as_array else written)


async def set_webhook(_request: web.Request, emulator: Emulator, params: Params) -> web.Response:
    """`setWebhook`: an https address and a secret of 8 to 256 characters."""
    config = emulator.config
    url, secret = params.get("url"), params.get("secret_token")
    if not isinstance(url, str) or not _is_allowed(url, allows_loopback=config.bot_allow_http_loopback):
        raise Refused(BAD_REQUEST, rule="url", detail="url must be an https address")
    if not isinstance(secret, str) or not MIN_SECRET_CHARS <= len(secret) <= MAX_SECRET_CHARS:
        detail = f"secret_token must have {MIN_SECRET_CHARS} to {MAX_SECRET_CHARS} characters"
        raise Refused(BAD_REQUEST, rule="secret_token", detail=detail)
    if not (secret.isascii() and secret.isprintable()):
        raise Refused(BAD_REQUEST, rule="secret_token", detail="secret_token must fit into a header")
    emulator.bot.set_webhook(url, secret)
    emulator.touch()
    result = _webhook(emulator)
    if config.bot_webhook_verification:
        trial = await try_webhook(url, secret, config.bot_webhook_deadline_seconds)
        result["verification"] = {"ok": trial.status == 200, "outcome": trial.outcome}
    return succeed(result)


async def get_webhook_info(_request: web.Request, emulator: Emulator, _params: Params) -> web.Response:
    """`getWebhookInfo`: the address and when it was set."""
    if not emulator.bot.updated_ms and emulator.config.bot_fresh_webhook_info_404:
        raise Refused(NOT_FOUND)
    return succeed(_webhook(emulator))


async def delete_webhook(_request: web.Request, emulator: Emulator, _params: Params) -> web.Response:
    """`deleteWebhook`: back to polling."""
    emulator.bot.subscribe(None)
    emulator.touch()
    return succeed(_webhook(emulator))


async def probe_webhook(_request: web.Request, emulator: Emulator, _params: Params) -> web.Response:
    """`testWebhook`: call the address now; its status and how long it took. The names are a guess (grade C)."""
    if emulator.bot.url is None:
        raise Refused(NOT_FOUND)
    deadline_seconds = emulator.config.bot_webhook_deadline_seconds
    trial = await try_webhook(emulator.bot.url, emulator.bot.secret, deadline_seconds)
    return succeed({"status": trial.status, "latency": trial.milliseconds})


METHODS: dict[str, Method] = {
    "getMe": get_me,
    "getUpdates": get_updates,
    "setWebhook": set_webhook,
    "getWebhookInfo": get_webhook_info,
    "deleteWebhook": delete_webhook,
}


def _webhook(emulator: Emulator) -> dict[str, Any]:
    return {"url": emulator.bot.url or "", "updated_at": emulator.bot.updated_ms}


def _check_timeout(written: object) -> int:
    if written is None:
        return DEFAULT_TIMEOUT_SECONDS
    text = str(written)
    if isinstance(written, bool) or not (text.isascii() and text.isdecimal() and len(text) < 6):
        raise Refused(BAD_REQUEST, rule="timeout", detail="timeout must be a whole number of seconds")
    return int(text)


def _is_allowed(url: str, *, allows_loopback: bool) -> bool:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and allows_loopback and _is_here(host)))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
