"""A channel behind the gate, for senders that do not pass it by themselves, such as the bot's replies."""

from channels.base import Channel, OutgoingMessage, SendReceipt
from channels.errors import ChannelError
from workers.gate import Gate
from workers.lanes import URGENT_LANE

WAIT_SECONDS = 5.0  # somebody looks at the chat and waits


class LimitedChannel:
    """Sends through `channel` after passing `gate`; everything else is the channel's."""

    def __init__(self, channel: Channel, gate: Gate, lane: str = URGENT_LANE) -> None:
        self.name = channel.name
        self.features = channel.features
        self._channel = channel
        self._gate = gate
        self._lane = lane

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once.

        Raises:
            RateLimited: no share of the limit came in time; nothing was sent.
            ChannelError: the channel's own.
        """
        await self._gate.enter(self.name, self._lane, seconds=WAIT_SECONDS)
        try:
            receipt = await self._channel.send(message)
        except ChannelError as error:
            self._gate.note_error(self.name, self._lane, error)
            raise
        self._gate.note_receipt(self.name, self._lane, receipt)
        return receipt
