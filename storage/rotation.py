"""Rewriting encrypted columns under the first key, after a new one was put in front of HOSO_ENCRYPTION_KEYS."""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from storage.accounts import ACCESS_COLUMN, ANSWER_COLUMN, REFRESH_COLUMN
from storage.citizens import USER_COLUMN
from storage.consents import VERIFIER_COLUMN
from storage.conversations import TEXT_COLUMN as MESSAGE_COLUMN
from storage.crypto import Cipher
from storage.database import Database, execute, fetch
from storage.dossiers import EMAIL_COLUMN, NAME_COLUMN, PEOPLE_COLUMN, PHONE_COLUMN, hash_name
from storage.events import PAYLOAD_COLUMN
from storage.inbox import RAW_COLUMN
from storage.link_codes import DETAILS_COLUMN as CODE_DETAILS_COLUMN
from storage.link_codes import PHONE_COLUMN as CODE_PHONE_COLUMN
from storage.mutes import MUTE_COLUMN
from storage.notices import CONTENT_COLUMN, NOTICE_EMAIL_COLUMN, RECIPIENT_COLUMN
from storage.officer_messages import OFFICER_TEXT_COLUMN
from storage.officers import TOTP_COLUMN
from storage.outgoing import OUTGOING_COLUMN
from storage.postal import ADDRESS_COLUMN
from storage.ratings import NOTE_COLUMN
from storage.recipient_lists import ROW_COLUMN, hash_row
from storage.recipients import LINK_PHONE_COLUMN, PREFERENCE_COLUMN
from storage.subscriptions import SUBSCRIBER_COLUMN
from storage.tickets import ANSWER_COLUMN as TICKET_ANSWER_COLUMN
from storage.tickets import DETAILS_COLUMN, PHOTO_COLUMN, TEXT_COLUMN

_BATCH_ROWS = 500


def _hash_as_it_is(text: str, cipher: Cipher) -> bytes:
    return cipher.lookup_hash(text)


@dataclass(frozen=True, slots=True)
class EncryptedColumn:
    """One encrypted column: its table's key, its name, what binds it, and its look-up hash if it has one.

    `hash_of` makes that hash of the value.
    """

    table: str
    key: tuple[str, ...]
    name: str
    binding: str
    hash_name: str | None = None
    hash_of: Callable[[str, Cipher], bytes] = _hash_as_it_is


# sender_hash of the inbox is missing on purpose: it orders work under way and means nothing afterwards. So is the
# hash of `reachability`: what a platform once said of a recipient is asked again.
COLUMNS = (
    EncryptedColumn("dossiers", ("id",), "phone_enc", PHONE_COLUMN, "phone_hash"),
    EncryptedColumn("dossiers", ("id",), "name_enc", NAME_COLUMN, "name_hash", hash_name),
    EncryptedColumn("dossiers", ("id",), "email_enc", EMAIL_COLUMN),
    EncryptedColumn("dossiers", ("id",), "people_enc", PEOPLE_COLUMN),
    EncryptedColumn("dossier_events", ("id", "received_at"), "payload_enc", PAYLOAD_COLUMN),
    EncryptedColumn("notices", ("id", "created_at"), "recipient_enc", RECIPIENT_COLUMN, "recipient_hash"),
    EncryptedColumn("notices", ("id", "created_at"), "content_enc", CONTENT_COLUMN),
    EncryptedColumn("notices", ("id", "created_at"), "email_enc", NOTICE_EMAIL_COLUMN),
    EncryptedColumn("accounts", ("id",), "access_token_enc", ACCESS_COLUMN),
    EncryptedColumn("accounts", ("id",), "refresh_token_enc", REFRESH_COLUMN),
    EncryptedColumn("accounts", ("id",), "refresh_answer_enc", ANSWER_COLUMN),
    EncryptedColumn("consents", ("id",), "verifier_enc", VERIFIER_COLUMN),
    EncryptedColumn("inbox", ("id",), "raw_enc", RAW_COLUMN),
    EncryptedColumn("citizens", ("id",), "user_enc", USER_COLUMN, "user_hash"),
    EncryptedColumn("links", ("id",), "phone_enc", LINK_PHONE_COLUMN, "phone_hash"),
    EncryptedColumn("link_codes", ("id",), "phone_enc", CODE_PHONE_COLUMN, "phone_hash"),
    EncryptedColumn("link_codes", ("id",), "details_enc", CODE_DETAILS_COLUMN),
    EncryptedColumn("messages", ("id",), "text_enc", MESSAGE_COLUMN),
    EncryptedColumn("tickets", ("id",), "text_enc", TEXT_COLUMN),
    EncryptedColumn("tickets", ("id",), "details_enc", DETAILS_COLUMN),
    EncryptedColumn("tickets", ("id",), "answer_enc", TICKET_ANSWER_COLUMN),
    EncryptedColumn("ticket_photos", ("id",), "photo_enc", PHOTO_COLUMN),
    EncryptedColumn("officer_messages", ("id",), "text_enc", OFFICER_TEXT_COLUMN),
    EncryptedColumn("officers", ("id",), "totp_secret_enc", TOTP_COLUMN),
    EncryptedColumn("postal_wishes", ("id",), "address_enc", ADDRESS_COLUMN),
    EncryptedColumn("outgoing_events", ("id",), "payload_enc", OUTGOING_COLUMN),
    EncryptedColumn("ratings", ("dossier_id", "citizen_id"), "note_enc", NOTE_COLUMN),
    EncryptedColumn("mutes", ("recipient_hash", "dossier_id"), "recipient_enc", MUTE_COLUMN, "recipient_hash"),
    EncryptedColumn(
        "subscriptions", ("recipient_hash", "category"), "recipient_enc", SUBSCRIBER_COLUMN, "recipient_hash"
    ),
    EncryptedColumn("recipients", ("list_id", "line"), "recipient_enc", ROW_COLUMN, "recipient_hash", hash_row),
    EncryptedColumn("preferences", ("recipient_hash",), "recipient_enc", PREFERENCE_COLUMN, "recipient_hash"),
)


