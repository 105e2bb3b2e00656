"""The channels beside Zalo's Official Account, set up against a running emulator, and the messages that tests send."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from channels.base import OutgoingMessage, Recipient
from channels.http import HttpClient
from channels.sms.config import EsmsConfig, SpeedSmsConfig
from channels.sms.esms import EsmsChannel
from channels.sms.shape import Shaper
from channels.sms.speedsms import SpeedSmsChannel
from channels.zalo_bot.channel import ZaloBotChannel
from channels.zalo_bot.client import BotClient
from channels.zalo_bot.config import ZaloBotConfig
from dossiers.text import sms_parts, to_gsm7
from tests.integration.channels.conftest import EmulatorHandle

PHONE = "84905123456"
ESMS_SEND, ESMS_STATUS = "/MainService.svc/json/SendMultipleMessage_V4_post_json", "/MainService.svc/json/GetSendStatus"
ESMS_BALANCE = "/MainService.svc/json/GetBalance_json"
SPEEDSMS_SEND, SPEEDSMS_STATUS = "/index.php/sms/send", "/index.php/sms/status"
BRANDNAME = "UBNDXAA"
SHAPER = Shaper(to_gsm7, sms_parts, vnd_per_part=500, max_parts=3)


def esms_config(emulator: EmulatorHandle, **changes: Any) -> EsmsConfig:
    fields = {
        "api_key": SecretStr(emulator.credentials["esms_api_key"]),
        "secret_key": SecretStr(emulator.credentials["esms_secret_key"]),
        "brandname": BRANDNAME,
        "base": emulator.base,
    }
    return EsmsConfig(**(fields | changes))


def speedsms_config(emulator: EmulatorHandle, **changes: Any) -> SpeedSmsConfig:
    token = SecretStr(emulator.credentials["speedsms_access_token"])
    fields = {"access_token": token, "sender": BRANDNAME, "base": emulator.base}
    return SpeedSmsConfig(**(fields | changes))


def bot_config(emulator: EmulatorHandle, **changes: Any) -> ZaloBotConfig:
    fields = {"token": SecretStr(emulator.credentials["bot_token"]), "base": emulator.base}
    return ZaloBotConfig(**(fields | changes))


def esms(http: HttpClient, emulator: EmulatorHandle, shaper: Shaper = SHAPER, **changes: Any) -> EsmsChannel:
    return EsmsChannel(http, esms_config(emulator, **changes), shaper)


def speedsms(http: HttpClient, emulator: EmulatorHandle, shaper: Shaper = SHAPER, **changes: Any) -> SpeedSmsChannel:
    return SpeedSmsChannel(http, speedsms_config(emulator, **changes), shaper)


def bot_client(http: HttpClient, emulator: EmulatorHandle, **changes: Any) -> BotClient:
    return BotClient(http, bot_config(emulator, **changes))


def bot(http: HttpClient, emulator: EmulatorHandle, **changes: Any) -> ZaloBotChannel:
    return ZaloBotChannel(bot_client(http, emulator, **changes))


def sms(text: str | None = "UBND XA A: Ho so H29-1 da co ket qua.", reference: str = "n-01HZX3") -> OutgoingMessage:
    recipient = Recipient(phone=SecretStr(PHONE))
    return OutgoingMessage(reference=reference, recipient=recipient, text=text)


async def open_chat(emulator: EmulatorHandle, phone: str = PHONE) -> str:
    """The chat's id of somebody who has written to the bot."""
    await emulator.add_phone(phone)
    return str((await emulator.post(f"bot/{phone}/send", {"text": "xin chào"}))["chat_id"])
