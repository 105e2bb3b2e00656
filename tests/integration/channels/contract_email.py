"""A real mail server as the platform of the e-mail channel."""

from __future__ import annotations

from contextlib import AsyncExitStack

from pydantic import SecretStr

from channels.base import Recipient
from channels.email.config import EmailConfig
from channels.http import HttpClient
from channels.registry import ChannelParts
from tests.integration.channels.contract import Platform
from tests.integration.channels.mail_server import PASSWORD, USER, open_mail_server


class MailPlatform(Platform):
    """Letters in clear, on loopback; encryption has tests of its own."""

    recipient = Recipient(email=SecretStr("lan.nguyen@example.vn"))
    secrets = (PASSWORD,)

    async def start(self) -> None:
        self._stack = AsyncExitStack()
        self._mail = await self._stack.enter_async_context(open_mail_server())
        self.port = self._mail.port

    async def stop(self) -> None:
        await self._stack.aclose()

    def parts(self, http: HttpClient, port: int) -> ChannelParts:
        config = EmailConfig(
            host="127.0.0.1",
            port=port,
            security="none",
            user=USER,
            password=SecretStr(PASSWORD),
            sender="hoso@danang.gov.vn",
            timeout_seconds=1.0,
        )
        return ChannelParts(http, email=config)

    async def arrived(self) -> list[str]:
        return [f"{letter['Subject']}\n{letter.get_content()}" for _, _, letter in self._mail.letters]

    async def heard(self) -> int:
        return self._mail.connections

    async def lose_next_answer(self) -> None:
        self._mail.hangs_up_after_letter = True
