"""People with dossiers, chats and wishes, put straight into the tables."""

from datetime import UTC, datetime
from typing import Any

from status_bridge.broadcasts.audience_rows import Policy, Recipient, recipients
from storage import subscriptions
from storage.audiences import Audience
from storage.crypto import Cipher, generate_key
from storage.database import Database, execute
from storage.dossiers import NAME_COLUMN, PHONE_COLUMN, hash_name
from storage.recipients import LINK_PHONE_COLUMN
from storage.recipients import opt_out as _opt_out

KEY = generate_key()
CIPHER = Cipher([KEY])


class Town:
    """A database with the means to fill it."""

    def __init__(self, database: Database, cipher: Cipher = CIPHER) -> None:
        self.database = database
        self.cipher = cipher
        self._codes = 0

    async def dossier(self, phone: str | None, *, name: str = "Nguyễn Thị Minh Châu", **columns: Any) -> str:
        """Add a dossier and return its code; newer than those before."""
        self._codes += 1
        code = f"H17.33.2-260302-{self._codes:04d}"
        row = {
            "code": code,
            "status": 2,
            "status_time": datetime.now(UTC),
            "agency_code": "H17.33.2",
            "agency_name": "UBND phường Hải Châu",
            "procedure_code": "1.001193",
            "procedure_name": "Đăng ký khai sinh",
            "phone_enc": self.cipher.encrypt_optional(phone, PHONE_COLUMN),
            "phone_hash": self.cipher.lookup_hash(phone) if phone else None,
            "name_enc": self.cipher.encrypt(name, NAME_COLUMN),
            "name_hash": hash_name(name, self.cipher),
            **columns,
        }
        names = ", ".join(row)
        values = ", ".join(f"%({column})s" for column in row)
        await self._run(f"INSERT INTO dossiers ({names}) VALUES ({values})", row)
        return code

    async def chat(self, phone: str, *, language: str | None = None, revoked: bool = False) -> None:
        """Let somebody prove a phone in a chat of their own."""
        await self._run(
            "WITH c AS (INSERT INTO citizens (platform, user_hash, user_enc, language, language_chosen_at)"
            " VALUES ('zalo', gen_random_uuid()::text::bytea, '', coalesce(%(language)s, 'vi'),"
            " CASE WHEN %(language)s::text IS NOT NULL THEN now() END) RETURNING id)"
            " INSERT INTO links (citizen_id, dossier_id, proof, phone_hash, phone_enc, revoked_at)"
            " SELECT c.id, (SELECT min(id) FROM dossiers), 'test', %(hash)s, %(enc)s,"
            " CASE WHEN %(revoked)s THEN now() END FROM c",
            {
                "language": language,
                "hash": self.cipher.lookup_hash(phone),
                "enc": self.cipher.encrypt(phone, LINK_PHONE_COLUMN),
                "revoked": revoked,
            },
        )

    async def opt_out(self, phone: str) -> None:
        """Let somebody want nothing more."""
        await _opt_out(self.database, self.cipher, phone)

    async def subscribe(self, phone: str, category: str) -> None:
        """Let somebody want a category."""
        async with self.database.transaction() as connection:
            await subscriptions.subscribe(connection, self.cipher, phone, category, proof="test")

    async def reach(
        self, audience: Audience, *, limit: int = 5000, cipher: Cipher | None = None, policy: Policy | None = None
    ) -> list[Recipient]:
        """Return everybody of an audience, page by page."""
        found: list[Recipient] = []
        after = None
        while page := await recipients(
            self.database, cipher or self.cipher, audience, after=after, limit=limit, policy=policy
        ):
            assert len(page) <= limit
            found += page
            after = page[-1].key
        return found

    async def _run(self, query: str, params: dict[str, Any]) -> None:
        async with self.database.transaction() as connection:
            await execute(connection, query, params)
