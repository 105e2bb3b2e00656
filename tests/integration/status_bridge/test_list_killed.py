"""The process that reads a list is killed in the middle: nothing half is used, and the same file can be read again."""

import asyncio
import os
import signal
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from status_bridge.lists.process import ListReaders, ReaderConfig
from storage import recipient_lists
from storage.audiences import Audience
from storage.database import Database
from storage.recipient_lists import RecipientList
from tests.integration.status_bridge.people_of_audiences import CIPHER, KEY, Town

ROWS = 60_000
LONGEST_SECONDS = 90.0


async def until(
    database: Database, list_id: int, is_so: Callable[[RecipientList], bool], *, pause: float = 0.01
) -> RecipientList:
    """Wait until a list is as it should be."""
    deadline = time.monotonic() + LONGEST_SECONDS
    while time.monotonic() < deadline:
        found = await recipient_lists.find(database, list_id, None)
        assert found is not None
        if is_so(found):
            return found
        await asyncio.sleep(pause)
    raise AssertionError("the list did not get there")


async def begin(database: Database, path: Path) -> int:
    """Write the file and the list that it shall be read into."""
    path.write_text("SĐT,Họ tên\n" + "".join(f"09{place:08d},Nguyễn Thị {place}\n" for place in range(ROWS)))
    async with database.transaction() as connection:
        return await recipient_lists.begin(
            connection,
            name="Tổ 5",
            unit="H17.33.2",
            file_name="to5.csv",
            officer="lan",
            size=path.stat().st_size,
            keep_seconds=3600,
        )


def is_reader(process: psutil.Process) -> bool:
    """Whether a child of ours reads a list; those of other tests may be ending in this moment."""
    try:
        return "status_bridge.lists" in process.cmdline()
    except psutil.Error:
        return False


async def test_a_reader_killed_in_the_middle_leaves_nothing_to_use_and_the_file_is_read_again(
    postgres_url: str, tmp_path: Path
) -> None:
    path = tmp_path / "list"
    async with (
        Database(postgres_url) as database,
        ListReaders(database, ReaderConfig(postgres_url, [KEY], max_rows=ROWS)) as readers,
    ):
        killed = await begin(database, path)
        readers.start(killed, path)
        await until(database, killed, lambda one: one.good > 0)
        [reader] = [one for one in psutil.Process().children() if is_reader(one)]
        os.kill(reader.pid, signal.SIGKILL)
        found = await until(database, killed, lambda one: one.state != "reading")
        assert (found.state, found.reason, found.digest) == ("failed", "interrupted", None)
        assert 0 < found.good < ROWS, "it was killed in the middle"
        assert not path.exists()
        assert await recipient_lists.drop_old(database) == found.good, (
            "each committed row was counted, and all are gone"
        )
        assert await Town(database).reach(Audience(kind="list", list_id=killed)) == []

        again = await begin(database, path)
        readers.start(again, path)
        whole = await until(database, again, lambda one: one.state != "reading", pause=0.1)
        assert (whole.state, whole.good, whole.wrong, whole.duplicate) == ("ready", ROWS, 0, 0)
        assert len(await recipient_lists.first_rows(database, CIPHER, again)) == 5
