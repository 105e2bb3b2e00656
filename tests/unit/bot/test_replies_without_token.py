"""A reply that found no token was certainly not sent: it waits, or a person is called; it is never "in doubt"."""

import uuid
from datetime import UTC, datetime

import pytest

from bot import outcomes
from bot.answers import Answer
from bot.progress import Progress
from bot.replies import Replies
from channels.base import OutgoingMessage, SendReceipt
from channels.errors import ChannelError, NeedsHuman, TokenUnavailable
from channels.zalo.token_store import AccountUnknown
from storage.errors import DatabaseUnavailable, UndecipherableValue
from storage.inbox import Entry

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
ENTRY = Entry(1, "zalo", "m", "999", "user_send_text", "message", NOW, "{}", 1, uuid.UUID(int=1))


@pytest.mark.parametrize(
    ("error", "becomes", "state"),
    [
        (DatabaseUnavailable("away"), TokenUnavailable, "pending"),
        (AccountUnknown("999"), NeedsHuman, "failed"),
        (UndecipherableValue("key"), NeedsHuman, "failed"),
    ],
)
async def test_what_storage_lacks_is_no_doubt(error: Exception, becomes: type[ChannelError], state: str) -> None:
    async def send(_message: OutgoingMessage) -> SendReceipt:
        raise error

    async def mark(_note: str) -> bool:
        return True

    replies = Replies(ENTRY, "5", send=send, mark=mark, progress=Progress())
    with pytest.raises(becomes) as caught:
        await replies(Answer("Xin chào"))
    assert outcomes.after_refusal(ENTRY, caught.value, replies.progress, NOW).state == state
