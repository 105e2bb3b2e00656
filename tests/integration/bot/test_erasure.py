"""Erasure reaches everything: a marker is planted wherever a citizen can plant one, and looked for afterwards.

Looked into are every table (what is encrypted is decrypted), every key of Valkey, every file of the data directory, and
the log.
"""

import base64
import contextlib
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from redis.asyncio import Redis

from bot.fsm import STATE_COLUMN
from bot.spool import COLUMN as SPOOL_COLUMN
from hoso.erasing import JOURNAL, Eraser, Journal
from storage import erasure, inbox, mutes, notices, preferences
from storage.errors import UndecipherableValue
from storage.inbox import NewEntry
from storage.notices import NewNotice
from storage.rotation import COLUMNS
from tests.integration.bot.proved import ended, own
from tests.integration.bot.test_story_privacy import count, erased
from tests.integration.bot.town import Phone, Town, open_town

CODE, OPEN = "H17.33.2-260302-0001", "H17.33.2-260302-0002"
MARK = "zqmốcduynhất7431"
NUMBER = "905123456"
"""Of the phone, as it stands in every written form without separators."""
BINDINGS = {(one.table, one.name): one.binding for one in COLUMNS}
KEPT = frozenset({"dossiers", "dossier_events"})
"""Where the one-stop system's data of a dossier under way stays until it is done with."""


async def tell(phone: Phone, **content: Any) -> None:
    """Send anything and wait until it is worked on, whatever is answered."""
    await phone.town.control(f"phones/{phone.number}/send", content)
    await phone.town.settle()


async def plant(town: Town, an: Phone) -> None:
    """Say, send and do everything that leaves something, each with the marker where words are."""
    await own(town, an, CODE, 4, owner={"name": f"Trần {MARK}", "phone": "0905123456", "email": f"{MARK}@example.org"})
    await tell(an, text=f"xin chào, tôi là {MARK}")
    await tell(an, text=f"hồ sơ của {MARK} số 0905123456 tới đâu rồi")
    await tell(an, image_base64=base64.b64encode(PNG).decode(), text=f"ảnh {MARK}")
    await tell(an, location={"latitude": 16.0678, "longitude": 108.2208})
    await tell(an, sticker="STICKER_ID")
    await tell(an, submit_info={"name": MARK, "phone": an.number, "address": f"đường {MARK}"})
    await tell(an, text="#feedback")
    await tell(an, text=f"Tôi phản ánh cán bộ gây khó dễ, hồ sơ của {MARK}")
    await tell(an, image_base64=base64.b64encode(PNG).decode())
    await tell(an, text="#feedback_send")
    await tell(an, text=f"#post {CODE}")
    await tell(an, button="Đăng ký")
    await tell(an, text=f"12 đường {MARK}, phường Hải Châu, Đà Nẵng")
    await tell(an, text="#agree rating")
    await tell(an, text=f"#link {OPEN}")
    await tell(an, text="#stop_phone 0905123456")
    await tell(an, text=f"#stop_dossier {CODE}")
    await tell(an, text="#hours 7-20")
    await tell(an, text="#hours off")
    await town.event(CODE, 9, phone="0905123456", result_place=f"Quầy {MARK}")
    await ended(town, CODE, "finished")
    await tell(an, text=f"#rate {CODE} 3")
    await tell(an, text=f"cán bộ {MARK} rất nhiệt tình")
    await tell(an, feedback={"rate": 5, "note": f"tốt {MARK}", "feedbacks": []})
    await plant_broadcast(town)
    await tell(an, text=f"cho tôi gặp cán bộ, tôi là {MARK}")
    await tell(an, text="#end")
    await tell(an, text="#feedback")
    await tell(an, text=f"đoạn đường hỏng trước nhà {MARK}, đề nghị sửa")  # left in the middle: a state in Valkey


PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


