"""One short message to one phone, from its acceptance to its report."""

from dataclasses import dataclass, fields
from operator import attrgetter
from typing import Any


@dataclass(slots=True)
class ShortMessage:
    """A message that a gateway accepted. Times are ms since 1970, prices in VND for all its parts.

    States: `queued` (its time has not come), `sent` (at the carrier), `away` (the phone is offline), and the final
    `delivered`, `failed`, `rejected`, `uncertain` (finished, but neither counted as success nor as failure).
    """

    provider: str
    order_id: str
    message_id: str
    phone: str
    sender: str
    encoding: str
    parts: int
    price_vnd: int
    at_ms: int
    due_ms: int
    request: str
    """The request as JSON without its keys, until the message was handed over; afterwards empty."""
    answer: str
    state: str = "queued"
    type_id: str = ""
    """eSMS's `TypeId`: 2 care."""
    request_id: str = ""
    callback_url: str = ""
    report_delay_seconds: float = 0.0
    report_copies: int = 1

    @property
    def is_final(self) -> bool:
        """Whether its report was made."""
        return self.state in {"delivered", "failed", "rejected", "uncertain"}

    def row(self) -> list[Any]:
        """The message as a list of JSON values."""
        return list(_row(self))


_row = attrgetter(*(each.name for each in fields(ShortMessage)))
