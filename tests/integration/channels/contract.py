"""What the contract test needs of every platform: its other side, really running, and what arrived there.

A new channel adds one subclass of `Platform` and one line to `contract_table.py`.
"""

from __future__ import annotations

import asyncio
import traceback
from abc import ABC, abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Self, TypeVar

import pytest

from channels.base import Channel, OutgoingMessage, Recipient, TemplateContent
from channels.content import (
    Animation,
    ContactRequest,
    Document,
    Feature,
    OpenUrl,
    Picture,
    Sticker,
    Upload,
)
from channels.errors import ChannelError
from channels.http import HttpClient
from channels.registry import ChannelParts, build_channels

ErrorT = TypeVar("ErrorT", bound=ChannelError)

WORDS = "Ho so H17.33.2-260302-0001 da co ket qua."
SUBJECT = "Tin ve ho so cua ban"
TOO_MANY_WORDS = "Ho so da co ket qua. " * 2000
PICTURE = "https://danang.gov.vn/ban-do.png"
PARAMS = {
    "ma_ho_so": "H17.33.2-260302-0001",
    "thu_tuc": "Đăng ký khai sinh",
    "don_vi": "UBND phường Hải Châu",
    "ngay_nop": "02/03/2026",
    "viec_tiep_theo": "Chờ tiếp nhận",
}
FORM = Upload(name="to-khai.pdf", media_type="application/pdf", content=b"%PDF-1.4\n%%EOF\n")

CONTENTS: Mapping[Feature, Mapping[str, Any]] = {
    Feature.TEXT: {"text": WORDS, "template": None},
    Feature.TEMPLATE: {"text": None, "template": TemplateContent(template_id="400101", params=PARAMS)},
    Feature.BUTTONS: {"buttons": (OpenUrl(title="Xem", url="https://danang.gov.vn"),)},
    Feature.QUOTE: {"quote_message_id": "m-1"},
    Feature.PICTURE: {"attachment": Picture(source=PICTURE)},
    Feature.ANIMATION: {"attachment": Animation(source="https://danang.gov.vn/a.gif", width=10, height=10)},
    Feature.STICKER: {"text": None, "attachment": Sticker(sticker_id="bfe458bf64fa8da4d4eb")},
    Feature.DOCUMENT: {"text": None, "attachment": Document(source=FORM)},
    Feature.CONTACT_REQUEST: {
        "text": None,
        "attachment": ContactRequest(title="Xin số", subtitle="Để báo tin", image_url=PICTURE),
    },
}
"""One sample of each content, as changes of a good message. A subject and a key are no content."""


class Platform(ABC):
    """The other side of one channel, on a port of loopback: `async with PigeonPlatform() as platform`."""

    words: ClassVar[Mapping[str, Any]] = {"text": WORDS}
    """What a good message says, as fields of `OutgoingMessage`."""
    too_long: ClassVar[Mapping[str, Any]] = {"text": TOO_MANY_WORDS}
    """The same, and more than the platform takes."""

    port: int
    recipient: Recipient
    """Somebody whom a good message reaches."""
    secrets: tuple[str, ...] = ()
    """What no error may quote."""

    @abstractmethod
    async def start(self) -> None:
        """Listen, and make the recipient reachable."""

    @abstractmethod
    async def stop(self) -> None:
        """Close everything."""

    @abstractmethod
    def parts(self, http: HttpClient, port: int) -> ChannelParts:
        """What the registry needs for the channel, when the platform is at this port."""

    @abstractmethod
    async def arrived(self) -> list[str]:
        """Every message that got to the recipient, as text that holds its words; oldest first."""

    @abstractmethod
    async def heard(self) -> int:
        """How many sends came in, refused ones too."""

    @abstractmethod
    async def lose_next_answer(self) -> None:
        """Take the next message, and hang up instead of answering."""

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    def channel(self, name: str, http: HttpClient, port: int | None = None) -> Channel:
        """The channel as the registry builds it."""
        return build_channels(self.parts(http, port or self.port), [name])[name]

    def message(self, reference: str = "n-01HZX3", **changes: Any) -> OutgoingMessage:
        """A good message, or one with these changes."""
        fields = {"reference": reference, "recipient": self.recipient, "subject": SUBJECT}
        return OutgoingMessage(**{**fields, **self.words, **changes})


async def refusal(platform: Platform, channel: Channel, message: OutgoingMessage, expected: type[ErrorT]) -> ErrorT:
    """The error of a send that must fail; whatever a log could print of it quotes nobody and no secret."""
    with pytest.raises(expected) as caught:
        await channel.send(message)
    assert_discreet(caught.value, platform, message)
    return caught.value


def assert_discreet(error: BaseException, platform: Platform, message: OutgoingMessage) -> None:
    printed = "\n".join(_printed(error))
    for secret in [*platform.secrets, *_private(platform.recipient), *_said(message)]:
        assert len(secret) >= 5
        assert secret not in printed


def _printed(error: BaseException) -> list[str]:
    texts = ["".join(traceback.format_exception(error))]
    link: BaseException | None = error
    while link is not None:
        texts += [str(link), repr(link), repr(link.args), repr(vars(link))]
        link = link.__cause__ or (None if link.__suppress_context__ else link.__context__)
    return texts


def _private(recipient: Recipient) -> list[str]:
    secret = [each.get_secret_value() for each in (recipient.phone, recipient.email) if each is not None]
    return [each.removeprefix("84") for each in [*secret, recipient.user_id] if each]


def _said(message: OutgoingMessage) -> list[str]:
    params = [] if message.template is None else list(message.template.params.values())
    return [text[:30] for text in (message.text, message.subject, *params) if text and len(text) >= 5]


async def until_closed() -> None:
    """Give what was closed a moment to end; nothing else may be running."""
    async with asyncio.timeout(5):
        while len(asyncio.all_tasks()) > 1:
            await asyncio.sleep(0.01)
