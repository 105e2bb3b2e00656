"""The channel of e-mail: one plain text a message, over an encrypted connection of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from datetime import UTC, datetime

from channels.base import OutgoingMessage, SendReceipt
from channels.content import Feature
from channels.email.config import EmailConfig
from channels.email.conversation import Parcel, hand_over
from channels.email.letter import compose, take_address


def _utc_now() -> datetime:
    return datetime.now(UTC)


class EmailChannel:
    """Sends `message.text` with `message.subject` to `message.recipient.email`. There are no receipts.

    Raises `ValueError` when the file of trusted certificates cannot be read.
    """

    name = "email"
    features = frozenset({Feature.TEXT, Feature.SUBJECT})

    def __init__(self, config: EmailConfig, *, clock: Callable[[], datetime] = _utc_now) -> None:
        self._config = config
        self._clock = clock
        self._tls = None if config.security == "none" else _trust(config.certificate_file)

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once. Raises `ChannelError`; the receipt's message id is the letter's Message-ID."""
        letter = compose(message, self._config, written_at=self._clock())
        parcel = Parcel(self._config.sender, take_address(message), letter.as_bytes())
        await hand_over(parcel, self._config, self._tls)
        return SendReceipt(message_id=str(letter["Message-ID"]).strip("<>"), cost_vnd=0)


def _trust(certificate_file: str | None) -> ssl.SSLContext:
    """The system's certificates and these; names are checked, always."""
    context = ssl.create_default_context()
    if certificate_file is not None:
        try:
            context.load_verify_locations(certificate_file)
        except (OSError, ValueError) as exc:
            raise ValueError(f"cannot read the certificates in {certificate_file}; give a PEM file") from exc
    return context
