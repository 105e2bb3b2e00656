"""The channel of approved templates by phone number (ZNS, today ZBS Template Message; docs: zalo 6)."""

from __future__ import annotations

from pydantic import SecretStr

from channels.base import OutgoingMessage, SendReceipt
from channels.content import Feature
from channels.errors import RecipientUnreachable
from channels.zalo.calls import Answer
from channels.zalo.catalog import TemplateCatalog
from channels.zalo.client import ZaloClient
from channels.zalo.config import ZaloConfig
from channels.zalo.filling import take_template
from channels.zalo.methods import SendTemplate
from channels.zalo.proofs import is_mobile
from channels.zalo.types import TemplateDescription, TemplateSendResult


class ZaloTemplateChannel:
    """Sends `message.template` to `message.recipient.phone`; the reference travels as `tracking_id`.

    With a catalogue the parameters are checked before sending, and the receipt tells the price.
    """

    name = "zalo_template"
    features = frozenset({Feature.TEMPLATE})

    def __init__(self, client: ZaloClient, config: ZaloConfig, *, catalog: TemplateCatalog | None = None) -> None:
        self._client = client
        self._config = config
        self._catalog = catalog

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once. Raises `ChannelError`; the platform knows no idempotency key, so unknown stays unknown."""
        template = take_template(message)
        phone = _check_phone(message.recipient.phone)
        described = None
        if self._catalog is not None:
            described = await self._catalog.check(template, account_id=message.account_id)
        method = SendTemplate(
            phone=phone,
            template_id=template.template_id,
            template_data=template.params,
            tracking_id=message.reference,
            mode=self._config.template_mode,
        )
        return _to_receipt(await self._client.ask(method, account_id=message.account_id), described)


def _check_phone(phone: SecretStr | None) -> SecretStr:
    # Asking the platform would cost a call and give -108 (docs: zalo 6.1, row `phone`).
    if phone is None:
        raise RecipientUnreachable("no_phone", "the recipient has no phone number", try_other_channel=True)
    if not is_mobile(phone.get_secret_value()):
        raise RecipientUnreachable("phone_form", "no Vietnamese mobile number of the form 84…", try_other_channel=False)
    return phone


def _to_receipt(answer: Answer[TemplateSendResult], described: TemplateDescription | None) -> SendReceipt:
    quota = answer.result.quota
    return SendReceipt(
        message_id=answer.result.msg_id,
        sent_at=answer.result.sent_time,
        cost_vnd=described.price_by_phone if described else None,
        quota_remaining=quota.remaining_quota if quota else None,
        quota_total=quota.daily_quota if quota else None,
        rate_limit=answer.rate_limit,
        rate_remaining=answer.rate_remaining,
    )
