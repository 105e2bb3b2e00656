"""A one-time code for tests of storage."""

import itertools
import uuid

from storage import link_codes
from storage.crypto import Cipher
from storage.database import Database
from storage.link_codes import NewCode

_entries = itertools.count(1)


async def fill_code(database: Database, cipher: Cipher, citizen_id: int) -> None:
    """Write one code under way."""
    new = NewCode(citizen_id, "link", "123456", b"salt", next(_entries), uuid.uuid4(), 300, None, "84905000001", {})
    async with database.transaction() as connection:
        await link_codes.add(connection, cipher, new)
