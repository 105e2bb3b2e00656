"""Every message that arrived on a phone or left one, in order, compact, up to a limit.

What was sent is kept as the bytes that came; text and cards are made from them when somebody looks.
"""

import json
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field, fields
from itertools import islice
from operator import attrgetter
from typing import Any

from emulator.clock import to_iso
from emulator.contents import read_content

TO_CITIZEN = "in"
FROM_CITIZEN = "out"


@dataclass(slots=True)
class Message:
    """One message. `direction` is seen from the phone: `in` arrived there, `out` was typed there.

    Times are ms since 1970, 0 for not yet; `request` and `answer` are raw JSON; `undeliverable` waits for the phone.
    """

    seq: int
    at_ms: int
    channel: str
    direction: str
    phone: str
    user_id: str
    template_id: str | None
    tracking_id: str | None
    message_id: str
    request: bytes
    answer: bytes
    delivered_ms: int = 0
    read_ms: int = 0
    undeliverable: bool = False
    shown: dict[str, Any] = field(default_factory=dict)
    """What belongs to the picture but not to the request: an uploaded photo's address, reactions; see contents."""

    @property
    def state(self) -> str:
        """`sent`, `delivered` or `read`."""
        return "read" if self.read_ms else "delivered" if self.delivered_ms else "sent"

    def view(self) -> dict[str, Any]:
        """The message as `GET /_emulator/messages` shows it (docs: contract 5), with what the page needs beside."""
        request = json.loads(self.request)
        content = read_content(self.channel, self.direction, self.template_id, request) | self.shown
        return {
            "seq": self.seq,
            "at": to_iso(self.at_ms),
            "channel": self.channel,
            "phone": self.phone,
            "user_id": self.user_id,
            "template_id": self.template_id,
            "tracking_id": self.tracking_id,
            "text": content["text"],
            "request": request,
            "answer": json.loads(self.answer) if self.answer else None,
            "direction": self.direction,
            "message_id": self.message_id,
            "state": self.state,
            "delivered_at": to_iso(self.delivered_ms) if self.delivered_ms else None,
            "read_at": to_iso(self.read_ms) if self.read_ms else None,
            "card": content.get("card"),
            "content": content,
        }


_FIELDS = tuple(each.name for each in fields(Message))
_row = attrgetter(*_FIELDS)  # a hundred thousand messages are saved at once, so no dataclasses.asdict


class MessageLog:
    """Messages in the order of their `seq`, which counts from 1 and never repeats."""

    def __init__(self, max_messages: int) -> None:
        self._messages: deque[Message] = deque()
        self._by_id: dict[str, Message] = {}
        self._max_messages = max_messages
        self.last_seq = 0

    def __len__(self) -> int:
        return len(self._messages)

    def add(self, message: Message) -> Message:
        """Keep a message made with `next_seq`; the oldest is forgotten beyond the limit."""
        self.last_seq = message.seq
        self._messages.append(message)
        self._by_id[message.message_id] = message
        while len(self._messages) > self._max_messages:
            del self._by_id[self._messages.popleft().message_id]
        return message

    @property
    def next_seq(self) -> int:
        """The number the next message must carry."""
        return self.last_seq + 1

    def get(self, message_id: str) -> Message | None:
        """The message with the platform's id, if it is still kept."""
        return self._by_id.get(message_id)

    def after(self, seq: int) -> Iterator[Message]:
        """Messages with a larger `seq`, oldest first."""
        if not self._messages:
            return iter(())
        return islice(self._messages, max(0, seq + 1 - self._messages[0].seq), None)

    def newest_first(self) -> Iterator[Message]:
        """What is kept, newest first; to be read to the end before anything is added."""
        return reversed(self._messages)

    def of_phone(self, phone: str) -> list[Message]:
        """What is kept of one phone, oldest first."""
        return [message for message in self._messages if message.phone == phone]

    def snapshot(self) -> Iterator[list[Any]]:
        """All messages of this moment as rows of JSON, in the order of the class's fields, made one by one."""
        return (
            [value.decode() if isinstance(value, bytes) else value for value in _row(message)]
            for message in list(self._messages)
        )

    def restore(self, rows: list[list[Any]], last_seq: int) -> None:
        """Take over the messages of a snapshot."""
        for row in rows:
            raw = dict(zip(_FIELDS, row, strict=True))
            self.add(Message(**{**raw, "request": raw["request"].encode(), "answer": raw["answer"].encode()}))
        self.last_seq = last_seq
