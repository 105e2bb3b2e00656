"""The channel of consultation messages: free words and more to a user inside the 7-day window (docs: zalo 4)."""

from __future__ import annotations

from channels.base import OutgoingMessage, SendReceipt
from channels.content import Feature
from channels.errors import BadMessage, RecipientUnreachable
from channels.zalo.assets import Uploader
from channels.zalo.calls import Answer
from channels.zalo.client import ZaloClient
from channels.zalo.compose import check_message, compose_attachment, compose_text
from channels.zalo.config import ZaloConfig
from channels.zalo.methods import SendConsultation, SendToGroup
from channels.zalo.types import OaSendResult

# docs: zalo 4.3: inside the free 48 hours, included in the OA's package, or a gift.
FREE_QUOTA_TYPES = frozenset({"reply", "sub_quota", "reward_quota"})
EXPIRED_ASSET = "-100"  # docs: zalo 4.8


class ZaloOaChannel:
    """Sends text, buttons, a quote or one attachment to `message.recipient.user_id`, or words to its `group_id`.

    A longer text than `MAX_TEXT_CHARS` is refused: cut it with `split_text` and send each part as a message of its own,
    so that each has its own outcome (a text that fails half way would be neither sent nor not sent).
    """

    name = "zalo_oa"
    features = frozenset(
        {
            Feature.TEXT,
            Feature.BUTTONS,
            Feature.QUOTE,
            Feature.PICTURE,
            Feature.ANIMATION,
            Feature.STICKER,
            Feature.DOCUMENT,
            Feature.CONTACT_REQUEST,
        }
    )

    def __init__(
        self, client: ZaloClient, config: ZaloConfig | None = None, *, uploader: Uploader | None = None
    ) -> None:
        self._client = client
        self._uploader = uploader or Uploader(client)
        self._allow_media_buttons = config is not None and config.allow_media_buttons
        self._drop_lost_quote = config is None or config.drop_lost_quote

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once; anew only what the platform refused for an expired upload or a quoted message that is gone.

        The platform takes no reference of ours here. Raises `ChannelError`.
        """
        if message.recipient.group_id is not None:
            return await self._send_to_group(message, message.recipient.group_id)
        if message.recipient.user_id is None:
            raise RecipientUnreachable("no_user_id", "the recipient has no Zalo user id of this account")
        check_message(message, allow_media_buttons=self._allow_media_buttons)
        try:
            answer = await self._send_with_assets(message)
        except BadMessage as exc:
            if message.quote_message_id is None or not self._drop_lost_quote or not _may_be_quote(exc):
                raise
            # Refused, so this is no second send (docs: zalo 4.2, [C]: which code a lost quote has is not told).
            answer = await self._send_with_assets(message.model_copy(update={"quote_message_id": None}))
        return _to_receipt(answer)

    async def _send_to_group(self, message: OutgoingMessage, group_id: str) -> SendReceipt:
        """Send words alone: everybody in the group reads them, and buttons would be anybody's."""
        plain = message.model_copy(update={"buttons": (), "attachment": None, "quote_message_id": None})
        check_message(plain, allow_media_buttons=False)
        method = SendToGroup(group_id=group_id, text=compose_text(plain))
        return _to_receipt(await self._client.ask(method, account_id=message.account_id))

    async def _send_with_assets(self, message: OutgoingMessage) -> Answer[OaSendResult]:
        asset_id = await self._asset_id(message)
        try:
            return await self._ask(message, asset_id)
        except BadMessage as exc:
            if asset_id is None or message.attachment is None or exc.code != EXPIRED_ASSET:
                raise
            await self._uploader.forget(message.attachment, asset_id, account_id=message.account_id)
        return await self._ask(message, await self._asset_id(message))

    async def _asset_id(self, message: OutgoingMessage) -> str | None:
        if message.attachment is None:
            return None
        return await self._uploader.asset_id(message.attachment, account_id=message.account_id)

    async def _ask(self, message: OutgoingMessage, asset_id: str | None) -> Answer[OaSendResult]:
        attachment = compose_attachment(message, asset_id=asset_id, allow_media_buttons=self._allow_media_buttons)
        method = SendConsultation(
            user_id=message.recipient.user_id or "",
            text=compose_text(message),
            quote_message_id=message.quote_message_id,
            attachment=attachment,
        )
        return await self._client.ask(method, account_id=message.account_id)


def _may_be_quote(error: BadMessage) -> bool:
    # -201 a parameter is invalid, -210 out of range, -233 message type; all mean "not accepted".
    return error.code in {"-201", "-210", "-233"}


def _to_receipt(answer: Answer[OaSendResult]) -> SendReceipt:
    quota = answer.result.quota
    return SendReceipt(
        message_id=answer.result.message_id,
        sent_at=answer.result.sent_time,
        cost_vnd=0 if quota and quota.quota_type in FREE_QUOTA_TYPES else None,
        quota_remaining=quota.remain if quota else None,
        quota_total=quota.total if quota else None,
        rate_limit=answer.rate_limit,
        rate_remaining=answer.rate_remaining,
    )
