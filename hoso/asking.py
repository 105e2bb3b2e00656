"""How each channel is asked what became of a message, and after how long without a receipt."""

from collections.abc import Awaitable, Callable
from typing import Final

from channels.sms.status import SmsState, SmsStatus
from channels.zalo.account import ZaloAccountApi
from channels.zalo.types.templates import SendStatus, TemplateDescription
from hoso.parts import OpenChannels
from hoso.settings import Settings
from workers.silence import Ask, Heard

_ZALO_TEMPLATES: Final = ("zalo_template", "zalo_template_uid")
_WITH_RECEIPTS: Final = frozenset({*_ZALO_TEMPLATES, "zalo_oa", "sms_esms"})
"""Channels whose platform reports deliveries, or can be asked; the others never say more than "accepted"."""
# A receipt comes within 72 hours, or not at all worth waiting for.
LONGEST_WAIT_SECONDS: Final = 72 * 3600.0

_SMS: Final = {
    SmsState.DELIVERED: Heard.DELIVERED,
    SmsState.FAILED: Heard.FAILED,
    SmsState.WAITING: Heard.WAITING,
    SmsState.UNKNOWN: Heard.NOTHING,
}


def askers(channels: OpenChannels) -> dict[str, Ask]:
    """Return by channel how its platform is asked."""
    asks: dict[str, Ask] = {}
    if channels.zalo is not None:
        asks.update(dict.fromkeys(_ZALO_TEMPLATES, ask_zalo(channels.zalo.account)))
    if channels.esms is not None:
        asks[channels.esms.name] = ask_sms(channels.esms.status)
    return asks


def ask_zalo(account: ZaloAccountApi) -> Ask:
    """Ask about a template message; one that the account does not know was not delivered (docs: zalo 6.3)."""

    async def ask(message_id: str) -> Heard:
        state = await account.message_status(message_id)
        return Heard.DELIVERED if state.status is SendStatus.DELIVERED else Heard.NOTHING

    return ask


def ask_sms(status: Callable[[str], Awaitable[SmsStatus]]) -> Ask:
    """Ask a gateway about a short message (docs: zalo 10.1)."""

    async def ask(sms_id: str) -> Heard:
        return _SMS[(await status(sms_id)).state]

    return ask


def receipt_wait(settings: Settings, channels: OpenChannels) -> Callable[[str, str | None], float | None]:
    """Return `receipt_wait_seconds(channel, template_id)`: how long to wait for a receipt before the platform is asked.

    None: nobody will ever tell, so there is nothing to wait for. It asks nobody: a template's own time counts once its
    description was had.
    """
    least = settings.receipt_wait_seconds
    catalog = None if channels.zalo is None else channels.zalo.catalog

    def receipt_wait_seconds(channel: str, template_id: str | None = None) -> float | None:
        if channel not in _WITH_RECEIPTS:
            return None
        described = None
        if catalog is not None and template_id is not None and channel in _ZALO_TEMPLATES:
            described = catalog.peek(template_id)
        return max(least, template_seconds(described))

    return receipt_wait_seconds


def template_seconds(described: TemplateDescription | None) -> float:
    """For how long the platform tries to deliver a template's message; 0.0 where that is not known.

    The sources do not say whether `timeout` is in seconds or in milliseconds (docs: zalo 6.4). Seconds, the longer
    reading, are believed as long as they are possible: waiting too long costs a late notice, too short a second one.
    """
    timeout = None if described is None else described.timeout
    if timeout is None or timeout <= 0:
        return 0.0
    return float(timeout) if timeout <= LONGEST_WAIT_SECONDS else min(timeout / 1000, LONGEST_WAIT_SECONDS)
