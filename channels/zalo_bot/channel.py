"""The channel of one bot: texts, pictures and stickers to a chat that wrote to the bot before."""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from channels.base import OutgoingMessage, SendReceipt
from channels.content import Feature, Picture, Sticker
from channels.errors import BadMessage, RecipientUnreachable
from channels.plain_text import to_wire_text
from channels.zalo_bot.client import BotClient
from channels.zalo_bot.methods import BotMethod, SendMessage, SendPhoto, SendSticker, SentMessage

MAX_TEXT_CHARS: Final = 2000  # docs: zalo 8.1, sendMessage and the caption of sendPhoto; counted after NFC
MAX_CHAT_ID_CHARS: Final = 256  # ours: ids of the sheet have 20


class ZaloBotChannel:
    """Sends to `message.recipient.user_id`, which is the chat's id here. There are no receipts and no buttons.

    The platform knows no reference of ours: what has no answer stays unknown.
    """

    name = "zalo_bot"
    features = frozenset({Feature.TEXT, Feature.PICTURE, Feature.STICKER})

    def __init__(self, client: BotClient) -> None:
        self._client = client

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once. Raises `ChannelError`."""
        chat_id = message.recipient.user_id
        if chat_id is None or not 0 < len(chat_id) <= MAX_CHAT_ID_CHARS:
            raise RecipientUnreachable("no_user_id", "the recipient has no chat with the bot")
        sent = await self._client.call(to_method(message, chat_id))
        return SendReceipt(message_id=sent.message_id, sent_at=sent.date, cost_vnd=0)


def to_method(message: OutgoingMessage, chat_id: str) -> BotMethod[SentMessage]:
    """The call that sends a message. Raises `BadMessage` for what the platform does not take."""
    if message.buttons or message.quote_message_id is not None:
        raise BadMessage("not_supported", "this platform knows no buttons and no quotes")
    match message.attachment:
        case None:
            return SendMessage(chat_id=chat_id, text=_check_text(message.text))
        case Picture(source=str() as address):
            caption = None if message.text is None else _check_text(message.text)
            return SendPhoto(chat_id=chat_id, photo=_check_address(address), caption=caption)
        case Sticker(sticker_id=sticker) if message.text is None and sticker.strip():
            return SendSticker(chat_id=chat_id, sticker=sticker)
        case _:
            raise BadMessage(
                "not_supported", "this platform takes a text, a picture by its address, or a sticker alone"
            )


def _check_text(text: str | None) -> str:
    if text is None or not text.strip():
        raise BadMessage("no_text", "a message needs words")
    wire_text = to_wire_text(text)
    if len(wire_text) > MAX_TEXT_CHARS:
        raise BadMessage("text_too_long", f"more than {MAX_TEXT_CHARS} characters; cut it with split_text")
    return wire_text


def _check_address(address: str) -> str:
    try:
        parts = urlsplit(address)
        is_public = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        is_public = False
    if not is_public:
        raise BadMessage("picture", "a picture is sent by its public address: https://…")
    return to_wire_text(address)
