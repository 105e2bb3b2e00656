"""The search, and how sure its answer is."""

from __future__ import annotations

from dataclasses import dataclass

from storage import procedures
from storage.database import Database
from storage.procedure_words import phrase_of, read_query, split_words
from storage.procedures import Found, Procedure

MIN_SCORE = 0.22
"""Below it a procedure has nothing to do with the words (measured: docs/procedures.md)."""
NEAR_SHARE = 0.4
"""One that is so much worse than the first is not offered beside it."""
SURE_SCORE = 0.55
SURE_LEAD = 1.25
"""The first is shown at once when it is good, and so much better than the second; otherwise the citizen chooses."""


@dataclass(frozen=True, slots=True)
class Search:
    """The procedures that may be meant, the likeliest first."""

    found: tuple[Found, ...]
    is_name: bool = False
    """The words are the very name of the first."""

    @property
    def is_sure(self) -> bool:
        """Whether the first may be shown without asking."""
        if self.is_name:
            return True
        if not self.found or self.found[0].score < SURE_SCORE:
            return False
        return len(self.found) == 1 or self.found[0].score >= SURE_LEAD * self.found[1].score


async def find(database: Database, words: str) -> Search:
    """Return what words may mean, without what has nothing to do with them."""
    found = await procedures.search(database, words)
    least = max(MIN_SCORE, NEAR_SHARE * found[0].score) if found else MIN_SCORE
    near = tuple(one for one in found if one.score >= least)
    said = next(iter(read_query(words).phrases), None)
    is_name = bool(near) and said in _names(near[0].procedure) and said not in _names(*(o.procedure for o in near[1:]))
    return Search(near, is_name)


def _names(*named: Procedure) -> set[str]:
    return {phrase_of(split_words(name)) for one in named for name in (one.short_name, one.name, *one.aliases)}
