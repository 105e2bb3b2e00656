"""Whether a broadcast goes well: the share of failures, and of people who want no more. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from workers.broadcasts.config import FEWEST_PEOPLE, LEAST_OUTCOMES, BroadcastConfig

FAILURES: Final = "failures"
UNREACHED: Final = "unreached"
COMPLAINTS: Final = "complaints"
JUDGED: Final = "judged"


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a broadcast: messages that went well or badly, those that failed, people who complained.

    `unreached` are people whom no channel reaches; they are not among the failed.
    """

    outcomes: int = 0
    failed: int = 0
    complaints: int = 0
    unreached: int = 0

    @classmethod
    def judged_in(cls, progress: Mapping[str, Any]) -> "Seen":
        """Return what a halt was for already: a person saw it and let it go on."""
        return cls(**progress.get(JUDGED) or {})

    def since(self, earlier: "Seen") -> "Seen":
        """Return what came after `earlier`."""
        return Seen(
            max(0, self.outcomes - earlier.outcomes),
            max(0, self.failed - earlier.failed),
            max(0, self.complaints - earlier.complaints),
            max(0, self.unreached - earlier.unreached),
        )

    def as_progress(self) -> dict[str, Any]:
        """Return it as a broadcast's progress keeps it."""
        return {JUDGED: asdict(self)}


def judge(seen: Seen, config: BroadcastConfig, *, is_canary_over: bool = False) -> str | None:
    """Return why a broadcast must halt, in a word; None: it may go on.

    Few outcomes say little, but of the first share every one counts when all are known. A single failure is one of
    ours and may be everybody's; a single person out of reach, or who complains, is not.
    """
    if not seen.outcomes or (seen.outcomes < LEAST_OUTCOMES and not is_canary_over):
        return None
    if 100 * seen.failed > config.halt_percent * seen.outcomes:
        return FAILURES
    if seen.unreached >= FEWEST_PEOPLE and 100 * seen.unreached > config.unreached_percent * seen.outcomes:
        return UNREACHED
    if seen.complaints >= FEWEST_PEOPLE and 100 * seen.complaints > config.complaint_percent * seen.outcomes:
        return COMPLAINTS
    return None
