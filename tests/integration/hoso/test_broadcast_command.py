"""`hoso broadcast`: a whole story with two officers, and what is refused."""

import asyncio
import csv
import json
import re
import subprocess
import sys
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import pytest

from console.passwords import Passwords
from console.totp import hash_recovery_code, new_recovery_codes
from storage import audit, broadcasts, credentials, officers
from storage.crypto import Cipher, generate_key
from storage.database import Database, execute
from storage.notices import RECIPIENT_COLUMN
from storage.officers import Grant, Role
from tests.engines import register_secret
from tests.integration.status_bridge.people_of_audiences import Town
from tests.site import ROOT, ProcessLog, clean_environment

T = TypeVar("T")
UNIT = "H17.33.2"
PASSWORD = register_secret("mot mat khau rat dai cua phuong")
CODES = [code for _ in range(3) for code in new_recovery_codes()]
TEXTS = (
    *("--text", "Kính gửi {ten}: cắt điện ngày 25/11.", "--param", "tieu_de=Cắt điện"),
    *("--param", "noi_dung=Cắt điện từ 8 giờ.", "--param", "don_vi=UBND phường Hải Châu"),
)


@dataclass
class Terminal:
    """Runs the command as one officer or another; each use takes a fresh recovery code."""

    url: str
    cipher: Cipher
    process: subprocess.Popen[str]
    codes: dict[str, list[str]] = field(default_factory=dict)

    def run(self, *arguments: str, by: str | None = None) -> tuple[int, str, str]:
        """Return exit code, output and complaint."""
        environment = {}
        if by is not None:
            arguments = (*arguments, "--officer", by)
            environment = {"HOSO_OFFICER_PASSWORD": PASSWORD, "HOSO_OFFICER_CODE": self.codes[by].pop()}
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps({"arguments": arguments, "environment": environment}) + "\n")
        self.process.stdin.flush()
        done = json.loads(self.process.stdout.readline())
        return done["code"], done["out"], done["err"]

    def json(self, *arguments: str, by: str | None = None) -> Any:
        """Return what a command that must succeed prints."""
        code, said, complaint = self.run(*arguments, "--json", by=by)
        assert code == 0, complaint
        return json.loads(said)

    def work(self, work: Callable[[Database], Awaitable[T]]) -> T:
        async def inside() -> T:
            async with Database(self.url) as database:
                return await work(database)

        return asyncio.run(inside())


async def _hire(database: Database, cipher: Cipher, login: str, role: Role) -> list[str]:
    passwords = Passwords()
    hashed = await passwords.hash(PASSWORD)
    passwords.close()
    async with database.transaction() as connection:
        officer_id = await officers.add(
            connection,
            login=login,
            name=login.title(),
            grants=[Grant(UNIT, role)],
            password_hash=hashed,
            created_by="test",
            must_set_up=False,
        )
        assert officer_id is not None
        await credentials.set_recovery_codes(connection, officer_id, [hash_recovery_code(code) for code in CODES])
    return list(CODES)


@pytest.fixture
def terminal(postgres_url: str, redis_url: str, data_dir: Path, process_log: ProcessLog) -> Iterator[Terminal]:
    key = register_secret(generate_key())
    environment = clean_environment() | {
        "HOSO_DATABASE_URL": postgres_url,
        "HOSO_REDIS_URL": redis_url,
        "HOSO_DATA_DIR": str(data_dir),
        "HOSO_ENCRYPTION_KEYS": key,
        "HOSO_BROADCAST_APPROVAL_PEOPLE": "2",
    }
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.integration.hoso.broadcast_terminal"],
        env=environment,
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=process_log("broadcast-terminal"),
        text=True,
    )
    opened = Terminal(postgres_url, Cipher([key]), process)

    async def fill(database: Database) -> None:
        town = Town(database, opened.cipher)
        for number in (1, 2, 3):
            await town.dossier(f"8490500000{number}")
        for login, role in (("lan", Role.AUTHOR), ("minh", Role.APPROVER)):
            opened.codes[login] = await _hire(database, opened.cipher, login, role)

    opened.work(fill)
    with process:
        yield opened
        process.stdin.close()


