"""Channels built as the composition root builds them, and the messages that tests send."""

from __future__ import annotations

from typing import Any

from pydantic import SecretStr

from channels.base import Channel, OutgoingMessage, Recipient, TemplateContent
from channels.http import HttpClient
from channels.registry import ChannelParts, ZaloParts, build_channels
from channels.zalo.account import ZaloAccountApi
from channels.zalo.auth import TokenKeeper
from channels.zalo.client import ZaloClient
from channels.zalo.config import ZaloConfig
from channels.zalo.kit import ZaloKit
from tests.integration.channels.conftest import Clock, EmulatorHandle
from tests.integration.channels.memory_store import MemoryStore

PHONE = "84905123456"
SEND, CS, BY_USER = "/message/template", "/v3.0/oa/message/cs", "/v3.0/oa/message/template"
INFO, UPLOAD, OAUTH = "/template/info/v2", "/v2.0/oa/upload", "/v4/oa/access_token"
PARAMS = {
    "ma_ho_so": "H17.33.2-260302-0001",
    "thu_tuc": "Đăng ký khai sinh",
    "don_vi": "UBND phường Hải Châu",
    "ngay_nop": "02/03/2026",
    "viec_tiep_theo": "Chờ tiếp nhận",
}


class Bench:
    """Everything around the channels of one account."""

    def __init__(
        self, http: HttpClient, zalo: ZaloConfig, store: MemoryStore, clock: Clock, emulator: EmulatorHandle
    ) -> None:
        self.http, self.zalo, self.store, self.clock, self.emulator = http, zalo, store, clock, emulator

    def parts(self, **changes: Any) -> ChannelParts:
        config = self.zalo.model_copy(update=changes)
        keeper = TokenKeeper(self.store, self.http, config, clock=self.clock)
        return ChannelParts(self.http, ZaloParts(config, keeper, self.store.account_id))

    def kit(self, **changes: Any) -> ZaloKit:
        kit = self.parts(**changes).zalo_kit
        assert kit is not None
        return kit

    def channels(self, **changes: Any) -> dict[str, Channel]:
        return build_channels(self.parts(**changes))

    def client(self, **changes: Any) -> ZaloClient:
        return self.kit(**changes).client

    def account(self, **changes: Any) -> ZaloAccountApi:
        return self.kit(**changes).account

    async def messages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = await self.emulator.get("messages")
        return found

    async def citizen(self, phone: str = PHONE) -> str:
        """The user id of somebody who follows the account and has just written to it."""
        user_id = await self.emulator.add_phone(phone, follows=True)
        await self.emulator.post(f"phones/{phone}/send", {"text": "hồ sơ của tôi tới đâu rồi?"})
        return user_id


def template(reference: str = "n-1", *, phone: str | None = PHONE, **changes: str) -> OutgoingMessage:
    return OutgoingMessage(
        reference=reference,
        recipient=Recipient(phone=None if phone is None else SecretStr(phone)),
        template=TemplateContent(template_id="400101", params=PARAMS | changes),
    )


def template_to(user_id: str, **changes: Any) -> OutgoingMessage:
    return template().model_copy(update={"recipient": Recipient(user_id=user_id)} | changes)


def text(words: str | None, *, user_id: str | None, **more: Any) -> OutgoingMessage:
    return OutgoingMessage(reference="t-1", recipient=Recipient(user_id=user_id), text=words, **more)
