"""The channel of consultation messages: free text to a user inside the 7-day window (docs: zalo 4)."""

from __future__ import annotations

from channels.base import OutgoingMessage, SendReceipt
from channels.content import Feature
from channels.errors import BadMessage, RecipientUnreachable
from channels.zalo.client import ZaloClient
from channels.zalo.methods import SendText
from channels.zalo.text import MAX_TEXT_CHARS, split_text, to_wire_text
from channels.zalo.types import TextSendResult

__all__ = ["MAX_TEXT_CHARS", "ZaloOaChannel", "split_text"]

# docs: zalo 4.3: inside the free 48 hours, or included in the OA's package.
FREE_QUOTA_TYPES = frozenset({"reply", "sub_quota"})


class ZaloOaChannel:
    """Sends `message.text` to `message.recipient.user_id`.

    A longer text than `MAX_TEXT_CHARS` is refused: cut it with `split_text` and send each part as a message of its own,
    so that each has its own outcome (a text that fails half way would be neither sent nor not sent).
    """

    name = "zalo_oa"
    features = frozenset({Feature.TEXT})

    def __init__(self, client: ZaloClient) -> None:
        self._client = client

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once. Raises `ChannelError`. The platform takes no reference of ours here."""
        if message.recipient.user_id is None:
            raise RecipientUnreachable("no_user_id", "the recipient has no Zalo user id of this account")
        method = SendText(user_id=message.recipient.user_id, text=_check_text(message.text))
        return _to_receipt(await self._client.call(method))


def _check_text(text: str | None) -> str:
    if text is None or not text.strip():
        raise BadMessage("no_text", "this channel sends text only")
    wire_text = to_wire_text(text)
    if len(wire_text) > MAX_TEXT_CHARS:
        raise BadMessage("text_too_long", f"more than {MAX_TEXT_CHARS} characters; cut it with split_text")
    return wire_text


def _to_receipt(result: TextSendResult) -> SendReceipt:
    quota = result.quota
    return SendReceipt(
        message_id=result.message_id,
        sent_at=result.sent_time,
        cost_vnd=0 if quota and quota.quota_type in FREE_QUOTA_TYPES else None,
        quota_remaining=quota.remain if quota else None,
        quota_total=quota.total if quota else None,
    )
