"""What is counted by the limits on guessing; in PostgreSQL, so that a lost Redis forgets nothing.

A subject is a short text (`citizen:12`, `phone:84…`, `dossier:H17…`) of which a keyed hash alone is kept.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from storage.crypto import Cipher
from storage.database import Connection, execute, fetch
from storage.sql import queries
from storage.wire import array

_Q = queries("guesses")


class Kind(StrEnum):
    """What somebody did."""

    ASKED = "code_asked"  # a one-time code was asked for; wrong: there was nothing to send it to
    TRIED = "code_tried"  # one was typed in
    LOOKUP = "lookup"  # a dossier was asked about that is not linked; always wrong
    PHOTO = "photo"  # one was looked at
    ALARM = "alarm"  # a person was called because of the subject
    REFUSED = "refused"  # the citizen was over a limit; always wrong


@dataclass(frozen=True, slots=True)
class Window:
    """A question: how often was this done by, or to, the subject within so many seconds? Counted up to `most`."""

    kind: Kind
    subject: str = field(repr=False)
    seconds: float
    most: int
    only_wrong: bool = False


async def lock(connection: Connection, cipher: Cipher, subjects: Collection[str]) -> None:
    """Wait until nobody else counts for one of these subjects; until the transaction ends."""
    keys = [int.from_bytes(cipher.lookup_hash(subject)[:8], "big", signed=True) for subject in subjects]
    await execute(connection, _Q["lock"], {"keys": keys})


async def count(connection: Connection, cipher: Cipher, windows: Sequence[Window]) -> list[int]:
    """Return the answers, in the order of the questions; what was noted under an older key counts."""
    asked = [(n, hashed, one) for n, one in enumerate(windows) for hashed in cipher.lookup_hashes(one.subject)]
    params = {
        "number": [number for number, _, _ in asked],
        "subject": array(hashed for _, hashed, _ in asked),
        "kind": [one.kind.value for _, _, one in asked],
        "seconds": [float(one.seconds) for _, _, one in asked],
        "only_wrong": [one.only_wrong for _, _, one in asked],
        "most": [one.most for _, _, one in asked],
    }
    times = [0] * len(windows)
    for row in await fetch(connection, _Q["count"], params):
        times[row["number"]] += row["times"]
    return times


async def add(connection: Connection, cipher: Cipher, kind: Kind, subjects: Mapping[str, bool]) -> None:
    """Note what was done; `subjects` says for each whether it counts as wrong (of a citizen: once for each deed)."""
    hashes = [cipher.lookup_hash(subject) for subject in subjects]
    params = {"kind": kind.value, "subjects": array(hashes), "wrong": list(subjects.values())}
    await execute(connection, _Q["add"], params)


async def wrong_of_all(connection: Connection, *, seconds: float, most: int) -> int:
    """Return how many wrong guesses all people made within so many seconds, at most `most`."""
    return int((await fetch(connection, _Q["wrong_of_all"], {"seconds": seconds, "most": most}))[0]["times"])
