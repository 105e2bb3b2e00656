"""What a platform's word about a person means for the notices after this one: pure (docs: zalo 4.8, 6.6, class P)."""

import re
from typing import Final

from channels.errors import ChannelError, RecipientRefused, RecipientUnreachable
from status_bridge.routing import CONSULTATION
from storage.notices import ClaimedNotice
from storage.recipients import ClosedChannel
from workers.config import DeliveryConfig

NO_ACCOUNT: Final = "-118"  # docs: zalo 6.6: no Zalo account for the number
_PLATFORMS_CODE: Final = re.compile(r"-?[0-9]+")


def closed_by(error: ChannelError, channel: str, notice: ClaimedNotice, config: DeliveryConfig) -> ClosedChannel | None:
    """Return that the channel does not reach the notice's recipient for a while; None: the error says no such thing.

    A refusal that is to be respected is noted as `refused`, everything else as `unreachable`. Not noted: our own words
    (no code of a platform), numbers that are wrong for every channel, and a window that has closed, which the person's
    next message opens.
    """
    if notice.recipient_hash is None or error.code is None or _PLATFORMS_CODE.fullmatch(error.code) is None:
        return None
    reason, seconds = "unreachable", 0.0
    if isinstance(error, RecipientRefused):
        reason, seconds = ("unreachable" if error.try_other_channel else "refused"), config.refused_seconds
    elif isinstance(error, RecipientUnreachable) and error.try_other_channel and channel != CONSULTATION:
        seconds = config.no_account_seconds if error.code == NO_ACCOUNT else config.cannot_receive_seconds
    if not seconds:
        return None
    return ClosedChannel(notice.recipient_hash, channel, reason, error.code, seconds)
