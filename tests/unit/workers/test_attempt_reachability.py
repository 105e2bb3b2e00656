"""What a platform's word about a person means for the notices after this one."""

import pytest

from channels.errors import BadMessage, ChannelError, OutcomeUnknown, RecipientRefused, RecipientUnreachable
from tests.unit.status_bridge.routing_case import claimed
from workers.config import DeliveryConfig
from workers.reachability import closed_by

DAY = 86400
PHONE = b"hash"


@pytest.mark.parametrize(
    ("error", "channel", "kept"),
    [
        (RecipientUnreachable("-118"), "zalo_template", ("unreachable", 30 * DAY)),
        (RecipientUnreachable("-119"), "zalo_template", ("unreachable", DAY)),
        (RecipientUnreachable("-114", retry_tomorrow_once=True), "zalo_template", ("unreachable", DAY)),
        (RecipientUnreachable("99"), "sms_esms", ("unreachable", DAY)),
        (RecipientRefused("-141", try_other_channel=False), "zalo_template", ("refused", 180 * DAY)),
        (RecipientRefused("-139", try_other_channel=True), "zalo_template", ("unreachable", 180 * DAY)),
        (RecipientUnreachable("-230"), "zalo_oa", None),
        (RecipientUnreachable("-108", try_other_channel=False), "zalo_template", None),
        (RecipientUnreachable("no_user_id"), "zalo_oa", None),
        (RecipientUnreachable("phone_form", try_other_channel=False), "sms_esms", None),
        (RecipientUnreachable(), "zalo_template", None),
        (BadMessage("-132"), "zalo_template", None),
        (OutcomeUnknown("timeout"), "zalo_template", None),
    ],
    ids=lambda value: getattr(value, "code", None),
)
def test_a_channel_is_closed_for_as_long_as_the_code_says(
    error: ChannelError, channel: str, kept: tuple[str, int] | None
) -> None:
    closed = closed_by(error, channel, claimed(recipient_hash=PHONE), DeliveryConfig())
    if kept is None:
        assert closed is None
    else:
        assert closed is not None
        assert (closed.recipient_hash, closed.channel, closed.code) == (PHONE, channel, error.code)
        assert (closed.reason, closed.seconds) == kept


def test_without_a_phone_there_is_nobody_to_remember() -> None:
    assert closed_by(RecipientUnreachable("550"), "email", claimed(), DeliveryConfig()) is None


def test_a_setting_of_zero_remembers_nothing() -> None:
    config = DeliveryConfig(no_account_seconds=0)
    notice = claimed(recipient_hash=PHONE)
    assert closed_by(RecipientUnreachable("-118"), "zalo_template", notice, config) is None
