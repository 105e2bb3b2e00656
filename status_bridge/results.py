"""What is answered for one offered event (contract, section 4)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from dossiers.status import Notice
from status_bridge.notices import EventOutcome


@dataclass(frozen=True, slots=True)
class EventResult:
    """The answer for one event, in the order the events were offered."""

    id: str | None
    outcome: EventOutcome
    dossier: str | None = None
    notice: Notice | None = None
    errors: Sequence[Mapping[str, str]] = ()

    def as_json(self) -> dict[str, Any]:
        """Return the object of the contract, section 4."""
        answer: dict[str, Any] = {
            "id": self.id,
            "outcome": self.outcome.value,
            "dossier": self.dossier,
            "notice": self.notice.value if self.notice else None,
        }
        return answer | ({"errors": list(self.errors)} if self.errors else {})
