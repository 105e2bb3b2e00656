"""The channel of approved templates by phone number (ZNS, today ZBS Template Message; docs: zalo 6)."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import SecretStr

from channels.base import OutgoingMessage, SendReceipt, TemplateContent
from channels.content import Feature
from channels.errors import BadMessage, RecipientUnreachable
from channels.zalo.client import ZaloClient
from channels.zalo.config import ZaloConfig
from channels.zalo.methods import SendTemplate
from channels.zalo.proofs import is_mobile
from channels.zalo.text import to_wire_text
from channels.zalo.types import TemplateSendResult


class ZaloTemplateChannel:
    """Sends `message.template` to `message.recipient.phone`; the reference travels as `tracking_id`."""

    name = "zalo_template"
    features = frozenset({Feature.TEMPLATE})

    def __init__(self, client: ZaloClient, config: ZaloConfig) -> None:
        self._client = client
        self._config = config

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once. Raises `ChannelError`; the platform knows no idempotency key, so unknown stays unknown."""
        if message.template is None:
            raise BadMessage("no_template", "this channel sends templates only")
        method = SendTemplate(
            phone=_check_phone(message.recipient.phone),
            template_id=message.template.template_id,
            template_data=_to_template_data(message.template),
            tracking_id=message.reference,
            mode=self._config.template_mode,
        )
        return _to_receipt(await self._client.call(method))


def _check_phone(phone: SecretStr | None) -> SecretStr:
    # Asking the platform would cost a call and give -108 (docs: zalo 6.1, row `phone`).
    if phone is None:
        raise RecipientUnreachable("no_phone", "the recipient has no phone number", try_other_channel=True)
    if not is_mobile(phone.get_secret_value()):
        raise RecipientUnreachable("phone_form", "no Vietnamese mobile number of the form 84…", try_other_channel=False)
    return phone


def _to_template_data(template: TemplateContent) -> Mapping[str, str]:
    return {name: to_wire_text(value) for name, value in template.params.items()}


def _to_receipt(result: TemplateSendResult) -> SendReceipt:
    quota = result.quota
    return SendReceipt(
        message_id=result.msg_id,
        sent_at=result.sent_time,
        quota_remaining=quota.remaining_quota if quota else None,
        quota_total=quota.daily_quota if quota else None,
    )
