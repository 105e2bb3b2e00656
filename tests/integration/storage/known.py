"""What is known of the person behind a phone, as a notice to it would be sent with."""

import uuid
from datetime import UTC, datetime

from storage import notices, recipients
from storage.crypto import Cipher
from storage.database import Database
from storage.notices import NewNotice, RecipientFacts

PHONE = "84905000009"
AT = datetime(2026, 1, 1, tzinfo=UTC)


async def known_of(database: Database, cipher: Cipher) -> RecipientFacts:
    """What a notice to the phone, written now, would be sent with."""
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
