"""An officer with a secret, for tests that look at every encrypted column."""

import uuid

from storage import credentials, officers
from storage.crypto import Cipher
from storage.database import Database


async def fill_officer(database: Database, cipher: Cipher, login: str) -> None:
    async with database.transaction() as connection:
        officer_id = await officers.add(
            connection,
            login=f"{login.lower()}-{uuid.uuid4()}",
            name=login,
            grants=[],
            password_hash=None,
            created_by="test",
        )
        assert officer_id is not None
        await credentials.set_totp(connection, cipher, officer_id, secret="GEZDGNBVGY3TQOJQ", step=1)
