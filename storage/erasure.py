"""Erasing a person: from every table, by one transaction that may be run again (docs: public-services 6.3).

What stays: that, when and how a message was sent, with the hashes that prove it; numbers and times of tickets; and the
hash of a phone that wants nothing more. The dossier itself is the one-stop system's; our copy of its people goes when
the dossier is done with, for until then the city must be able to tell them.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from dossiers.contact import normalise_phone
from dossiers.status import Status
from storage import outgoing
from storage.citizens import USER_COLUMN
from storage.crypto import Cipher
from storage.database import Connection, Database, execute, fetch
from storage.dossiers import PEOPLE_COLUMN
from storage.errors import UndecipherableValue
from storage.recipients import LINK_PHONE_COLUMN
from storage.sql import queries

_Q = queries("erasure")
ERASED_EVENT: Final = "hoso.citizen.erased"
PATIENCE_SECONDS: Final = 600.0
"""For so long an erasure waits for the end of messages that the person sent before it."""
REST_SECONDS: Final = 86_400.0
"""After an erasure the next one of the same person waits so long: whoever is new again has no count of guesses."""
FINAL: Final = [
    int(status) for status in (Status.REFUSED, Status.WITHDRAWN, Status.STOPPED, Status.FINISHED, Status.RETURNED)
]
"""A dossier in one of these is done with, as far as its people must be told."""


@dataclass(frozen=True, slots=True)
class Job:
    """An erasure that a chat asked for; `is_erased`: only what is outside the database is left to do."""

    number: str
    citizen_id: int
    entry_id: int | None
    requested_at: datetime
    is_erased: bool


@dataclass(frozen=True, slots=True)
class Subject:
    """Somebody who was erased, by the keyed hash of a phone or of a platform's user id (`kind` phone or user)."""

    number: str
    subject_hash: bytes = field(repr=False)
    subject_kind: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Erased:
    """What an erasure reached: how many rows by table, and whose chats."""

    citizen_ids: tuple[int, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)


@dataclass(slots=True)
class _Work:
    """One erasure under way: `users` and `phones` are keyed hashes, under every key."""

    connection: Connection
    cipher: Cipher
    number: str
    at: datetime
    ids: list[int]
    users: list[bytes]
    phones: list[bytes]
    rows: dict[str, int] = field(default_factory=dict)

    async def run(self, name: str, **more: Any) -> list[dict[str, Any]]:
        """Run one query of the erasure with what it may ask for."""
        known = {"ids": self.ids, "hashes": self.phones, "at": self.at, "number": self.number} | more
        cursor = await execute(self.connection, _Q[name], known)
        self.rows[name] = self.rows.get(name, 0) + max(cursor.rowcount, 0)
        return await cursor.fetchall() if cursor.description else []


async def request(target: Connection | Database, *, number: str, citizen_id: int, entry_id: int | None) -> None:
    """Ask for the erasure of a citizen's chat and phones; the same inbox entry, or number, again changes nothing."""
    params = {"number": number, "citizen_id": citizen_id, "entry_id": entry_id}
    if isinstance(target, Database):
        async with target.transaction() as connection:
            await execute(connection, _Q["request"], params)
    else:
        await execute(target, _Q["request"], params)


async def open_jobs(
    database: Database, *, patience_seconds: float = PATIENCE_SECONDS, rest_seconds: float = REST_SECONDS
) -> list[Job]:
    """Return what was asked for and may be done now: the person's messages of before are answered."""
    params = {"patience_seconds": patience_seconds, "rest_seconds": rest_seconds}
    rows = await database.fetch(_Q["open_jobs"], params)
    return [Job(**row) for row in rows]


async def erase_chat(database: Database, cipher: Cipher, job: Job) -> Erased:
    """Do what a chat asked for: the chat, and the phones over which its owner proved control."""
    async with database.transaction() as connection:
        phones = await _own_phones(connection, cipher, [job.citizen_id])
        erased = await _erase(connection, cipher, job.number, [job.citizen_id], phones)
        await execute(connection, _Q["job_erased"], {"number": job.number})
    return erased


