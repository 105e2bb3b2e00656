"""What is known of recipients: found under every configured key, and never somebody else's chat."""

import pytest

from storage import citizens, recipients
from storage.citizens import ProvedPhone
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.recipients import ClosedChannel
from storage.rotation import reencrypt
from tests.integration.storage.known import AT, PHONE, known_of

OLD, NEW = generate_key(), generate_key()


async def _link(database: Database, cipher: Cipher, user: str, *, follows: bool | None = None) -> None:
    rows = await database.fetch(
        "INSERT INTO dossiers (code, status, status_time) VALUES (%(code)s, 2, now()) RETURNING id",
        {"code": f"H17-{user.upper()}"},
    )
    person = await citizens.meet(database, cipher, platform="zalo", user_id=user)
    await citizens.note_interaction(database, person.id, at=AT)
    if follows is not None:
        await citizens.set_follows(database, person.id, follows=follows)
    await citizens.link(database, person.id, rows[0]["id"], proof="otp", phone=ProvedPhone(PHONE, cipher))


async def test_what_was_noted_under_an_older_key_still_holds_for_notices_under_the_new_one(database: Database) -> None:
    before, after = Cipher([OLD]), Cipher([NEW, OLD])
    await recipients.opt_out(database, before, PHONE)
    await _link(database, before, "u1")
    closed = ClosedChannel(before.lookup_hash(PHONE), "zalo_template", "refused", "-141", 3600)
    await recipients.close_channels(database, [closed])
    known = await known_of(database, after)
    assert (known.opted_out, known.user_id) == (True, "u1")
    assert known.closed_channels == {"zalo_template": "refused"}


async def test_the_newest_word_about_a_channel_counts_whatever_its_key(database: Database) -> None:
    before, after = Cipher([OLD]), Cipher([NEW, OLD])
    for cipher, reason in ((before, "refused"), (after, "unreachable")):
        closed = ClosedChannel(cipher.lookup_hash(PHONE), "zalo_template", reason, "-1", 3600)
        await recipients.close_channels(database, [closed])
    assert (await known_of(database, after)).closed_channels == {"zalo_template": "unreachable"}


async def test_who_opts_out_again_under_a_new_key_does_not_stop_the_change_of_keys(database: Database) -> None:
    before, after = Cipher([OLD]), Cipher([NEW, OLD])
    await recipients.opt_out(database, before, PHONE)
    (first,) = await database.fetch("SELECT opted_out_at FROM preferences")
    await recipients.opt_out(database, after, PHONE)
    rows = await database.fetch("SELECT recipient_hash, opted_out_at FROM preferences")
    assert [(bytes(row["recipient_hash"]), row["opted_out_at"]) for row in rows] == [
        (after.lookup_hash(PHONE), first["opted_out_at"])
    ]
    await reencrypt(database, after)
    assert (await known_of(database, Cipher([NEW]))).opted_out


@pytest.mark.parametrize("second_follows", [None, False])
async def test_a_phone_over_which_two_people_proved_control_leads_to_nobodys_chat(
    database: Database, cipher: Cipher, second_follows: bool | None
) -> None:
    await _link(database, cipher, "u1")
    assert (await known_of(database, cipher)).user_id == "u1"
    # A number that was given to somebody else, or a phone of the family's: which of them is meant nobody knows.
    await _link(database, cipher, "u2", follows=second_follows)
    assert (await known_of(database, cipher)).user_id is None


async def test_two_people_under_two_keys_are_two_people(database: Database) -> None:
    before, after = Cipher([OLD]), Cipher([NEW, OLD])
    await _link(database, before, "u1")
    await _link(database, after, "u2")
    assert (await known_of(database, after)).user_id is None
