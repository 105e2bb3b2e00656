"""Live changes for the page: each open page is told what changed since it last heard, gathered for a moment.

A page that cannot follow (thousands of sends a second) is told to load afresh, so that memory stays bounded.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from emulator.envelopes import encode
from emulator.messages import Message
from emulator.phones import Phone

GATHER_SECONDS = 0.1
KEEP_ALIVE_SECONDS = 15.0
MAX_CHANGES = 300
COME_BACK = b"retry: 1000\n"  # milliseconds until a page that lost the stream asks for it again


@dataclass(slots=True, eq=False)
class Listener:
    """One open page and what it has not heard yet."""

    messages: dict[int, Message] = field(default_factory=dict)
    phones: dict[str, Phone] = field(default_factory=dict)
    must_reload: bool = False
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    def note(self, *, message: Message | None = None, phone: Phone | None = None) -> None:
        """Remember a change."""
        if message:
            self.messages[message.seq] = message
        if phone:
            self.phones[phone.phone] = phone
        if len(self.messages) + len(self.phones) > MAX_CHANGES:
            self.must_reload = True
            self.messages.clear()
            self.phones.clear()
        self.changed.set()

    def take(self) -> dict[str, Any]:
        """What changed, as JSON; afterwards nothing is remembered."""
        changes = {
            "reload": self.must_reload,
            "phones": [phone.view() for phone in self.phones.values()],
            "messages": [message.view() for _, message in sorted(self.messages.items())],
        }
        self.messages.clear()
        self.phones.clear()
        self.must_reload = False
        self.changed.clear()
        return changes


class Hub:
    """All open pages."""

    def __init__(self) -> None:
        self._listeners: set[Listener] = set()
        self._is_closed = False

    @contextmanager
    def open(self) -> Iterator[Listener]:
        """A listener for as long as the context lasts."""
        listener = Listener()
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def tell_message(self, message: Message) -> None:
        """A message is new or changed."""
        for listener in self._listeners:
            listener.note(message=message)

    def tell_phone(self, phone: Phone) -> None:
        """A phone is new or changed."""
        for listener in self._listeners:
            listener.note(phone=phone)

    def tell_clock(self) -> None:
        """The clock was moved; every event says what time it is."""
        for listener in self._listeners:
            listener.changed.set()

    def close(self) -> None:
        """Let every open stream end."""
        self._is_closed = True
        for listener in self._listeners:
            listener.changed.set()

    @property
    def is_closed(self) -> bool:
        """Whether streams must end."""
        return self._is_closed


def as_event(changes: dict[str, Any]) -> bytes:
    """One server-sent event."""
    return b"data: " + encode(changes) + b"\n\n"