async def erase_phone(database: Database, cipher: Cipher, phone: str, *, number: str) -> Erased:
    """Erase a phone (84…), and the chats of the people who proved control of it."""
    async with database.transaction() as connection:
        hashes = cipher.lookup_hashes(phone)
        found = await fetch(connection, _Q["citizens_of_phones"], {"hashes": hashes})
        return await _erase(connection, cipher, number, [row["citizen_id"] for row in found], hashes)


async def forget_late_entries(database: Database, number: str) -> bool:
    """Forget what platforms told of a person before the erasure and was under way then; return whether more is."""
    rows = await database.fetch(_Q["forget_late_entries"], {"number": number})
    return bool(rows[0]["is_more"])


async def end_job(database: Database, number: str) -> None:
    """Note that an erasure is done, also outside the database."""
    async with database.transaction() as connection:
        await execute(connection, _Q["job_done"], {"number": number})


async def again(database: Database, cipher: Cipher, subject: Subject) -> Erased:
    """Erase somebody once more, as far as they were known before the erasure: after a backup was restored."""
    async with database.transaction() as connection:
        hashes = [subject.subject_hash]
        if subject.subject_kind == "phone":
            return await _erase(connection, cipher, subject.number, [], hashes, at=subject.at)
        found = await fetch(connection, _Q["citizens_of_users"], {"hashes": hashes, "at": subject.at})
        ids = [row["id"] for row in found]
        phones = await _own_phones(connection, cipher, ids)
        return await _erase(connection, cipher, subject.number, ids, phones, at=subject.at, users=hashes)


async def follow_up(database: Database, cipher: Cipher) -> int:
    """Erase what was under way when its person was erased, and is done with now; return how many rows that met."""
    met, after = 0, 0
    for row in await database.fetch(_Q["recent_of_users"]):
        await forget_late_entries(database, row["number"])
    while rows := await database.fetch(_Q["to_follow"], {"final": FINAL, "after": after}):
        for row in rows:
            async with database.transaction() as connection:
                hashes = [bytes(row["subject_hash"])]
                work = _Work(connection, cipher, row["number"], row["at"], [], [], hashes)
                await _forget_messages_and_dossiers(work)
                met += sum(work.rows[name] for name in ("notices", "forget_people", "receipts") if name in work.rows)
        after = rows[-1]["id"]
    return met


async def journal(database: Database, number: str | None = None) -> list[Subject]:
    """Return who was erased: by one number, or everybody."""
    rows = await database.fetch(_Q["journal"], {"number": number})
    return [Subject(row["number"], bytes(row["subject_hash"]), row["subject_kind"], row["at"]) for row in rows]


async def last_of_user(database: Database, cipher: Cipher, user_id: str) -> datetime | None:
    """Return when the person with this id on a platform was erased last."""
    rows = await database.fetch(_Q["last_of_user"], {"hashes": cipher.lookup_hashes(user_id)})
    moment: datetime | None = rows[0]["at"]
    return moment


async def drop_late_entry(database: Database, entry_id: int, citizen_id: int) -> None:
    """Forget an event of before its person's erasure that came after it, and the person if it is all that is known."""
    async with database.transaction() as connection:
        await execute(connection, _Q["forget_entry"], {"id": entry_id})
        await execute(connection, _Q["drop_newcomer"], {"citizen_id": citizen_id})


