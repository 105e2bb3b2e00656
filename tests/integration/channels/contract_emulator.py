"""The platforms that the emulator is: Zalo's Official Account, the Bot Platform, the SMS gateways."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

import aiohttp
from aiohttp import web
from pydantic import SecretStr

from channels.base import Recipient, TemplateContent
from channels.http import HttpClient
from channels.registry import ChannelParts, ZaloParts
from channels.zalo.auth import TokenKeeper, TokenPair
from channels.zalo.config import ZaloConfig
from emulator.app import create_app
from emulator.config import EmulatorConfig
from tests.integration.channels import gateways
from tests.integration.channels.conftest import EmulatorHandle
from tests.integration.channels.contract import PARAMS, Platform
from tests.integration.channels.memory_store import MemoryStore


class EmulatorPlatform(Platform):
    """An emulator of its own, with one citizen who has just written to everybody."""

    send_path: ClassVar[str]

    async def start(self) -> None:
        self._runner = web.AppRunner(
            create_app(EmulatorConfig(night_rule=False, receipts=False)), access_log=None, shutdown_timeout=0.1
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        self._session = aiohttp.ClientSession()
        self.emulator = EmulatorHandle(f"http://127.0.0.1:{self.port}", self._session)
        self.emulator.credentials = await self.emulator.get("credentials")
        secret_names = [name for name in self.emulator.credentials if name.endswith(("token", "secret", "key"))]
        self.secrets = tuple(self.emulator.credentials[name] for name in secret_names)
        self.recipient = await self.meet()

    async def stop(self) -> None:
        await self._session.close()
        await self._runner.cleanup()

    async def meet(self) -> Recipient:
        """The citizen: a phone, and an id of the Official Account."""
        user_id = await self.emulator.add_phone(gateways.PHONE, follows=True)
        await self.emulator.post(f"phones/{gateways.PHONE}/send", {"text": "hồ sơ của tôi tới đâu rồi?"})
        return Recipient(phone=SecretStr(gateways.PHONE), user_id=user_id)

    def at(self, port: int) -> EmulatorHandle:
        """The emulator as it would be seen at another port."""
        other = EmulatorHandle(f"http://127.0.0.1:{port}", self._session)
        other.credentials = self.emulator.credentials
        return other

    async def arrived(self) -> list[str]:
        messages = await self.emulator.get("messages")
        return [json.dumps(message["request"], ensure_ascii=False) for message in messages]

    async def heard(self) -> int:
        requests = (await self.emulator.get("requests"))["requests"]
        return sum(each["path"].startswith(self.send_path) for each in requests)

    async def lose_next_answer(self) -> None:
        await self.emulator.order(self.send_path, "no_answer_after_send")


class ZaloPlatform(EmulatorPlatform):
    """The Official Account, with tokens that are good for a day."""

    def parts(self, http: HttpClient, port: int) -> ChannelParts:
        emulator, now = self.at(port), datetime.now(UTC)
        config = ZaloConfig(
            app_id=emulator.credentials["app_id"],
            app_secret=SecretStr(emulator.credentials["app_secret"]),
            oauth_base=emulator.base,
            oa_base=emulator.base,
            template_base=emulator.base,
        )
        pair = TokenPair(
            access_token=SecretStr(emulator.credentials["access_token"]),
            refresh_token=SecretStr(emulator.credentials["refresh_token"]),
            access_expires_at=now + timedelta(hours=25),
            refresh_expires_at=now + timedelta(days=90),
        )
        account_id = emulator.credentials["oa_id"]
        keeper = TokenKeeper(MemoryStore(account_id, pair, lambda: now), http, config)
        return ChannelParts(http, zalo=ZaloParts(config, keeper, account_id))


class ZaloOaPlatform(ZaloPlatform):
    """Consultation messages."""

    send_path = "/v3.0/oa/message/cs"


class ZaloTemplatePlatform(ZaloPlatform):
    """Templates by phone."""

    send_path = "/message/template"
    words: ClassVar[Mapping[str, Any]] = {"template": TemplateContent(template_id="400101", params=PARAMS)}
    too_long: ClassVar[Mapping[str, Any]] = {
        "template": TemplateContent(template_id="400101", params=PARAMS | {"thu_tuc": "Đăng ký khai sinh " * 20})
    }


class ZaloTemplateByUserPlatform(ZaloTemplatePlatform):
    """Templates by user id."""

    send_path = "/v3.0/oa/message/template"


class ZaloBotPlatform(EmulatorPlatform):
    """The staff's bot."""

    send_path = "/bot"

    async def meet(self) -> Recipient:
        return Recipient(user_id=await gateways.open_chat(self.emulator))

    def parts(self, http: HttpClient, port: int) -> ChannelParts:
        return ChannelParts(http, zalo_bot=gateways.bot_config(self.at(port)))


class EsmsPlatform(EmulatorPlatform):
    """eSMS."""

    send_path = gateways.ESMS_SEND

    def parts(self, http: HttpClient, port: int) -> ChannelParts:
        return ChannelParts(http, esms=gateways.esms_config(self.at(port)), sms_shaper=gateways.SHAPER)


class SpeedSmsPlatform(EmulatorPlatform):
    """SpeedSMS."""

    send_path = gateways.SPEEDSMS_SEND

    def parts(self, http: HttpClient, port: int) -> ChannelParts:
        return ChannelParts(http, speedsms=gateways.speedsms_config(self.at(port)), sms_shaper=gateways.SHAPER)
