"""The gate before each send: its share of an account's rate and quota. Here is what attempts expect of one."""

from typing import Protocol

from channels.base import SendReceipt
from channels.errors import ChannelError


class Gate(Protocol):
    """Waits for a send's share, and hears how sends ended."""

    async def enter(self, channel: str, lane: str, *, seconds: float) -> None:
        """Wait for the share of one send on `channel`, at most `seconds`.

        Raises:
            RateLimited: it cannot be had in time; code `our_limit` or `quota_reserved`, with the time to wait.
        """
        ...

    def note_receipt(self, channel: str, lane: str, receipt: SendReceipt) -> None:
        """Hear of a send that was accepted; quick, and never raises."""
        ...

    def note_error(self, channel: str, lane: str, error: ChannelError) -> None:
        """Hear of one that was not; quick, and never raises."""
        ...


class OpenGate:
    """Lets everything pass."""

    async def enter(self, channel: str, lane: str, *, seconds: float) -> None:
        """Pass at once."""

    def note_receipt(self, channel: str, lane: str, receipt: SendReceipt) -> None:
        """Nothing is counted."""

    def note_error(self, channel: str, lane: str, error: ChannelError) -> None:
        """Nothing is counted."""
