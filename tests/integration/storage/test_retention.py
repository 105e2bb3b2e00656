"""What is kept no longer than set, and the map of personal data: each table stands in it."""

import re
from pathlib import Path

from hoso.retention import drop_all_old
from storage import agreements, citizens, conversations
from storage.agreements import Purpose
from storage.conversations import Said
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.retention import Terms, drop_old

CIPHER = Cipher([generate_key()])
MAP = Path(__file__).parents[3] / "docs" / "privacy.md"


async def count(database: Database, table: str) -> int:
    (row,) = await database.fetch(f"SELECT count(*) AS rows FROM {table}")
    return int(row["rows"])


async def person(database: Database, name: str) -> int:
    """Somebody with one message of now, one of ten days ago, and one of a hundred."""
    citizen = (await citizens.meet(database, CIPHER, platform="zalo", user_id=name)).id
    for days in (0, 10, 100):
        await conversations.note_said(database, CIPHER, Said(citizen, "citizen", "text", text=f"{days}"))
        await database.fetch(
            "UPDATE messages SET at = now() - make_interval(days => %(days)s) "
            "WHERE id = (SELECT max(id) FROM messages) RETURNING id",
            {"days": days},
        )
    return citizen


async def test_words_of_chats_go_in_their_time_and_later_with_consent_or_an_open_matter(database: Database) -> None:
    plain, agreed, waiting = [await person(database, name) for name in ("plain", "agreed", "waiting")]
    await agreements.give(database, agreed, Purpose.CHAT_MEMORY, wording="1", entry_id=None)
    await database.fetch(
        "INSERT INTO tickets (number, kind, citizen_id) VALUES ('PA-22222222', 'feedback', %(id)s) RETURNING id",
        {"id": waiting},
    )
    assert await drop_all_old(database, Terms()) == {"transcript": 4}
    rows = await database.fetch("SELECT citizen_id, count(*) AS left FROM messages GROUP BY 1")
    assert {row["citizen_id"]: row["left"] for row in rows} == {plain: 1, agreed: 2, waiting: 2}
    await agreements.withdraw(database, agreed, None)
    await database.fetch("UPDATE tickets SET state = 'answered' RETURNING id")
    assert await drop_all_old(database, Terms()) == {"transcript": 2}
    assert await drop_old(database, Terms()) == {}


async def test_entries_codes_and_counts_go_when_nothing_asks_for_them_any_more(database: Database) -> None:
    citizen = (await citizens.meet(database, CIPHER, platform="zalo", user_id="x")).id
    for state, days in (("done", 31), ("done", 29), ("pending", 31), ("failed", 31)):
        await database.fetch(
            "INSERT INTO inbox (platform, platform_id, event_name, kind, raw_enc, state, received_at) VALUES "
            "('zalo', gen_random_uuid()::text, 'e', 'message', '\\x00', %(state)s, "
            "now() - make_interval(days => %(days)s)) "
            "RETURNING id",
            {"state": state, "days": days},
        )
    for hours in (1, 25):
        await database.fetch(
            "INSERT INTO link_codes (citizen_id, purpose, code_hash, salt, created_at, expires_at) VALUES "
            "(%(id)s, 'link', '', '', now() - make_interval(hours => %(hours)s), now()) RETURNING id",
            {"id": citizen, "hours": hours},
        )
    for days in (7, 9):
        await database.fetch(
            "INSERT INTO guesses (at, kind, subject) VALUES (now() - make_interval(days => %(days)s), 'lookup', '') "
            "RETURNING id",
            {"days": days},
        )
    assert await drop_all_old(database, Terms()) == {"entries": 2, "codes": 1, "guesses": 1}
    assert [await count(database, table) for table in ("inbox", "link_codes", "guesses")] == [2, 1, 1]


async def test_every_table_stands_in_the_map_of_personal_data(database: Database) -> None:
    rows = await database.fetch(
        "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    listed = re.findall(r"^\| `(\w+)` \|", MAP.read_text(encoding="utf-8"), re.MULTILINE)
    assert sorted(listed) == sorted({row["name"] for row in rows} - {"alembic_version"})
