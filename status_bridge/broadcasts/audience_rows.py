"""Who gets a broadcast: an audience turned into people, page by page in an order that stays.

One per phone. With a dossier behind it, the newest one that fits gives the values for placeholders; a procedure whose
very name could hurt is not named (docs: public-services 11, point 21), and a phone that stands for many people gets no
name (docs: public-services 4.1).
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo

from dossiers.calendar import format_date_en, format_date_vi, format_day_vi
from dossiers.masking import redact_and_truncate
from dossiers.sensitive import is_sensitive_procedure
from storage import audience_people, dossiers
from storage.audience_people import CITY_ZONE, Counts, count
from storage.audiences import Audience
from storage.crypto import Cipher
from storage.database import Database
from storage.errors import UndecipherableValue
from storage.recipient_lists import ROW_COLUMN
from storage.subscriptions import SUBSCRIBER_COLUMN

__all__ = ["DOSSIER_VALUES", "Counts", "Known", "Policy", "Recipient", "count", "known", "recipients", "with_values"]

DOSSIER_VALUES: Final = ("ten", "ma_ho_so", "thu_tuc", "don_vi", "ngay_nop", "han")
"""What a message to people with dossiers may ask for: name, code, procedure, unit, day of submission, due time."""
MAX_NAME_CHARS: Final = 60  # docs: public-services 4.3
MAX_VALUE_CHARS: Final = 200
_REMEMBERED: Final = 4096
AT_ONCE: Final = 500
"""So many people are looked at before others on the loop have their turn: some milliseconds."""
_UNNAMED: Final = {"vi": "thủ tục hành chính", "en": "an administrative procedure"}


@dataclass(frozen=True, slots=True)
class Policy:
    """What a site chose that decides what may be said to whom; an owner count of 0: no phone is taken for shared."""

    zone: ZoneInfo = CITY_ZONE
    sensitive_procedures: Collection[str] = ()
    shared_phone_owners: int = 20
    shared_phone_days: float = 30


@dataclass(frozen=True, slots=True)
class Recipient:
    """Somebody a broadcast is for.

    Attributes:
        key: the place in the audience's order; the next page comes `after` it.
        phone: 84 and nine digits.
        phone_hash: keyed hash of it under the first key: the same person has the same one everywhere.
        values: placeholders: `DOSSIER_VALUES`, or the list's columns; each is a text, empty when it is not known.
        language: "vi" or "en".
        linked: proved the phone in the chat.
        dossier_id: the dossier that gave the values; None for lists and subscribers.
        is_sensitive: its procedure is not named in `values`, and must not be elsewhere.
        is_shared: the phone stands for many people; `values` name nobody.
    """

    key: str
    phone: str = field(repr=False)
    phone_hash: bytes = field(repr=False)
    values: Mapping[str, str] = field(repr=False)
    language: str
    linked: bool
    dossier_id: int | None = None
    dossier_code: str | None = None
    procedure_code: str | None = None
    is_sensitive: bool = False
    is_shared: bool = False


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody of an audience before anything is read that a message could say: enough to count. As in `Recipient`."""

    key: str
    phone: str = field(repr=False)
    phone_hash: bytes = field(repr=False)
    language: str
    linked: bool
    row: Mapping[str, Any] = field(repr=False)
    columns: Mapping[str, str] = field(repr=False)


async def recipients(
    database: Database,
    cipher: Cipher,
    audience: Audience,
    *,
    after: str | None = None,
    limit: int = 5000,
    policy: Policy | None = None,
) -> list[Recipient]:
    """Return the next people of an audience after a key, at most `limit`; an empty list: there are no more.

    People who opted out, and numbers that no key opens, are left out. While `hoso keys rotate` rewrites hashes nobody
    is left out, but a phone may come twice: whoever makes rows of them keeps one per phone.
    """
    policy = policy or Policy()
    people = await known(database, cipher, audience, after=after, limit=limit, zone=policy.zone)
    return await with_values(database, cipher, people, policy)


async def known(
    database: Database,
    cipher: Cipher,
    audience: Audience,
    *,
    after: str | None = None,
    limit: int = 5000,
    zone: ZoneInfo = CITY_ZONE,
) -> list[Known]:
    """Return the same people as `recipients`, at a tenth of the cost; `with_values` makes recipients of them."""
    first_key = cipher.first_key_id if cipher.has_older_keys else None
    while rows := await audience_people.page(
        database, audience, after=after, limit=limit, zone=zone, first_key=first_key
    ):
        if people := await _still_wanting(database, cipher, await _read_all(rows, audience, cipher)):
            return people
        after = rows[-1]["key"]
    return []


async def with_values(database: Database, cipher: Cipher, people: Sequence[Known], policy: Policy) -> list[Recipient]:
    """Return people with what a message may say to them."""
    full: list[Recipient] = []
    for number, one in enumerate(people, 1):
        full.append(_in_full(one, cipher, policy))
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return await _with_shared(database, cipher, full, policy)


