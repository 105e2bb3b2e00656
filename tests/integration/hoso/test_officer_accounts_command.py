"""`hoso officers`: the first administrator, roles, disabling, resetting; all of it in the audit log."""

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path

from storage import audit
from storage.crypto import generate_key
from storage.database import Database
from tests.command_server import run_in_text

KEY = generate_key()


def hoso(environment: Mapping[str, str], *arguments: str, said: str = "") -> "subprocess.CompletedProcess[str]":
    return run_in_text("officers", *arguments, environment=environment, said=said)


async def test_officers_are_added_listed_disabled_and_reset(postgres_url: str, redis_url: str, data_dir: Path) -> None:
    environment = {
        "PATH": "/usr/bin:/bin",
        "HOSO_ENV_FILE": "",
        "HOSO_DATABASE_URL": postgres_url,
        "HOSO_REDIS_URL": redis_url,
        "HOSO_DATA_DIR": str(data_dir),
        "HOSO_ENCRYPTION_KEYS": KEY,
        "PYTHONPATH": ".",
    }
    added = hoso(environment, "add", "lan", "--name", "Lan", "--json")
    assert added.returncode == 0, added.stderr
    first = json.loads(added.stdout)["temporary_password"]
    assert hoso(environment, "add", "lan", "--name", "Lan").returncode == 1
    assert hoso(environment, "add", "binh", "--name", "B", "--role", "boss").returncode == 2
    weak = hoso(environment, "add", "binh", "--name", "B", "--password-stdin", said="matkhau123456\n")
    assert (weak.returncode, "matkhau" in weak.stderr) == (1, False)
    last = hoso(environment, "disable", "lan")
    assert (last.returncode, "last administrator" in last.stderr) == (1, True)
    assert json.loads(hoso(environment, "reset", "lan", "--json").stdout)["temporary_password"] != first
    [row] = json.loads(hoso(environment, "list", "--json").stdout)
    assert (row["login"], row["roles"], row["state"]) == ("lan", ["administrator@*"], "first sign-in")
    async with Database(postgres_url) as database:
        rows = await audit.search(database)
        assert [one.action for one in rows] == ["officer.reset", "officer.add"]
        assert all(one.actor.startswith("cli:") for one in rows)
        assert (await audit.verify(database)).broken_at is None
