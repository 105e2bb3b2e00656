"""What a site chooses about its notices: whom they are for, and how many a phone gets in a day.

Settings are made of these, so nothing heavy is imported here: every process reads its settings before all else.
"""

from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Final

DIGEST: Final = "digest"
"""The kind of a notice that says several together, and the name of its platform template."""
ANNOUNCEMENT: Final = "announcement"
"""The kind of a broadcast's notices, and the name of their platform template."""


class Role(StrEnum):
    """What somebody is to a dossier (setting HOSO_NOTIFY)."""

    APPLICANT = "applicant"
    OWNER = "owner"
    SUBMITTER = "submitter"
    AUTHORISED = "authorised"


@dataclass(frozen=True, slots=True)
class DailyLimit:
    """At most `messages` (1 or more) a day and phone.

    `digest_time`: when the rest of a day is said; `merges`: whether there is a message that can say it.
    """

    messages: int
    digest_time: time
    merges: bool

    @property
    def alone(self) -> int:
        """How many of a day's messages go as they are."""
        return self.messages - 1 if self.merges else self.messages