async def _erase(
    connection: Connection,
    cipher: Cipher,
    number: str,
    ids: Sequence[int],
    phones: Sequence[bytes],
    *,
    at: datetime | None = None,
    users: Iterable[bytes] = (),
) -> Erased:
    if at is None:
        at = (await fetch(connection, "SELECT now() AS now"))[0]["now"]
    people = await fetch(connection, _Q["lock_citizens"], {"ids": list(ids)})
    known = [*users, *_hashes_of_users(people, cipher)]
    work = _Work(connection, cipher, number, at, [row["id"] for row in people], known, list(phones))
    await _forget_chat(work)
    if work.phones:
        for name in ("suppress", "mutes", "subscriptions", "listed", "reachability", "links", "unsent"):
            await work.run(name)
        await _forget_messages_and_dossiers(work)
    subjects = [*work.users, *work.phones]
    kinds = ["user"] * len(work.users) + ["phone"] * len(work.phones)
    await work.run("note", hashes=subjects, kinds=kinds)
    return Erased(tuple(work.ids), {name: count for name, count in work.rows.items() if count})


async def _forget_chat(work: _Work) -> None:
    """Forget what people said and got in their chats, and then the people; tell the one-stop system's side."""
    entries = {row["entry_id"] for row in await work.run("entries_of_chat")}
    entries |= {row["id"] for row in await work.run("forget_entries", hashes=work.users)}
    tickets = await work.run("tickets")
    wishes = await work.run("postal_wishes")
    numbers = [row["number"] for row in tickets]
    await work.run("outgoing", entries=sorted(entries), numbers=numbers)
    await work.run("code_notices")
    await work.run("citizens")
    told = {
        "number": work.number,
        "tickets": sorted(row["number"] for row in tickets if row["kind"] != "data"),
        "dossiers": sorted({row["code"] for row in wishes}),
    }
    await outgoing.add(
        work.connection, work.cipher, type=ERASED_EVENT, subject=work.number, data=told, entry_id=None, key=work.number
    )


async def _forget_messages_and_dossiers(work: _Work) -> None:
    """Forget what phones were sent, and the people of their dossiers, as far as both are done with."""
    await work.run("notices")
    dossiers = await work.run("settled_dossiers", final=FINAL)
    if dossiers:
        ids = [row["id"] for row in dossiers]
        is_applicant = [row["phone_hash"] is not None and bytes(row["phone_hash"]) in work.phones for row in dossiers]
        people = [_without(row["people_enc"], work) for row in dossiers]
        await work.run("forget_people", ids=ids, people_enc=people, is_applicant=is_applicant)
        await work.run("forget_events", ids=ids)
        await work.run("notices_of_dossiers", ids=ids)
    await work.run("receipts")


def _without(people_enc: bytes | None, work: _Work) -> bytes | None:
    """Return a dossier's other people without those who have one of the phones."""
    if people_enc is None:
        return None
    try:
        people = json.loads(work.cipher.decrypt(people_enc, PEOPLE_COLUMN))
    except UndecipherableValue:
        return None  # nobody can read it, so nobody can say whose it is
    left = {role: person for role, person in people.items() if not _has_phone(person, work)}
    return work.cipher.encrypt(json.dumps(left, ensure_ascii=False), PEOPLE_COLUMN) if left else None


def _has_phone(person: Mapping[str, Any], work: _Work) -> bool:
    phone = normalise_phone(person.get("phone"))
    return phone is not None and bool(set(work.cipher.lookup_hashes(phone)) & set(work.phones))


async def _own_phones(connection: Connection, cipher: Cipher, ids: Collection[int]) -> list[bytes]:
    hashes: list[bytes] = []
    for row in await fetch(connection, _Q["own_phones"], {"ids": list(ids)}):
        try:
            hashes += cipher.lookup_hashes(cipher.decrypt(row["phone_enc"], LINK_PHONE_COLUMN))
        except UndecipherableValue:
            continue
    return hashes


def _hashes_of_users(people: Iterable[Mapping[str, Any]], cipher: Cipher) -> list[bytes]:
    hashes: list[bytes] = []
    for row in people:
        try:
            hashes += cipher.lookup_hashes(cipher.decrypt(row["user_enc"], USER_COLUMN))
        except UndecipherableValue:
            continue
    return hashes