def test_a_list_becomes_a_broadcast_that_a_second_person_approves(terminal: Terminal, tmp_path: Path) -> None:
    people = tmp_path / "nguoi-nhan.csv"
    people.write_text("phone,ten\n0905000001,=1+1\n0905000002,Bình\n0905000003,Chi\nabc,Sai\n", encoding="utf-8")
    code, said, complaint = terminal.run(
        *("create", "--title", "Cắt điện", "--unit", UNIT, "--list", str(people)), *TEXTS, by="lan"
    )
    assert code == 0, complaint
    assert re.fullmatch(r".*: 3 people; 1 wrong rows, .*: /console/lists/\d+\n", complaint)
    found = re.search(r"TB-[0-9A-Z]{8}", said)
    assert found is not None
    number = found.group()
    shown = terminal.json("preview", number, by="lan")
    assert (shown["estimate"]["people"], len(shown["previews"])) == (3, 3)
    assert not any("0905000001" in one["phone"] or "84905000001" in one["phone"] for one in shown["previews"])
    assert terminal.json("submit", number, by="lan")["state"] == "submitted"
    code, _, complaint = terminal.run("approve", number, by="minh")
    assert (code, "--hash" in complaint) == (2, True), "nobody was shown what would be approved"
    content = terminal.json("status", number)["content_hash"]
    code, _, complaint = terminal.run("approve", number, "--hash", content[:12], by="lan")
    assert (code, complaint.count("\n")) == (1, 1)
    code, _, complaint = terminal.run("approve", number, "--hash", "00000000", by="minh")
    assert (code, "not what you looked at" in complaint) == (1, True)
    assert terminal.json("approve", number, "--hash", content[:12], by="minh")["state"] == "approved"
    tomorrow = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh")) + timedelta(days=1)
    code, said, complaint = terminal.run("start", number, "--at", f"{tomorrow:%Y-%m-%d}T08:15", by="lan")
    assert f"by itself at 08:15 {tomorrow:%d/%m/%Y} (Asia/Ho_Chi_Minh)" in said, complaint
    assert terminal.json("start", number, by="lan")["state"] == "preparing"
    assert terminal.json("pause", number, by="minh")["state"] == "paused"
    assert terminal.json("cancel", number, by="lan")["state"] == "cancelled"

    async def log_of(database: Database) -> set[tuple[str, str]]:
        return {(row.actor, row.action) for row in await audit.search(database, object=number)}

    acted = terminal.work(log_of)
    assert {("officer:lan", "broadcast.submit"), ("officer:minh", "broadcast.approve")} <= acted
    assert ("officer:lan", "broadcast.approve") not in acted
    [row] = terminal.json("list", "--state", "cancelled")
    assert (row["number"], row["unit"]) == (number, UNIT)


def test_a_report_is_written_as_csv_without_whole_phones(terminal: Terminal, tmp_path: Path) -> None:
    number, target = "TB-AAAAAAAA", tmp_path / "ket-qua.csv"

    async def put(database: Database) -> None:
        async with database.transaction() as connection:
            await execute(
                connection,
                "INSERT INTO broadcasts (number, title, unit, author, purpose, message, audience, state, rows)"
                " VALUES (%(n)s, 'Cũ', %(u)s, 'lan', 'information', '{\"text\": \"x\"}', '{}', 'done', 1)",
                {"n": number, "u": UNIT},
            )
        made = await broadcasts.find(database, number)
        assert made is not None
        await _add_row(database, terminal.cipher, made.id)

    terminal.work(put)
    told = terminal.json("report", number, "--csv", str(target))
    assert (told["people"], told["by_state"]) == (1, {"failed": 1})
    written = target.read_text(encoding="utf-8-sig")
    [row] = csv.DictReader(written.splitlines())
    assert (row["state"], "905000001" in written) == ("failed", False)


async def _add_row(database: Database, cipher: Cipher, broadcast_id: int) -> None:
    async with database.transaction() as connection:
        await execute(
            connection,
            "INSERT INTO notices (id, broadcast_id, ordinal, kind, state, reason, language, recipient_enc,"
            " recipient_hash, content_enc, content_hash, lane)"
            " VALUES (gen_random_uuid(), %(id)s, 1, 'announcement', 'failed', 'recipient_unreachable:-118', 'vi',"
            " %(enc)s, %(hash)s, '', '', 'broadcast')",
            {
                "id": broadcast_id,
                "enc": cipher.encrypt("84905000001", RECIPIENT_COLUMN),
                "hash": cipher.lookup_hash("84905000001"),
            },
        )


def test_wrong_words_and_wrong_usage_have_their_exit_codes(terminal: Terminal) -> None:
    code, _, complaint = terminal.run("status", "TB-NONE")
    assert (code, complaint) == (1, "hoso: there is no such broadcast; see: hoso broadcast list\n")
    assert terminal.run("create", "--title", "x", "--unit", UNIT, "--text", "y", by="lan")[0] == 2
    terminal.codes["lan"].append("000000")
    code, _, complaint = terminal.run("submit", "TB-NONE", by="lan")
    assert (code, "wrong" in complaint, complaint.count("\n")) == (1, True, 1)
