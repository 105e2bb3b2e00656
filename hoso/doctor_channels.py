"""The doctor's look at the channels beside the Official Account: do they know us, and is there money left?"""

from collections.abc import AsyncIterator

from channels.errors import ChannelError
from channels.http import HttpClient
from channels.sms.esms import EsmsChannel
from channels.zalo_bot.client import BotClient
from channels.zalo_bot.methods import GetMe
from hoso.findings import Finding
from hoso.parts import sms_shaper
from hoso.settings import Settings

LOW_BALANCE_VND = 1_000_000  # two thousand short messages of one part


async def look_at_channels(settings: Settings) -> AsyncIterator[Finding]:
    """One line for each channel that is set up."""
    async with HttpClient() as http:
        if settings.zalo_bot is not None:
            yield await _look_at_bot(settings, BotClient(http, settings.zalo_bot))
        if settings.esms is not None:
            yield await _look_at_esms(EsmsChannel(http, settings.esms, sms_shaper(settings)))


async def _look_at_bot(settings: Settings, client: BotClient) -> Finding:
    try:
        bot = await client.call(GetMe())
    except ChannelError as error:
        return Finding("staff bot", "fail", f"the platform does not know it ({error}); check HOSO_ZALO_BOT_TOKEN")
    name = bot.display_name or bot.account_name
    if not settings.zalo_bot_alert_chats:
        detail = f"{name}: nobody is told; write to it, and put the chat's id into HOSO_ZALO_BOT_ALERT_CHATS"
        return Finding("staff bot", "ok" if settings.standin_base else "warn", detail)
    return Finding("staff bot", "ok", f"{name} tells {len(settings.zalo_bot_alert_chats)} chats")


async def _look_at_esms(channel: EsmsChannel) -> Finding:
    try:
        balance = await channel.balance_vnd()
    except ChannelError as error:
        return Finding("sms", "fail", f"the gateway refuses us ({error}); check HOSO_ESMS_API_KEY and its secret")
    if balance < LOW_BALANCE_VND:
        return Finding("sms", "warn", f"{balance:,} VND left at eSMS; top it up")
    return Finding("sms", "ok", f"{balance:,} VND left at eSMS")
