"""One thing that somebody does: who, with which words; and how its fields are read."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from emulator.errors import BadControl
from emulator.messages import Message
from emulator.phones import Phone
from emulator.state import Emulator

MAX_TEXT_CHARS = 2000
MAX_URL_CHARS = 2000
Body = dict[str, Any]
Done = dict[str, Any]
"""What an act answers: `{"event_name", "msg_id"?, …}`."""


@dataclass(frozen=True, slots=True)
class Hand:
    """Somebody with a body of fields; `origin` is this emulator's address, for what it serves itself."""

    emulator: Emulator
    body: Body
    origin: str

    def text(self, name: str, *, of: str = "") -> str:
        """A field that must be words. `of` names the object it stands in. Raises BadControl."""
        return read_text(self.body, name, of=of)

    def part(self, name: str) -> Body:
        """A field that must be an object. Raises BadControl."""
        value = self.body.get(name)
        if not isinstance(value, dict):
            raise BadControl(f"{name} must be an object", field=name)
        return value

    def check_true(self, name: str) -> None:
        """A field that can only be true. Raises BadControl."""
        if self.body.get(name) is not True:
            raise BadControl(f"{name} must be true", field=name)


@dataclass(frozen=True, slots=True)
class Deed(Hand):
    """Something the owner of a phone does."""

    phone: Phone

    def message(self, message_id: object, field: str) -> Message:
        """A message of this phone's chat. Raises BadControl."""
        found = self.emulator.messages.get(message_id) if isinstance(message_id, str) else None
        if found is None or found.phone != self.phone.phone:
            raise BadControl(f"{field} must be the id of a message in this chat", field=field, status=409)
        return found


def read_text(body: Body, name: str, *, of: str = "") -> str:
    """A field of an object that must be words. Raises BadControl."""
    value, full_name = body.get(name), f"{of}.{name}" if of else name
    if not isinstance(value, str) or not value.strip() or len(value) > MAX_TEXT_CHARS:
        raise BadControl(f"{full_name} must be a text of 1 to {MAX_TEXT_CHARS} characters", field=full_name)
    return value


def read_url(value: object, name: str) -> str:
    """A web address. Raises BadControl."""
    try:
        parts = urlsplit(value) if isinstance(value, str) and len(value) <= MAX_URL_CHARS else None
    except ValueError:
        parts = None
    if parts is None or parts.scheme not in {"http", "https"} or not parts.hostname:
        raise BadControl(f"{name} must be an http or https address", field=name)
    return str(value)


def check_fields(body: Body, known: frozenset[str], of: str) -> None:
    """No other fields than these. Raises BadControl."""
    unknown = body.keys() - known
    if unknown:
        first = min(unknown)[:40]
        raise BadControl(f"unknown field {of}.{first}; use {', '.join(sorted(known))}", field=f"{of}.{first}")
