"""What the everyday answers keep: ratings, danger, what was told; the same inbox entry again finds its own work."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from storage import citizens, conversations, dangers, ratings, sent_messages, timelines
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.events import EventRecord, append

CIPHER = Cipher([generate_key()])
NOW = datetime(2026, 3, 2, tzinfo=UTC)


async def citizen(database: Database, name: str = "an") -> int:
    found = await citizens.meet(database, CIPHER, platform="zalo", user_id=name)
    await database.fetch(
        "INSERT INTO conversations (citizen_id) VALUES (%(id)s) ON CONFLICT DO NOTHING RETURNING citizen_id",
        {"id": found.id},
    )
    return found.id


async def dossier(database: Database, code: str, status: int = 9) -> int:
    (row,) = await database.fetch(
        "INSERT INTO dossiers (code, status, status_time) VALUES (%(code)s, %(status)s, now()) RETURNING id",
        {"code": code, "status": status},
    )
    return int(row["id"])


async def own(database: Database, who: int, code: str, status: int = 9) -> int:
    found = await dossier(database, code, status)
    await citizens.link(database, who, found, proof="test")
    return found


async def test_a_rating_is_asked_for_once_and_the_same_entry_may_ask_again(database: Database) -> None:
    an = await citizen(database)
    finished = await own(database, an, "A-1")
    waiting, foreign = await own(database, an, "A-2", status=4), await dossier(database, "A-3")
    assert not await ratings.may_ask(database, an, waiting, entry_id=1)
    assert not await ratings.may_ask(database, an, foreign, entry_id=1)
    assert (await ratings.unasked(database, an, entry_id=1)) == ratings.FinishedDossier(finished, "A-1")
    assert await ratings.may_ask(database, an, finished, entry_id=1)
    assert await ratings.may_ask(database, an, finished, entry_id=1)  # tried again after a crash
    assert (await ratings.unasked(database, an, entry_id=1)) is not None
    assert not await ratings.may_ask(database, an, finished, entry_id=2)
    assert await ratings.unasked(database, an, entry_id=2) is None


async def test_the_first_level_stays_and_words_need_a_level(database: Database) -> None:
    an = await citizen(database)
    finished = await own(database, an, "A-1")
    async with database.transaction() as connection:
        assert await ratings.add_note(connection, CIPHER, an, finished, "tốt") is None
        assert await ratings.rate(connection, an, finished, 3, entry_id=5)
        assert await ratings.rate(connection, an, finished, 3, entry_id=5)
        assert not await ratings.rate(connection, an, finished, 1, entry_id=6)
        assert await ratings.add_note(connection, CIPHER, an, finished, "tốt") == 3
    assert not await ratings.may_ask(database, an, finished, entry_id=7)


async def test_danger_is_answered_in_full_once_in_a_while(database: Database) -> None:
    an, binh = await citizen(database), await citizen(database, "binh")
    begin = dangers.begin_answer
    assert await begin(database, an, entry_id=1, every_seconds=3600)
    assert await begin(database, an, entry_id=1, every_seconds=3600)
    assert not await begin(database, an, entry_id=2, every_seconds=3600)
    assert await begin(database, binh, entry_id=3, every_seconds=3600)
    assert await begin(database, an, entry_id=4, every_seconds=0)


async def test_the_way_of_a_dossier_is_what_was_accepted_in_the_sources_order(database: Database) -> None:
    found = await dossier(database, "A-1")

    def event(number: int, status: int, outcome: str = "accepted", **data: Any) -> EventRecord:
        payload = json.dumps({"data": data}) if data else None
        return EventRecord(
            "s", f"e-{number}", outcome, dossier_id=found, status=status, event_time=NOW + timedelta(hours=number),
            payload=payload,
        )  # fmt: skip

    records = [event(2, 4), event(1, 2), event(3, 3, reason="một"), event(4, 3), event(0, 1, "stale")]
    async with database.transaction() as connection:
        await append(connection, records, CIPHER)
    assert [step.status for step in await timelines.steps_of(database, found)] == [2, 4, 3, 3]
    assert [step.status for step in await timelines.steps_of(database, found, limit=2)] == [3, 3]
    assert await timelines.newest_details(database, CIPHER, found, 3) == [{"reason": "một"}]
    # A key that is gone hides the details and nothing else.
    assert await timelines.newest_details(database, Cipher([generate_key()]), found, 3) == []
    assert await timelines.told_of(database, found) == []


async def test_a_message_is_found_in_ones_own_chat_alone(database: Database) -> None:
    an, binh = await citizen(database), await citizen(database, "binh")
    await database.fetch(
        "INSERT INTO messages (citizen_id, author, kind, message_id) VALUES (%(id)s, 'bot', 'text', 'm-1')"
        " RETURNING id",
        {"id": an},
    )
    found = await sent_messages.find(database, an, "m-1")
    assert found is not None
    assert found.author == "bot"
    assert await sent_messages.find(database, binh, "m-1") is None
    assert await sent_messages.account_name(database, None) is None
    assert await sent_messages.account_name(database, "nobody") is None


@pytest.mark.parametrize("failures", [0, 2])
async def test_failures_in_a_row_are_kept(database: Database, failures: int) -> None:
    an = await citizen(database)
    await conversations.note_failures(database, an, failures)
    (row,) = await database.fetch("SELECT failures FROM conversations")
    assert row["failures"] == failures
