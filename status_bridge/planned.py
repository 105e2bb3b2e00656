"""A notice that was decided on, between the decision and its words.

Composing waits until it is known whose phone is whose: what goes to a phone that stands for many people is said with
fewer words. Events that tell nobody never come here, so that a re-synchronisation costs next to nothing.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from dossiers.status import Notice
from status_bridge.composition import Composer, CompositionError
from status_bridge.event import DossierEvent
from storage.holds import COALESCING
from storage.notices import NewNotice

_NOTHING_SAID: Mapping[str, Any] = {"text": "", "params": {}}
log = structlog.get_logger()


@dataclass(slots=True)
class PlannedNotice:
    """One event's notice: a row for each person, still without words; `known` are the dossier's facts at that event.

    `owner` tells the dossier's owner from others of the same phone.
    """

    rows: list[NewNotice]
    event: DossierEvent
    notice: Notice
    follows: Notice | None
    known: Mapping[str, Any]
    owner: bytes

    def hold_back(self, *, until: datetime) -> bool:
        """Let the rows wait until then, or until the later moment that they wait for anyway.

        Returns whether all of them are held back: only then can the notice still be taken back.
        """
        self.rows = [
            replace(row, state="held", reason=COALESCING, due_at=max(row.due_at or until, until))
            if row.state in ("held", "pending")
            else row
            for row in self.rows
        ]
        return all(row.state == "held" for row in self.rows)

    def take_back(self) -> None:
        """Set the rows aside: what they say was corrected before anybody was told."""
        self.rows = [
            replace(row, state="superseded", reason="corrected", due_at=None) if row.state == "held" else row
            for row in self.rows
        ]

    def say(self, composer: Composer, shared_phones: Collection[str]) -> list[NewNotice]:
        """Return the rows with their words: the fewest possible for `shared_phones`."""
        said: dict[bool, Mapping[str, Any] | None] = {}
        rows = []
        for row in self.rows:
            is_shared = row.phone in shared_phones
            if is_shared not in said:
                said[is_shared] = self._compose(composer, row, is_shared)
            content = said[is_shared]
            if content is not None:
                rows.append(row.saying(content))
            elif row.state == "superseded":
                rows.append(replace(row, content=_NOTHING_SAID))
            else:
                rows.append(replace(row, state="failed", reason="composition", content=_NOTHING_SAID, due_at=None))
        return rows

    def _compose(self, composer: Composer, row: NewNotice, is_shared: bool) -> Mapping[str, Any] | None:
        try:
            return composer.compose(
                self.notice,
                self.event,
                follows=self.follows,
                language=row.language,
                known=self.known,
                is_minimal=is_shared,
            ).as_content()
        except CompositionError as error:
            # Never lost and never sent wrong: it goes to the officers' list, and somebody mends the template.
            log.error("composition_failed", notice=str(row.id), kind=row.kind, problem=str(error))
            return None
