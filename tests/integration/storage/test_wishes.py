"""What a phone's owner wants holds whatever happens around it: new keys, receipts, and answers that come late."""

import uuid
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest

from storage import dead_ends, erasure, inbox, mutes, notices, preferences, recipients, silence
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.inbox import NewEntry
from storage.notices import ClaimedNotice, NewNotice, Outcome, Receipt
from storage.recipients import ClosedChannel
from storage.rotation import reencrypt
from storage.silence import Finding

OLD, NEW = generate_key(), generate_key()
PHONE = "84905000009"


async def _dossier(database: Database) -> int:
    insert = "INSERT INTO dossiers (code, status, status_time) VALUES ('H17', 2, now()) RETURNING id"
    rows = await database.fetch(insert)
    return int(rows[0]["id"])


async def _claim(database: Database, cipher: Cipher, dossier_id: int, **changes: Any) -> ClaimedNotice:
    values: dict[str, Any] = {
        "id": uuid.uuid4(),
        "dossier_id": dossier_id,
        "dossier_code": "H17",
        "ordinal": 1,
        "event_key": uuid.uuid4(),
        "kind": "accepted",
        "state": "pending",
        "reason": None,
        "demands_action": False,
        "language": "vi",
        "phone": PHONE,
        "content": {"text": "x", "params": {}},
        "due_at": datetime.now(UTC) - timedelta(minutes=1),
    }
    async with database.transaction() as connection:
        await notices.insert(connection, [NewNotice(**values | changes)], cipher)
    claimed = await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60)
    return (await recipients.with_facts(database, cipher, claimed))[0]


async def _accept(database: Database, one: ClaimedNotice, *, due: float | None = None) -> None:
    outcome = Outcome(
        one.id,
        one.created_at,
        one.token,
        "accepted",
        "accepted",
        0,
        due_in_seconds=due,
        channel="sms_esms",
        message_id="m1",
    )
    await notices.record_outcomes(database, [outcome])


async def test_a_muted_dossier_stays_so_when_another_wish_comes_under_a_new_key(database: Database) -> None:
    before, after = Cipher([OLD]), Cipher([NEW, OLD])
    dossier = await _dossier(database)
    await mutes.add(database, before, PHONE, dossier)
    await preferences.set_hours(database, after, PHONE, (time(17), time(8)))
    known = (await _claim(database, after, dossier)).known
    assert (known.opted_out, known.muted, known.quiet) == (True, {dossier}, (time(17), time(8)))


async def test_a_muted_dossier_stays_so_in_the_middle_of_a_change_of_keys(database: Database) -> None:
    before, after = Cipher([OLD]), Cipher([NEW, OLD])
    dossier = await _dossier(database)
    await mutes.add(database, before, PHONE, dossier)
    await database.fetch(
        "UPDATE mutes SET recipient_hash = %(hash)s RETURNING dossier_id", {"hash": after.lookup_hash(PHONE)}
    )
    assert (await _claim(database, after, dossier)).known.opted_out


async def test_a_dossier_muted_under_a_new_key_does_not_stop_the_change_of_keys(database: Database) -> None:
    before, after = Cipher([OLD]), Cipher([NEW, OLD])
    dossier = await _dossier(database)
    await preferences.stop(database, before, PHONE)
    await mutes.add(database, after, PHONE, dossier)
    assert (await preferences.of_phone(database, after, PHONE)).opted_out_at is not None
    await reencrypt(database, after)
    known = (await _claim(database, Cipher([NEW]), dossier)).known
    assert (known.opted_out, known.muted) == (True, {dossier})


@pytest.mark.parametrize("read", [False, True])
async def test_a_receipt_does_not_take_a_wrong_number_off_the_list(
    database: Database, cipher: Cipher, read: bool
) -> None:
    one = await _claim(database, cipher, await _dossier(database))
    await _accept(database, one)
    assert await preferences.note_wrong_number(database, cipher, PHONE, channels=["sms_esms"]) == 1
    await notices.apply_receipts(database, [Receipt(one.id, read=read)])
    assert [row.reason for row in await dead_ends.undelivered(database)] == ["wrong_number"]


async def test_a_question_about_a_message_does_not_take_a_wrong_number_off_the_list(
    database: Database, cipher: Cipher
) -> None:
    one = await _claim(database, cipher, await _dossier(database), demands_action=True)
    await _accept(database, one, due=-1)
    await preferences.note_wrong_number(database, cipher, PHONE, channels=["sms_esms"])
    (silent,) = await silence.claim(database, cipher, limit=10, lease_seconds=60)
    finding = Finding(one.id, one.created_at, silent.lease_until, "delivered", "sms_esms", "delivered")
    await silence.settle(database, [finding])
    assert [(row.state, row.reason) for row in await dead_ends.undelivered(database)] == [("delivered", "wrong_number")]


async def test_what_a_platform_says_later_does_not_reopen_a_strangers_phone(database: Database, cipher: Cipher) -> None:
    await preferences.note_wrong_number(database, cipher, PHONE, channels=["sms_esms"])
    # Sent before, and refused after.
    late = ClosedChannel(cipher.lookup_hash(PHONE), "sms_esms", "unreachable", "-1", -1)
    await recipients.close_channels(database, [late])
    known = (await _claim(database, cipher, await _dossier(database))).known
    assert known.closed_channels == {"sms_esms": "wrong_number"}


async def test_a_failure_of_an_erased_message_holds_up_no_other_question(database: Database, cipher: Cipher) -> None:
    one = await _claim(database, cipher, await _dossier(database))
    await _accept(database, one)
    await database.fetch(
        "UPDATE notices SET content_enc = NULL, recipient_enc = NULL, email_enc = NULL WHERE id = %(id)s RETURNING id",
        {"id": one.id},
    )
    assert await silence.heard_of_failure(database, ["m1"]) == {one.id}
    (silent,) = await silence.claim(database, cipher, limit=10, lease_seconds=60)
    assert (silent.notice.id, silent.notice.is_readable, silent.notice.phone) == (one.id, False, None)


async def test_an_erased_event_whose_worker_died_holds_up_no_other_event(database: Database, cipher: Cipher) -> None:
    entries = [
        NewEntry("zalo", f"m{number}", "user_send_text", "message", "{}", sender=f"u{number}") for number in (1, 2)
    ]
    await inbox.store(database, entries, cipher)
    (erased, _) = await inbox.claim(database, cipher, kinds={"message"}, limit=2, lease_seconds=-1)
    await erasure.drop_late_entry(database, erased.id, 0)
    claimed = await inbox.claim(database, cipher, kinds={"message"}, limit=2, lease_seconds=60)
    assert [(one.raw, one.is_readable) for one in claimed] == [("", False), ("{}", True)]
