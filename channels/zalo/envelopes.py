"""The outside of a webhook event: kind, parties, and the key by which a repeat is known (docs: zalo 7.3). Pure.

This is all that the web server needs before its 200, so it is read from the parsed document by hand; the typed content
is read later, by whoever works on the event.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Collection, Mapping
from typing import Any

from channels.base import EventEnvelope, EventKind
from channels.zalo.event_tables import find_reader
from channels.zalo.fields import Document, read_object, read_text
from channels.zalo.signature import read_header

PLATFORM = "zalo"
MAX_NAME_CHARS = 64
MAX_KEY_CHARS = 200

SERVER_HEADER = "X-ZEvent-Server"  # docs: zalo 7.1, "ZNS events" [C]
# docs: zalo 7.4: there the recipient is a phone number or its SHA-256; ids of people are longer (docs: zalo 1).
_PHONE_OR_HASH = re.compile(r"84[0-9]{8,10}|[0-9a-f]{64}")

# Events whose message id names the message they are about, not themselves: the same person may react twice to one
# message, so the timestamp belongs into their dedup key.
_ABOUT_ANOTHER_MESSAGE = frozenset({"user_reacted_message", "oa_reacted_message", "user_feedback"})


def read_envelope(
    headers: Mapping[str, str], document: Any, body: bytes, account_ids: Collection[str]
) -> EventEnvelope:
    """The envelope of a verified body; `document` is what was parsed from it, `account_ids` are our own OAs.

    Never raises: what is no event becomes an envelope of kind `unknown`.
    """
    if not isinstance(document, dict):
        return EventEnvelope(PLATFORM, "", _hashed_key("", body), EventKind.UNKNOWN)
    name = read_name(document)
    reader = find_reader(name)
    account_id, user_id = _read_parties(document, account_ids, oa_is_sender=reader.oa_is_sender)
    key = _dedup_key(name, document, body, account_id, user_id)
    if reader.is_receipt and is_template_event(headers, document):
        user_id = None  # it is a phone number: see the payload
    is_by_staff = reader.kind is EventKind.ECHO and "admin_id" in read_object(document, "sender")
    return EventEnvelope(PLATFORM, name, key, reader.kind, account_id, user_id, is_by_staff)


def read_name(document: Document) -> str:
    """The event's name, cut to a length that can be stored; empty without one."""
    return (read_text(document, "event_name") or "")[:MAX_NAME_CHARS]


def is_template_event(headers: Mapping[str, str], document: Document) -> bool:
    """Whether a receipt is about a template sent to a phone number: then its recipient is that number.

    Told by the fields of section 7.4, by the form of the recipient, or by the header of 7.1, which is not stored.
    """
    message = read_object(document, "message")
    if "delivery_time" in message or "tracking_id" in message:
        return True
    if _PHONE_OR_HASH.fullmatch(_id_of(document, "recipient") or ""):
        return True
    return (read_header(headers, SERVER_HEADER) or "").strip().upper() == "ZNS"


def _read_parties(
    document: Document, account_ids: Collection[str], *, oa_is_sender: bool
) -> tuple[str | None, str | None]:
    """Our account and the person. Positions differ between events, so our own ids decide, then the usual position."""
    sender, recipient = _id_of(document, "sender"), _id_of(document, "recipient")
    named = read_text(document, "oa_id") or read_text(document, "oaId")
    ours = (named,) if named else account_ids
    if sender is not None and sender in ours:
        return sender, recipient or _find_person(document)
    if recipient is not None and recipient in ours:
        return recipient, sender or _find_person(document)
    if named:
        return named, _find_person(document) or (recipient if oa_is_sender else sender)
    account, other = (sender, recipient) if oa_is_sender else (recipient, sender)
    return account, other or _find_person(document)


def _find_person(document: Document) -> str | None:
    """The person of events that have no sender and recipient."""
    return (
        _id_of(document, "follower")
        or read_text(document, "user_id")
        or read_text(read_object(document, "data"), "user_id")
        or _find_writer(document)
    )


def _find_writer(document: Document) -> str | None:
    """Who wrote in a group: its events have a list of people, here of one (docs: zalo 7.4, grade C)."""
    users = document.get("users")
    if "message" not in document or not isinstance(users, list) or len(users) != 1:
        return None
    return read_text(users[0], "id") if isinstance(users[0], dict) else None


def _id_of(document: Document, name: str) -> str | None:
    party = document.get(name)
    return read_text(party, "id") if isinstance(party, dict) else None


def _dedup_key(name: str, document: Document, body: bytes, account_id: str | None, user_id: str | None) -> str:
    """docs: zalo 7.3: event and message id; without one: event, account, person, time. Odd ones: hash of the body.

    Keys are stored and shown to operators, so whatever may hold a user id or a phone number goes in hashed.
    """
    message = read_object(document, "message")
    message_id = read_text(message, "msg_id") or read_text(message, "message_id")
    if message_id and name in _ABOUT_ANOTHER_MESSAGE:
        key = f"{name}:{message_id}:{read_text(document, 'timestamp') or ''}"
    elif message_id:
        key = f"{name}:{message_id}"
    elif user_id and "message" not in document and (timestamp := read_text(document, "timestamp")):
        return _hashed_key(name, f"{account_id or ''}:{user_id}:{timestamp}".encode())
    else:
        return _hashed_key(name, body)
    return key if len(key) <= MAX_KEY_CHARS else _hashed_key(name, key.encode())


def _hashed_key(name: str, content: bytes) -> str:
    return f"{name}:sha256:{hashlib.sha256(content).hexdigest()}"
