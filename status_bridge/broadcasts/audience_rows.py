"""Who gets a broadcast: an audience turned into people, page by page in an order that stays.

One per phone. With a dossier behind it, the newest one that fits gives the values for placeholders; a procedure whose
very name could hurt is not named (docs: public-services 11, point 21), and a phone that stands for many people gets no
name (docs: public-services 4.1).
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
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

__all__ = ["DOSSIER_VALUES", "Counts", "Policy", "Recipient", "count", "recipients"]

DOSSIER_VALUES: Final = ("ten", "ma_ho_so", "thu_tuc", "don_vi", "ngay_nop", "han")
"""What a message to people with dossiers may ask for: name, code, procedure, unit, day of submission, due time."""
MAX_NAME_CHARS: Final = 60  # docs: public-services 4.3
MAX_VALUE_CHARS: Final = 200
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

    People who opted out, and numbers that no key opens, are left out. While `hoso keys rotate` rewrites hashes their
    order changes, so that a phone may come twice: whoever makes rows of them keeps one per `phone_hash`.
    """
    policy = policy or Policy()
    while rows := await audience_people.page(database, audience, after=after, limit=limit, zone=policy.zone):
        fitting = [row for row in rows if _fits(row, audience)]
        people = [one for row in fitting if (one := _read(row, audience, cipher, policy)) is not None]
        if people := await _still_wanting(database, cipher, people):
            return await _with_shared(database, cipher, people, policy)
        after = rows[-1]["key"]
    return []


def _fits(row: Mapping[str, Any], audience: Audience) -> bool:
    return (
        not row["opted_out"]
        and (audience.linked is None or row["linked"] == audience.linked)
        and (audience.language is None or row["language"] == audience.language)
    )


def _read(row: Mapping[str, Any], audience: Audience, cipher: Cipher, policy: Policy) -> Recipient | None:
    try:
        if audience.kind == "dossiers":
            return _of_dossier(row, cipher, policy)
        if audience.kind == "subscribers":
            return _bare(row, cipher.decrypt(row["recipient_enc"], SUBSCRIBER_COLUMN), {}, cipher)
        told = json.loads(cipher.decrypt(row["recipient_enc"], ROW_COLUMN))
        return _bare(row, told["phone"], told["values"], cipher)
    except UndecipherableValue:
        return None


def _bare(row: Mapping[str, Any], phone: str, values: Mapping[str, str], cipher: Cipher) -> Recipient:
    return Recipient(row["key"], phone, cipher.lookup_hash(phone), values, row["language"], row["linked"])


def _of_dossier(row: Mapping[str, Any], cipher: Cipher, policy: Policy) -> Recipient:
    phone = cipher.decrypt(row["phone_enc"], dossiers.PHONE_COLUMN)
    language, procedure = row["language"], row["procedure_name"]
    is_sensitive = is_sensitive_procedure(row["procedure_code"], procedure, policy.sensitive_procedures)
    say_moment = format_date_en if language == "en" else format_date_vi
    values = {
        "ten": _short(cipher.decrypt_optional(row["name_enc"], dossiers.NAME_COLUMN), MAX_NAME_CHARS),
        "ma_ho_so": row["code"],
        "thu_tuc": _UNNAMED[language] if is_sensitive else _short(procedure, MAX_VALUE_CHARS),
        "don_vi": _short(row["agency_name"], MAX_VALUE_CHARS),
        "ngay_nop": format_day_vi(row["submitted_at"], policy.zone) if row["submitted_at"] else "",
        "han": say_moment(row["due_at"], policy.zone) if row["due_at"] else "",
    }
    return replace(
        _bare(row, phone, values, cipher),
        dossier_id=row["dossier_id"],
        dossier_code=row["code"],
        procedure_code=row["procedure_code"],
        is_sensitive=is_sensitive,
    )


def _short(text: str | None, max_chars: int) -> str:
    return redact_and_truncate(text, max_chars) if text else ""


async def _still_wanting(database: Database, cipher: Cipher, people: Sequence[Recipient]) -> list[Recipient]:
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
