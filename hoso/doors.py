"""The doors beside Zalo's own: the staff's bot and the SMS gateway's reports, as the settings have them."""

import asyncio

import structlog
from aiohttp import web

from bot.inbox import Inbox
from bot.sms_callback import SmsCallback, SmsGate
from bot.webhook import ZaloWebhook
from channels.errors import ChannelError
from channels.http import HttpClient
from channels.sms.report import is_token, parse_report, to_body
from channels.zalo_bot.client import BotClient
from channels.zalo_bot.methods import SetWebhook
from channels.zalo_bot.webhook import build_bot_route
from hoso.settings import Settings

_MAX_PAUSE_SECONDS = 300.0
log = structlog.get_logger()


def bot_routes(settings: Settings, inbox: Inbox) -> list[web.RouteDef]:
    """The staff's bot, if it is set up and has a secret."""
    config = settings.zalo_bot
    if config is None or config.webhook_secret is None:
        return []
    route = build_bot_route(config)
    return ZaloWebhook(route=route, inbox=inbox, is_our_account=lambda name: name == config.name).routes()


def sms_routes(settings: Settings, inbox: Inbox) -> list[web.RouteDef]:
    """The gateway's reports, if it is set up and the address has its secret part."""
    token = settings.callback_token
    if settings.esms is None or token is None:
        return []
    gate = SmsGate(is_token=lambda given: is_token(given, token), to_body=to_body, parse=parse_report)
    return SmsCallback({"esms": gate}, inbox).routes()


async def announce_bot(settings: Settings) -> None:
    """Let the bot's updates come here. The platform takes https only, or its emulator http."""
    config = settings.zalo_bot
    if config is None or config.webhook_secret is None:
        return
    url = f"{settings.base_url}/webhooks/zalo-bot/{config.name}"
    pause_seconds = 1.0
    async with HttpClient() as http:
        client = BotClient(http, config)
        while True:
            try:
                await client.call(SetWebhook(url=url, secret_token=config.webhook_secret))
            except ChannelError as error:
                log.warning("bot_webhook_not_set", error=type(error).__name__, code=error.code)
                if not error.retryable and not error.is_sent_possible:  # the same address twice does no harm
                    return
                await asyncio.sleep(pause_seconds)
                pause_seconds = min(pause_seconds * 2, _MAX_PAUSE_SECONDS)
            else:
                log.info("bot_webhook_set", name=config.name)
                return
