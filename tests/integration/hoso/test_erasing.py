"""An erasure ends whatever dies in the middle: its steps may be done again."""

from datetime import UTC, datetime
from pathlib import Path

from redis.exceptions import ConnectionError as RedisAway

from hoso.erasing import Eraser, Journal
from storage import citizens, conversations, erasure
from storage.conversations import Said
from storage.crypto import Cipher, generate_key
from storage.database import Database

CIPHER = Cipher([generate_key()])


async def test_redis_away_and_a_crash_leave_a_job_that_goes_on(postgres_url: str, data_dir: Path) -> None:
    forgotten: list[int] = []
    is_away = True

    async def forget(citizen_id: int) -> None:
        if is_away:
            raise RedisAway
        forgotten.append(citizen_id)

    async with Database(postgres_url) as database:
        citizen = (await citizens.meet(database, CIPHER, platform="zalo", user_id="person-1")).id
        await conversations.note_said(database, CIPHER, Said(citizen, "citizen", "text", text="xin chào"))
        await erasure.request(database, number="DL-AAAAAAAA", citizen_id=citizen, entry_id=None)
        eraser = Eraser(database, CIPHER, forget, Journal(data_dir))
        await eraser.do_jobs()
        assert await database.fetch("SELECT 1 FROM citizens") == []
        assert [job.is_erased for job in await erasure.open_jobs(database)] == [True]
        is_away = False
        await eraser.do_jobs()
        assert forgotten == [citizen]
        assert await erasure.open_jobs(database) == []
        await eraser.do_jobs()
        assert forgotten == [citizen]


def test_a_line_of_the_journal_that_a_crash_cut_off_is_left_out(data_dir: Path) -> None:
    journal = Journal(data_dir)
    assert journal.read() == []
    one = erasure.Subject("DL-AAAAAAAA", b"\x01" * 32, "phone", datetime(2026, 3, 1, tzinfo=UTC))
    journal.add([one, one])
    with (data_dir / "erasures.jsonl").open("a") as file:
        file.write('{"number": "DL-B')
    assert journal.read() == [one, one]
    journal.add([one])
    assert len(journal.read()) >= 2
