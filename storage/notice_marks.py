"""What officers do about notices: send one again, or note that the person was told by other means.

Everything here runs in the caller's transaction, with the notice locked: of two officers, or of two clicks, one wins.
"""

from __future__ import annotations

import json
import uuid
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from dossiers.contact import normalise_phone
from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.dossiers import PEOPLE_COLUMN, PHONE_COLUMN
from storage.errors import UndecipherableValue
from storage.notices import RECIPIENT_COLUMN
from storage.sql import queries

_Q = queries("notice_marks")
_RETRY: Final = queries("notices")["retry"]
"""The rules of `hoso notices retry`; failures and doubts follow them to the letter."""
WAYS: Final = ("phone", "in_person", "post", "other")
_ARRIVED: Final = frozenset({"delivered", "read"})


class NotSentAgain(Exception):
    """It cannot be sent again; `why` is a word.

    `changed`: it is not as it was seen, somebody was first. `overtaken`: something newer of its dossier went out, or it
    was said in another message. `under_way`: it goes out by itself. `no_phone`: nobody knows a number. `no_words`: its
    text could not be composed. `closed`: it is expired, suppressed or taken back.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True, slots=True)
class Mark:
    """What an officer (the login) did about a notice: `told_otherwise` with how, or `sent_again`."""

    notice_id: uuid.UUID
    created_at: datetime
    kind: str
    officer: str
    how: str | None


@dataclass(frozen=True, slots=True)
class LockedNotice:
    """A notice that is locked, as far as an officer's deed needs it. `unit`: where it belongs."""

    id: uuid.UUID
    created_at: datetime
    updated_at: datetime
    state: str
    reason: str | None
    due_at: datetime | None
    lane: str
    kind: str
    role: str
    dossier_id: int | None
    dossier_code: str | None
    has_phone: bool
    has_email: bool
    merged_into: uuid.UUID | None
    phone_enc: bytes | None
    people_enc: bytes | None
    unit: str | None
    is_overtaken: bool
    is_told: bool

    @property
    def needs_a_hand(self) -> bool:
        """Whether it is on the officers' list, as long as nobody has told it otherwise."""
        is_end = self.state in ("failed", "no_mobile") or (self.state == "in_doubt" and self.due_at is None)
        is_unheard = self.state == "accepted" and self.reason == "no_receipt" and self.due_at is None
        return is_end or is_unheard or self.reason == "wrong_number"


async def lock(
    connection: Connection, notice: uuid.UUID, *, units: list[str] | None, code: str | None = None
) -> LockedNotice | None:
    """Lock a notice of a dossier in one of the units (None: all) until the transaction ends; None: none such.

    `code`: it must be of this dossier.
    """
    rows = await fetch(connection, _Q["lock"], {"id": notice, "units": units, "code": code})
    return LockedNotice(**rows[0]) if rows else None


async def send_again(
    connection: Connection, cipher: Cipher, notice: LockedNotice, *, seen: datetime, officer: str
) -> str:
    """Hand a locked notice to delivery again and note who did; return its lane, to be rung after the commit.

    `seen` is the `updated_at` that the officer saw: a second click finds another one.

    Raises:
        NotSentAgain: it may not, or somebody was first.
    """
    check_again(notice, seen=seen)
    if notice.state == "no_mobile":
        await _readdress(connection, cipher, notice)
    key = {"id": notice.id, "created_at": notice.created_at}
    is_retry = notice.state in ("failed", "no_mobile", "in_doubt")
    rows = await fetch(connection, _RETRY if is_retry else _Q["send_again"], key)
    if not rows:
        raise NotSentAgain("no_phone" if not (notice.has_phone or notice.has_email) else "changed")
    await _mark(connection, notice.id, "sent_again", officer)
    return str(rows[0]["lane"])


def check_again(notice: LockedNotice, *, seen: datetime) -> None:
    """Raise NotSentAgain when a notice may not be sent again."""
    if notice.updated_at != seen:
        raise NotSentAgain("changed")
    if notice.state in ("held", "pending", "sending") or (notice.state == "in_doubt" and notice.due_at is not None):
        raise NotSentAgain("under_way")
    if notice.state == "superseded" or notice.merged_into is not None or notice.is_overtaken:
        raise NotSentAgain("overtaken")
    if notice.state in ("expired", "suppressed", "cancelled"):
        raise NotSentAgain("closed")
    if notice.state == "accepted" and notice.due_at is not None:
        raise NotSentAgain("under_way")
    if notice.reason == "composition":
        raise NotSentAgain("no_words")


async def tell_otherwise(connection: Connection, notice: LockedNotice, *, how: str, officer: str) -> bool:
    """Note that a person was told by other means, which takes a locked notice off the officers' list.

    False: it needs no hand any more, or somebody has noted it already.
    """
    if how not in WAYS:
        raise ValueError(f"told how? one of {', '.join(WAYS)}")
    if notice.is_told or not notice.needs_a_hand:
        return False
    await _mark(connection, notice.id, "told_otherwise", officer, how)
    return True


async def of_notices(database: Database, notices: Sequence[uuid.UUID]) -> Mapping[uuid.UUID, list[Mark]]:
    """Return what officers did about notices, oldest first."""
    found: defaultdict[uuid.UUID, list[Mark]] = defaultdict(list)
    if notices:
        for row in await database.fetch(_Q["of_notices"], {"notices": list(notices)}):
            found[row["notice_id"]].append(Mark(**row))
    return found


async def _mark(connection: Connection, notice: uuid.UUID, kind: str, officer: str, how: str | None = None) -> None:
    await execute(connection, _Q["add"], {"id": notice, "kind": kind, "officer": officer, "how": how})


async def _readdress(connection: Connection, cipher: Cipher, notice: LockedNotice) -> None:
    """Give a notice without a number the one that its dossier has by now."""
    phone = _phone_now(cipher, notice)
    if phone is None:
        raise NotSentAgain("no_phone")
    params: dict[str, Any] = {
        "id": notice.id,
        "created_at": notice.created_at,
        "recipient": cipher.encrypt(phone, RECIPIENT_COLUMN),
        "hash": cipher.lookup_hash(phone),
    }
    await execute(connection, _Q["readdress"], params)


def _phone_now(cipher: Cipher, notice: LockedNotice) -> str | None:
    try:
        if notice.role == "applicant":
            return cipher.decrypt_optional(notice.phone_enc, PHONE_COLUMN)
        people = json.loads(cipher.decrypt_optional(notice.people_enc, PEOPLE_COLUMN) or "{}")
    except UndecipherableValue:
        return None
    return normalise_phone((people.get(notice.role) or {}).get("phone"))