async def plant_broadcast(town: Town) -> None:
    """A message of a broadcast that arrived."""
    (row,) = await town.database.fetch("SELECT gen_random_uuid() AS id, now() AS now")
    content = {"text": f"Mời {MARK} dự họp", "params": {"ten": MARK}}
    new = NewNotice(
        row["id"], None, None, None, None, "meeting", "delivered", None, False, "vi", f"84{NUMBER}", content,
        row["now"], lane="broadcast",
    )  # fmt: skip
    async with town.database.transaction() as connection:
        await notices.insert(connection, [new], town.cipher)


def holds(value: Any, *needles: str) -> bool:
    """Whether a value shows one of the needles, also in its bytes, in base64, or escaped as in JSON."""
    text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
    forms = [form for needle in needles for form in (needle, needle.encode("unicode_escape").decode())]
    encoded = [base64.b64encode(needle.encode()).decode().rstrip("=")[1:-2] for needle in needles]
    return any(form in text for form in (*forms, *encoded))


async def tables_with(town: Town, *needles: str) -> set[str]:
    """The tables in which one of the needles stands in the clear or under our keys."""
    found = set()
    tables = await town.database.fetch(
        "SELECT c.relname AS name FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p') AND NOT c.relispartition"
    )
    for table in (row["name"] for row in tables):
        for row in await town.database.fetch(f"SELECT * FROM {table}"):
            if any(holds(value, *needles) for value in opened(town, table, row)):
                found.add(table)
    return found


def opened(town: Town, table: str, row: dict[str, Any]) -> Iterator[Any]:
    """The values of a row; each encrypted one must be of a column that the rotation of keys knows."""
    for column, value in row.items():
        if not column.endswith("_enc"):
            yield value
        elif value is not None:
            yield town.cipher.decrypt(bytes(value), BINDINGS[table, column])


async def keys_with(town: Town, *needles: str) -> set[str]:
    """The keys of Valkey that show a needle, in name or value."""
    found = set()
    async with Redis.from_url(town.site.redis_url) as redis:
        async for key in redis.scan_iter():
            value = await _value(redis, key)
            with contextlib.suppress(UndecipherableValue):
                value = town.cipher.decrypt(value, STATE_COLUMN) if isinstance(value, bytes) else value
            if holds(key, *needles) or holds(value, *needles):
                found.add(key.decode())
    return found


async def _value(redis: Any, key: bytes) -> Any:
    match (await redis.type(key)).decode():
        case "string":
            return await redis.get(key)
        case "hash":
            return await redis.hgetall(key)
        case "list":
            return await redis.lrange(key, 0, -1)
        case "set":
            return await redis.smembers(key)
        case "zset":
            return await redis.zrange(key, 0, -1)
        case _:
            return await redis.xrange(key)


def files_with(town: Town, folder: Path, *needles: str) -> list[Path]:
    """The files that show a needle, encrypted lines opened."""
    return [path for path in folder.rglob("*") if path.is_file() and _file_holds(town, path, *needles)]


def _file_holds(town: Town, path: Path, *needles: str) -> bool:
    for line in path.read_bytes().splitlines():
        try:
            text: Any = town.cipher.decrypt(base64.b64decode(line, validate=False), SPOOL_COLUMN)
        except (UndecipherableValue, ValueError):
            text = line
        if holds(text, *needles):
            return True
    return False


