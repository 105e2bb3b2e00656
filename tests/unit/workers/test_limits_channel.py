"""A channel behind the gate: nothing is sent without a share, and the gate hears how it ended."""

import pytest

from channels.base import OutgoingMessage, Recipient, SendReceipt
from channels.content import Feature
from channels.errors import ChannelError, PlatformDown, RateLimited
from workers.limited_channel import LimitedChannel


class Recorded:
    """A gate and a channel in one, which note what was asked of them."""

    name = "zalo_oa"
    features = frozenset({Feature.TEXT})

    def __init__(self, *, refuses: ChannelError | None = None, fails: ChannelError | None = None) -> None:
        self.refuses, self.fails = refuses, fails
        self.calls: list[object] = []

    async def enter(self, channel: str, lane: str, *, seconds: float) -> None:
        assert seconds > 0
        self.calls.append(("enter", channel, lane))
        if self.refuses is not None:
            raise self.refuses

    def note_receipt(self, channel: str, lane: str, receipt: SendReceipt) -> None:
        self.calls.append(("receipt", channel, lane, receipt.message_id))

    def note_error(self, channel: str, lane: str, error: ChannelError) -> None:
        self.calls.append(("error", channel, lane, error.code))

    async def send(self, _message: OutgoingMessage) -> SendReceipt:
        self.calls.append("send")
        if self.fails is not None:
            raise self.fails
        return SendReceipt(message_id="7")


MESSAGE = OutgoingMessage(reference="r", recipient=Recipient(user_id="1"), text="xin chào")


async def test_a_reply_passes_the_gate_as_urgent_and_the_gate_hears_of_it() -> None:
    both = Recorded()
    limited = LimitedChannel(both, both)
    assert (limited.name, limited.features) == (both.name, both.features)
    assert (await limited.send(MESSAGE)).message_id == "7"
    assert both.calls == [("enter", "zalo_oa", "urgent"), "send", ("receipt", "zalo_oa", "urgent", "7")]


async def test_without_a_share_nothing_is_sent() -> None:
    both = Recorded(refuses=RateLimited("our_limit"))
    with pytest.raises(RateLimited):
        await LimitedChannel(both, both).send(MESSAGE)
    assert both.calls == [("enter", "zalo_oa", "urgent")]


async def test_the_gate_hears_of_a_failure_which_goes_on_to_the_caller() -> None:
    both = Recorded(fails=PlatformDown("connect"))
    with pytest.raises(PlatformDown):
        await LimitedChannel(both, both, lane="status").send(MESSAGE)
    assert both.calls[1:] == ["send", ("error", "zalo_oa", "status", "connect")]
