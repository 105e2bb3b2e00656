"""A link with a proved phone lets notices to that phone go to the person's chat."""

import uuid
from datetime import UTC, datetime

from storage import citizens, notices, recipients
from storage.citizens import ProvedPhone
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import NewNotice, RecipientFacts

PHONE = "84905000009"
AT = datetime(2026, 1, 1, tzinfo=UTC)


async def _known(database: Database, cipher: Cipher) -> RecipientFacts:
    """What a notice to the phone would be sent with."""
    notice = NewNotice(
        id=uuid.uuid4(),
        dossier_id=None,
        dossier_code=None,
        ordinal=None,
        event_key=None,
        kind="accepted",
        state="pending",
        reason=None,
        demands_action=False,
        language="vi",
        phone=PHONE,
        content={"text": "x"},
        due_at=AT,
    )
    async with database.transaction() as connection:
        await notices.insert(connection, [notice], cipher)
    claimed = await notices.claim_due(database, cipher, lane="status", limit=1, lease_seconds=60)
    return (await recipients.with_facts(database, cipher, claimed))[0].known


async def test_the_proved_phone_leads_to_the_chat_until_the_link_is_revoked(database: Database, cipher: Cipher) -> None:
    (row,) = await database.fetch(
        "INSERT INTO dossiers (code, status, status_time) VALUES ('H17-LINKS', 2, now()) RETURNING id"
    )
    person = await citizens.meet(database, cipher, platform="zalo", user_id="u9")
    await citizens.note_interaction(database, person.id, at=AT)
    await citizens.link(database, person.id, row["id"], proof="receipt")
    assert (await _known(database, cipher)).user_id is None, "this proof says nothing of a phone"
    await citizens.link(database, person.id, row["id"], proof="otp", phone=ProvedPhone(PHONE, cipher))
    known = await _known(database, cipher)
    assert (known.user_id, known.last_interaction_at) == ("u9", AT)
    await citizens.link(database, person.id, row["id"], proof="receipt")
    assert (await _known(database, cipher)).user_id == "u9", "a weaker proof later takes nothing away"
    await citizens.revoke_link(database, person.id, row["id"])
    assert (await _known(database, cipher)).user_id is None


def test_the_phone_is_not_shown_where_the_value_is() -> None:
    assert PHONE not in repr(ProvedPhone(PHONE, Cipher(["a test's own secret of more than 32 characters"])))
