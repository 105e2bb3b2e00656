"""Replies of one try at one inbox entry: each part committed as begun before it leaves, none sent twice but once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection

from bot import metrics
from bot.answers import Answer
from bot.errors import LeaseLost
from bot.progress import Phase, Progress
from bot.rendering import Rendered, render
from bot.transcript import Transcript
from channels.base import OutgoingMessage, Recipient, SendReceipt
from channels.content import Feature
from channels.errors import ChannelError, NeedsHuman, TokenUnavailable
from channels.zalo.token_store import AccountUnknown
from storage.errors import DatabaseUnavailable, StorageError
from storage.inbox import Entry

CHAT_FEATURES = frozenset({Feature.TEXT})

Reply = Callable[[OutgoingMessage], Awaitable[SendReceipt]]
"""Sends one message through the account's channel; raises `ChannelError`."""

Mark = Callable[[str], Awaitable[bool]]
"""Commits a note on the entry and renews its lease; False when the entry is not ours any more."""


class Replies:
    """Sends a handler's answers in order. Parts that an earlier try brought to the platform are passed over."""

    def __init__(
        self,
        entry: Entry,
        chat_id: str,
        *,
        send: Reply,
        mark: Mark,
        progress: Progress,
        features: Collection[Feature] = CHAT_FEATURES,
        transcript: Transcript | None = None,
        is_group: bool = False,
    ) -> None:
        self.progress = progress
        self.is_possible_duplicate = False
        self._features = features
        self._transcript = transcript
        self._entry = entry
        self._recipient = Recipient(group_id=chat_id) if is_group else Recipient(user_id=chat_id)
        self._send = send
        self._mark = mark
        self._part = 0

    @property
    def is_sending(self) -> bool:
        """Whether a request may be on its way at this moment."""
        return self.progress.phase is not Phase.WAITING and self._part > self.progress.sent

    async def __call__(self, answer: Answer) -> None:
        """Send an answer, in parts where it is longer than the platform takes.

        Raises:
            ChannelError: what the platform or the way to it had against it.
            LeaseLost: the entry is not ours any more; nothing was sent.
        """
        for part in render(answer, self._features):
            self._part += 1
            message_id = await self._send_part(part) if self._part > self.progress.sent else None
            if self._transcript is not None:
                self._transcript.add_sent(self._part, part, message_id)

    async def _send_part(self, part: Rendered) -> str:
        begun = self.progress.begin_send()
        if not await self._mark(str(begun)):
            raise LeaseLost
        self.is_possible_duplicate |= begun.phase is Phase.REPEATING
        self.progress = begun
        reference = f"chat-{self._entry.id}-{self._part}"
        try:
            receipt = await self._send(
                OutgoingMessage(
                    reference=reference,
                    recipient=self._recipient,
                    text=part.text,
                    buttons=part.buttons,
                    attachment=part.attachment,
                    account_id=self._entry.account_id,
                )
            )
        except ChannelError as error:
            metrics.replies.labels(type(error).__name__).inc()
            raise
        except (StorageError, AccountUnknown) as error:
            refusal = _without_token(error)
            metrics.replies.labels(type(refusal).__name__).inc()
            raise refusal from error
        metrics.replies.labels("accepted").inc()
        self.progress = begun.end_send()
        return receipt.message_id


def _without_token(error: Exception) -> ChannelError:
    # A channel asks our database for its token before it calls the platform, or after a refusal, and never after an
    # acceptance: nothing was sent.
    if isinstance(error, DatabaseUnavailable):
        return TokenUnavailable("database", "no token, because PostgreSQL is away")
    return NeedsHuman("no_token", f"the account's token cannot be read ({type(error).__name__}); check hoso accounts")
