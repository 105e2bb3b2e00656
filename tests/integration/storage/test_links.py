"""A link with a proved phone lets notices to that phone go to the person's chat."""

from storage import citizens
from storage.citizens import ProvedPhone
from storage.crypto import Cipher
from storage.database import Database
from tests.integration.storage.known import AT, PHONE, known_of


async def test_the_proved_phone_leads_to_the_chat_until_the_link_is_revoked(database: Database, cipher: Cipher) -> None:
    (row,) = await database.fetch(
        "INSERT INTO dossiers (code, status, status_time) VALUES ('H17-LINKS', 2, now()) RETURNING id"
    )
    person = await citizens.meet(database, cipher, platform="zalo", user_id="u9")
    await citizens.note_interaction(database, person.id, at=AT)
    await citizens.link(database, person.id, row["id"], proof="receipt")
    assert (await known_of(database, cipher)).user_id is None, "this proof says nothing of a phone"
    await citizens.link(database, person.id, row["id"], proof="otp", phone=ProvedPhone(PHONE, cipher))
    known = await known_of(database, cipher)
    assert (known.user_id, known.last_interaction_at) == ("u9", AT)
    await citizens.link(database, person.id, row["id"], proof="receipt")
    assert (await known_of(database, cipher)).user_id == "u9", "a weaker proof later takes nothing away"
    await citizens.revoke_link(database, person.id, row["id"])
    assert (await known_of(database, cipher)).user_id is None


def test_the_phone_is_not_shown_where_the_value_is() -> None:
    assert PHONE not in repr(ProvedPhone(PHONE, Cipher(["a test's own secret of more than 32 characters"])))
