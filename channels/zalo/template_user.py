"""The channel of approved templates by user id, cheaper than by phone and without a window (docs: zalo 4.4)."""

from __future__ import annotations

from channels.base import OutgoingMessage, SendReceipt
from channels.content import Feature
from channels.errors import RecipientUnreachable
from channels.zalo.calls import Answer
from channels.zalo.catalog import TemplateCatalog
from channels.zalo.client import ZaloClient
from channels.zalo.config import ZaloConfig
from channels.zalo.filling import take_template
from channels.zalo.methods import SendTemplateByUser
from channels.zalo.types import OaSendResult, TemplateDescription


class ZaloTemplateByUserChannel:
    """Sends `message.template` to `message.recipient.user_id`.

    The reference travels as `tracking_id` only where the setting `template_uid_tracking` says so: one source of two
    shows it. One-time passwords and templates made before 2025-12-10 cannot go this way (-249, `NeedsHuman`).
    """

    name = "zalo_template_uid"
    features = frozenset({Feature.TEMPLATE})

    def __init__(self, client: ZaloClient, config: ZaloConfig, *, catalog: TemplateCatalog | None = None) -> None:
        self._client = client
        self._config = config
        self._catalog = catalog

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once. Raises `ChannelError`; the platform knows no idempotency key, so unknown stays unknown."""
        template = take_template(message)
        if message.recipient.user_id is None:
            raise RecipientUnreachable("no_user_id", "the recipient has no Zalo user id of this account")
        described = None
        if self._catalog is not None:
            described = await self._catalog.check(template, account_id=message.account_id)
        method = SendTemplateByUser(
            user_id=message.recipient.user_id,
            template_id=template.template_id,
            template_data=template.params,
            tracking_id=message.reference if self._config.template_uid_tracking else None,
        )
        return _to_receipt(await self._client.ask(method, account_id=message.account_id), described)


def _to_receipt(answer: Answer[OaSendResult], described: TemplateDescription | None) -> SendReceipt:
    quota = answer.result.quota
    return SendReceipt(
        message_id=answer.result.message_id,
        sent_at=answer.result.sent_time,
        cost_vnd=described.price_by_user if described else None,
        quota_remaining=quota.remain if quota else None,
        quota_total=quota.total if quota else None,
        rate_limit=answer.rate_limit,
        rate_remaining=answer.rate_remaining,
    )
