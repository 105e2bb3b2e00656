"""`hoso citizen export|erase`: everything of a phone as JSON, and nothing of it any more."""

import json
import stat
import subprocess
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from hoso.erasing import JOURNAL
from storage import citizens, conversations, dossiers, notices, preferences
from storage.citizens import ProvedPhone
from storage.conversations import Said
from storage.crypto import Cipher, generate_key
from storage.database import Database, execute, fetch
from storage.notices import NewNotice
from tests.command_server import run_in_text
from tests.engines import register_name

CODE, PHONE = "H17.33.2-260302-0001", "84905123456"
NAME, WORDS = "Trần Thị Dữ Liệu", "cho hỏi hồ sơ của tôi"
KEY = generate_key()


@pytest.fixture
async def database(postgres_url: str) -> Any:
    async with Database(postgres_url) as opened:
        yield opened


@pytest.fixture
def environment(postgres_url: str, redis_url: str, data_dir: Path) -> Mapping[str, str]:
    return {
        "PATH": "/usr/bin:/bin",
        "HOSO_ENV_FILE": "",
        "HOSO_DATABASE_URL": postgres_url,
        "HOSO_REDIS_URL": redis_url,
        "HOSO_DATA_DIR": str(data_dir),
        "HOSO_ENCRYPTION_KEYS": KEY,
        "PYTHONPATH": ".",
    }


def hoso(environment: Mapping[str, str], *arguments: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    return run_in_text("citizen", *arguments, environment=environment, said=said)


async def fill(database: Database, cipher: Cipher, *, status: int) -> None:
    """A dossier with a notice that arrived, linked by the person's phone to a chat with a message in it."""
    register_name(NAME)
    now = datetime.now(UTC)
    async with database.transaction() as connection:
        dossier = (await dossiers.lock(connection, [CODE]))[CODE].id
        await execute(
            connection,
            "UPDATE dossiers SET status = %(status)s, status_time = now(), phone_enc = %(phone)s, "
            "phone_hash = %(hash)s, "
            "name_enc = %(name)s WHERE id = %(id)s",
            {
                "status": status,
                "phone": cipher.encrypt(PHONE, dossiers.PHONE_COLUMN),
                "hash": cipher.lookup_hash(PHONE),
                "name": cipher.encrypt(NAME, dossiers.NAME_COLUMN),
                "id": dossier,
            },
        )
        (made,) = await fetch(connection, "SELECT gen_random_uuid() AS id")
        told = NewNotice(made["id"], dossier, CODE, 1, None, "finished", "delivered", None, False, "vi", PHONE,
                         {"text": f"Gửi {NAME}"}, now - timedelta(minutes=1))  # fmt: skip
        await notices.insert(connection, [told], cipher)
    citizen = (await citizens.meet(database, cipher, platform="zalo", user_id="person-1")).id
    await citizens.link(database, citizen, dossier, proof="otp_zalo", phone=ProvedPhone(PHONE, cipher))
    await conversations.note_said(database, cipher, Said(citizen, "citizen", "text", text=WORDS))
    await preferences.set_hours(database, cipher, PHONE, None)


async def test_a_copy_holds_everything_and_goes_into_a_file_of_its_owners(
    database: Database, environment: Mapping[str, str], tmp_path: Path
) -> None:
    await fill(database, Cipher([KEY]), status=9)
    printed = hoso(environment, "export", "--phone", "0905 123 456")
    assert printed.returncode == 0, printed.stderr
    known = json.loads(printed.stdout)
    assert (known["phone"], known["owners"], known["is_shared"]) == (PHONE, 1, False)
    assert [(one["code"], one["name"], one["phone"]) for one in known["dossiers"]] == [(CODE, NAME, PHONE)]
    assert [(one["kind"], one["content"]["text"]) for one in known["notices"]] == [("finished", f"Gửi {NAME}")]
    (chat,) = known["chats"]
    assert chat["user"] == "person-1"
    assert [one["text"] for one in chat["messages"]] == [WORDS]
    assert [one["code"] for one in chat["links"]] == [CODE]
    target = tmp_path / "copy.json"
    written = hoso(environment, "export", "--phone", "0905123456", "--output", str(target))
    assert written.returncode == 0, written.stderr
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert json.loads(target.read_text(encoding="utf-8"))["chats"] == known["chats"]
    again = hoso(environment, "export", "--phone", "0905123456", "--output", str(target))
    assert again.returncode == 1
    assert "name a new file" in again.stderr


async def test_an_erasure_is_asked_about_done_and_done_again_after_a_restored_backup(
    database: Database, environment: Mapping[str, str], data_dir: Path
) -> None:
    cipher = Cipher([KEY])
    await fill(database, cipher, status=9)
    refused = hoso(environment, "erase", "--phone", "0905123456", said="n\n")
    assert refused.returncode == 1
    assert "0905***456" in refused.stderr
    assert refused.stderr.splitlines()[-1].endswith("hoso: not confirmed: nothing was done")
    done = hoso(environment, "erase", "--phone", "0905123456", "--yes")
    assert done.returncode == 0, done.stderr
    assert "Number: DL-" in done.stdout
    empty = json.loads(hoso(environment, "export", "--phone", "0905123456").stdout)
    assert empty["chats"] == empty["dossiers"] == []
    assert [one["content"] for one in empty["notices"]] == [None]  # that it was sent is proved, what it said is gone
    assert empty["preferences"][0]["opted_out_at"] is not None
    assert len(empty["erasures"]) == 1
    journal = (data_dir / JOURNAL).read_text(encoding="utf-8")
    assert PHONE not in journal
    assert "person-1" not in journal
    await database.fetch("DELETE FROM erasures RETURNING 1")  # the backup of an hour ago comes back
    await database.fetch("UPDATE dossiers SET created_at = now() - interval '1 hour' RETURNING 1")
    citizen = (await citizens.meet(database, cipher, platform="zalo", user_id="person-1")).id
    await conversations.note_said(database, cipher, Said(citizen, "citizen", "text", text=WORDS))
    await database.fetch("UPDATE citizens SET created_at = now() - interval '1 hour' RETURNING 1")
    again = hoso(environment, "erase", "--again")
    assert again.returncode == 0, again.stderr
    assert again.stdout == "1 erased once more.\n"
    (left,) = await database.fetch("SELECT count(*) AS people FROM citizens")
    assert left["people"] == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("export",), "--phone"),
        (("export", "--phone", "không"), "mobile number"),
        (("erase",), "either --phone P or --again"),
        (("erase", "--phone", "0905123456", "--again"), "either --phone P or --again"),
    ],
)
def test_a_wrong_call_says_what_to_give(environment: Mapping[str, str], arguments: tuple[str, ...], says: str) -> None:
    wrong = hoso(environment, *arguments)
    assert wrong.returncode == 2
    assert says in wrong.stderr
    assert len(wrong.stderr.strip().splitlines()) == 1