@pytest.mark.timeout(180)
async def test_nothing_of_a_person_is_left(
    postgres_url: str, redis_url: str, data_dir: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_town(postgres_url, redis_url, data_dir, postal_asks_address=True) as town:
        an, binh = await town.person("0905123456", name="An"), await town.person("0905777888", name="Bình")
        await plant(town, an)
        await own(town, binh, OPEN, 2)
        await tell(binh, text="xin chào, em là người khác")
        needles = (MARK, NUMBER, an.user_id)
        planted = await tables_with(town, *needles)
        assert planted >= {
            "citizens", "dossier_events", "dossiers", "inbox", "link_codes", "links", "messages", "mutes", "notices",
            "outgoing_events", "postal_wishes", "preferences", "ratings", "tickets",
        }, planted  # fmt: skip
        assert await count(town, "citizen_consents") == await count(town, "ticket_photos") == 1
        assert await keys_with(town, *needles) != set()
        others = await count(town, "messages"), await count(town, "links")

        await tell(an, text="#erase")
        await tell(an, text="#erase_yes")
        await erased(town)
        await town.until(lambda: _has_ended(town), "the end of the erasure", seconds=60)

        await follow_up(town, data_dir)
        assert await tables_with(town, *needles) == set()
        assert await keys_with(town, *needles) == set()
        assert files_with(town, data_dir, *needles) == []
        assert not holds(caplog.text, *needles)
        assert await count(town, "citizen_consents") == await count(town, "ticket_photos") == 0
        assert 0 < await count(town, "messages") < others[0]  # somebody else's are there
        assert await count(town, "links") == 1
        proofs = await town.database.fetch(
            "SELECT content_hash, recipient_hash, accepted_at FROM notices WHERE dossier_code = %(code)s AND sends > 0",
            {"code": CODE},
        )
        assert proofs
        assert all(None not in proof.values() for proof in proofs)  # that and when it was said, and to whom, is proved


async def follow_up(town: Town, data_dir: Path) -> None:
    """What comes afterwards: receipts of the last words, and notices that were under way."""

    async def forget(citizen_id: int) -> None:
        raise AssertionError(f"a follow-up erases no chat, but {citizen_id}")

    async def are_applied() -> bool:
        return await count(town, "inbox", "state IN ('pending', 'working') AND tries = 0") == 0

    await town.until(are_applied, "the receipts")
    await Eraser(town.database, town.cipher, forget, Journal(data_dir)).follow_up()


async def _has_ended(town: Town) -> bool:
    return await count(town, "erasure_jobs", "done_at IS NULL") == 0


async def test_what_was_under_way_is_erased_when_it_is_done_with_and_a_restored_backup_is_erased_again(
    town: Town, data_dir: Path
) -> None:
    an = await town.person("0905123456", name="An")
    await own(town, an, CODE, 2, note=MARK)
    await tell(an, text="#erase")
    await tell(an, text="#erase_yes")
    await erased(town)
    assert await tables_with(town, NUMBER) <= KEPT
    await town.event(CODE, 9, phone="0905123456", result_place="Quầy 3")
    await ended(town, CODE, "finished")
    await town.until(lambda: _has_ended(town), "the end of the erasure", seconds=60)
    await town.database.fetch("UPDATE notices SET due_at = NULL RETURNING 1")
    forgotten: list[int] = []

    async def forget(citizen_id: int) -> None:
        forgotten.append(citizen_id)

    eraser = Eraser(town.database, town.cipher, forget, Journal(data_dir))

    async def is_gone() -> bool:
        await follow_up(town, data_dir)  # the gateway tells of the short message when it likes
        return not await tables_with(town, NUMBER, an.user_id)

    await town.until(is_gone, "the erasure of what was under way", seconds=60)
    # A backup comes back: the chat is there once more, and the database knows of no erasure. The journal does.
    assert (data_dir / JOURNAL).read_text().count("\n") >= 2
    (before,) = await town.database.fetch("SELECT min(at) AS at FROM erasures")
    await town.database.fetch("DELETE FROM erasures RETURNING 1")
    await town.citizen(an)
    await town.database.fetch(
        "UPDATE citizens SET created_at = %(at)s - interval '1 hour' RETURNING 1", {"at": before["at"]}
    )
    assert await eraser.again() == 1
    assert await count(town, "citizens") == 0
    assert len(forgotten) == 1
    assert await eraser.again() == 0


async def test_an_update_of_before_that_comes_late_is_dropped(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    (greeting,) = await an.says("xin chào")
    assert greeting
    (row,) = await town.database.fetch("SELECT raw_enc FROM inbox WHERE event_name = 'user_send_text'")
    raw = town.cipher.decrypt(bytes(row["raw_enc"]), inbox.RAW_COLUMN)
    await tell(an, text="#erase")
    await tell(an, text="#erase_yes")
    await erased(town)
    # It lay in the spool of an outage, with the platform's time of an hour ago.
    document = json.loads(raw)
    document["timestamp"] = str(int((time.time() - 3600) * 1000))
    document["message"] |= {"msg_id": "late-1", "text": MARK}
    entry = NewEntry(
        "zalo", "user_send_text:late-1", "user_send_text", "message", json.dumps(document, ensure_ascii=False),
        sender=an.user_id,
    )  # fmt: skip
    seen = len(await an.messages())
    await inbox.store(town.database, [entry], town.cipher)
    await town.settle()
    await town.until(lambda: _has_ended(town), "the end of the erasure", seconds=60)
    assert await tables_with(town, MARK, an.user_id) == set()
    assert len(await an.messages()) == seen


async def test_an_erasure_waits_for_messages_of_before_and_happens_once_a_day(town: Town) -> None:
    an = await town.person("0905123456", name="An")
    citizen = await town.citizen(an)
    entry = NewEntry("zalo", "user_send_text:x", "user_send_text", "message", "{}", sender=an.user_id)
    async with town.database.transaction() as connection:
        await connection.execute("LOCK TABLE erasure_jobs")  # nobody else takes the job meanwhile
        await erasure.request(connection, number="DL-AAAAAAAA", citizen_id=citizen, entry_id=None)
        await erasure.request(connection, number="DL-AAAAAAAA", citizen_id=citizen, entry_id=None)
    await town.until(lambda: _has_ended(town), "the end of the erasure", seconds=60)
    assert await count(town, "citizens") == 0
    again = await town.citizen(an)
    await erasure.request(town.database, number="DL-BBBBBBBB", citizen_id=again, entry_id=None)
    assert await erasure.open_jobs(town.database) == []  # a day's rest: limits on guessing must not be shaken off
    assert [job.number for job in await erasure.open_jobs(town.database, rest_seconds=0)] == ["DL-BBBBBBBB"]
    await inbox.store(town.database, [entry], town.cipher)
    await town.database.fetch("UPDATE inbox SET state = 'working', lease_until = now() + interval '1 hour' RETURNING 1")
    assert await erasure.open_jobs(town.database, rest_seconds=0) == []
    assert await erasure.open_jobs(town.database, rest_seconds=0, patience_seconds=0) != []
    await town.database.fetch("UPDATE inbox SET state = 'done', lease_until = NULL RETURNING 1")


async def test_the_phone_of_a_relative_and_other_peoples_wishes_stay(town: Town) -> None:
    binh = await town.person("0905777888", name="Bình")
    await own(town, binh, CODE, 2)
    await preferences.set_hours(town.database, town.cipher, binh.number, None)
    (row,) = await town.database.fetch("SELECT id FROM dossiers")
    await mutes.add(town.database, town.cipher, binh.number, row["id"])
    an = await town.person("0905123456", name="An")
    await town.database.fetch(
        "INSERT INTO links (citizen_id, dossier_id, proof, phone_hash, phone_enc, expires_at) "
        "SELECT %(citizen)s, dossier_id, 'otp_zalo', phone_hash, phone_enc, now() + interval '1 day' FROM links "
        "RETURNING 1",
        {"citizen": await town.citizen(an)},
    )
    await tell(an, text="#erase")
    await tell(an, text="#erase_yes")
    await erased(town)
    assert await count(town, "mutes") == await count(town, "links") == await count(town, "citizens") == 1
    assert await count(town, "preferences", "recipient_enc IS NOT NULL AND opted_out_at IS NULL") == 1
    assert await tables_with(town, "905777888") >= {"dossiers", "notices", "links"}
