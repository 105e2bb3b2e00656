"""A subscriber and a row of an uploaded list, for tests that look at every encrypted column."""

import json

from storage import recipient_lists, recipient_rows, subscriptions
from storage.crypto import Cipher
from storage.database import Database
from storage.recipient_rows import Progress


async def fill_audiences(database: Database, cipher: Cipher, phone: str) -> None:
    async with database.transaction() as connection:
        await subscriptions.subscribe(connection, cipher, phone, "storm", proof="chat:1")
        list_id = await recipient_lists.begin(
            connection, name=phone, unit="H17", file_name="a.csv", officer="lan", size=1, keep_seconds=3600
        )
        row = cipher.encrypt(json.dumps({"phone": phone, "values": {}}), recipient_lists.ROW_COLUMN)
        await recipient_rows.add(connection, list_id, [(2, cipher.lookup_hash(phone), row)], [], Progress())