async def _read_all(rows: Sequence[Mapping[str, Any]], audience: Audience, cipher: Cipher) -> list[Known]:
    people: list[Known] = []
    for number, row in enumerate(rows, 1):
        if _fits(row, audience) and (one := _read(row, audience, cipher)) is not None:
            people.append(one)
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return people


def _fits(row: Mapping[str, Any], audience: Audience) -> bool:
    return (
        not row["opted_out"]
        and (audience.linked is None or row["linked"] == audience.linked)
        and (audience.language is None or row["language"] == audience.language)
    )


def _read(row: Mapping[str, Any], audience: Audience, cipher: Cipher) -> Known | None:
    columns: Mapping[str, str] = {}
    try:
        if audience.kind == "dossiers":
            phone = cipher.decrypt(row["phone_enc"], dossiers.PHONE_COLUMN)
        elif audience.kind == "subscribers":
            phone = cipher.decrypt(row["recipient_enc"], SUBSCRIBER_COLUMN)
        else:
            told = json.loads(cipher.decrypt(row["recipient_enc"], ROW_COLUMN))
            phone, columns = told["phone"], told["values"]
    except UndecipherableValue:
        return None
    # Under a single key, what it opens was hashed with it.
    hashed = cipher.lookup_hash(phone) if cipher.has_older_keys else bytes(row["hash"])
    return Known(row["key"], phone, hashed, row["language"], row["linked"], row, columns)


def _in_full(one: Known, cipher: Cipher, policy: Policy) -> Recipient:
    bare = Recipient(one.key, one.phone, one.phone_hash, one.columns, one.language, one.linked)
    row = one.row
    if "dossier_id" not in row:
        return bare
    is_sensitive = _is_sensitive(row["procedure_code"], row["procedure_name"], frozenset(policy.sensitive_procedures))
    return replace(
        bare,
        values=_values(row, one.language, cipher, policy, is_sensitive=is_sensitive),
        dossier_id=row["dossier_id"],
        dossier_code=row["code"],
        procedure_code=row["procedure_code"],
        is_sensitive=is_sensitive,
    )


def _values(
    row: Mapping[str, Any], language: str, cipher: Cipher, policy: Policy, *, is_sensitive: bool
) -> dict[str, str]:
    say_moment = format_date_en if language == "en" else format_date_vi
    return {
        "ten": _name(row["name_enc"], cipher),
        "ma_ho_so": row["code"],
        "thu_tuc": _UNNAMED[language] if is_sensitive else _short(row["procedure_name"]),
        "don_vi": _short(row["agency_name"]),
        "ngay_nop": format_day_vi(row["submitted_at"], policy.zone) if row["submitted_at"] else "",
        "han": say_moment(row["due_at"], policy.zone) if row["due_at"] else "",
    }


def _name(value: bytes | None, cipher: Cipher) -> str:
    """Return a name; one that no key opens any more is not known, and its owner is written to all the same."""
    try:
        name = cipher.decrypt_optional(value, dossiers.NAME_COLUMN)
    except UndecipherableValue:
        return ""
    return redact_and_truncate(name, MAX_NAME_CHARS) if name else ""


# A city has some hundreds of units and two thousand procedures, and a million dossiers.
_is_sensitive = lru_cache(maxsize=_REMEMBERED)(is_sensitive_procedure)


@lru_cache(maxsize=_REMEMBERED)
def _short(text: str | None) -> str:
    return redact_and_truncate(text, MAX_VALUE_CHARS) if text else ""


async def _still_wanting(database: Database, cipher: Cipher, people: Sequence[Known]) -> list[Known]:
    """Leave out who opted out under an older key: an opt-out outlives a change of keys."""
    if not people or not cipher.has_older_keys:
        return list(people)
    hashes = {one.key: cipher.lookup_hashes(one.phone) for one in people}
    closed = await audience_people.opted_out(database, [each for many in hashes.values() for each in many])
    return [one for one in people if closed.isdisjoint(hashes[one.key])]


async def _with_shared(
    database: Database, cipher: Cipher, people: Sequence[Recipient], policy: Policy
) -> list[Recipient]:
    most = policy.shared_phone_owners
    phones = [one.phone for one in people if one.dossier_id is not None]
    if not most or not phones:
        return list(people)
    async with database.transaction() as connection:
        owners = await dossiers.owners_of_phones(
            connection, cipher, phones, days=policy.shared_phone_days, others=False, fewest=most + 1
        )
    shared = {phone for phone, found in owners.items() if len(found) > most}
    return [
        replace(one, is_shared=True, values={**one.values, "ten": ""}) if one.phone in shared else one for one in people
    ]