def _select(column: EncryptedColumn) -> str:
    keys = ", ".join(column.key)
    return (
        f"SELECT {keys}, {column.name} AS value FROM {column.table} "  # noqa: S608 - names of our own, from COLUMNS
        f"WHERE {column.name} IS NOT NULL AND ({keys}) > ({', '.join(f'%({key})s' for key in column.key)}) "
        f"ORDER BY {keys} LIMIT {_BATCH_ROWS} FOR UPDATE"
    )


def _first(column: EncryptedColumn) -> str:
    return _select(column).replace(
        f" AND ({', '.join(column.key)}) > ({', '.join(f'%({key})s' for key in column.key)})", ""
    )


def _update(column: EncryptedColumn) -> str:
    where = " AND ".join(f"{key} = %({key})s" for key in column.key)
    also = f", {column.hash_name} = %(hash)s" if column.hash_name else ""
    return f"UPDATE {column.table} SET {column.name} = %(value)s{also} WHERE {where}"  # noqa: S608 - as above


async def _rewrite(database: Database, cipher: Cipher, column: EncryptedColumn) -> AsyncIterator[int]:
    after: dict[str, Any] | None = None
    while True:
        async with database.transaction() as connection:
            rows = await fetch(connection, _first(column) if after is None else _select(column), after)
            stale = [row for row in rows if not cipher.is_current(row["value"])]
            for row in stale:
                text = cipher.decrypt(row["value"], column.binding)
                new = {key: row[key] for key in column.key} | {"value": cipher.encrypt(text, column.binding)}
                if column.hash_name:
                    new["hash"] = column.hash_of(text, cipher)
                await execute(connection, _update(column), new)
        yield len(stale)
        if len(rows) < _BATCH_ROWS:
            return
        after = {key: rows[-1][key] for key in column.key}


async def reencrypt(
    database: Database, cipher: Cipher, *, on_column: Callable[[EncryptedColumn, int], None] = lambda *_: None
) -> int:
    """Rewrite every value that is not under the first key, in small transactions; return how many.

    Safe to stop and to run again; reading and sending go on meanwhile, since all configured keys decrypt.

    Raises:
        UndecipherableValue: a value is under a key that is not configured; nothing of its batch was changed.
    """
    total = 0
    for column in COLUMNS:
        async for rewritten in _rewrite(database, cipher, column):
            total += rewritten
            on_column(column, rewritten)
    return total
