"""`hoso keys`: who made or ended a key is in the audit log, as it is when an administrator does so in the console."""

from pathlib import Path

import pytest
from typer.testing import CliRunner

from hoso.commands.keys import app
from hoso.loops import run_async
from storage import audit
from storage.crypto import generate_key
from storage.database import Database
from tests.engines import register_secret


def run(*arguments: str) -> tuple[int, str]:
    answer = CliRunner().invoke(app, list(arguments))
    return answer.exit_code, answer.stdout.strip()


@pytest.fixture
def site(postgres_url: str, redis_url: str, data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    for name, value in {
        "ENV_FILE": "", "DATABASE_URL": postgres_url, "REDIS_URL": redis_url, "DATA_DIR": str(data_dir),
        "ENCRYPTION_KEYS": generate_key(),
    }.items():  # fmt: skip
        monkeypatch.setenv(f"HOSO_{name}", value)
    return postgres_url


def test_making_and_ending_a_key_is_in_the_audit_log(site: str) -> None:
    """It was not: a key that announces to a ward could come from nobody."""
    code, key = run("add", "cong.danang", "--scope", "broadcasts", "--unit", "H17.33.2")
    assert code == 0
    identifier = register_secret(key).split("_")[1]
    assert run("revoke", identifier)[0] == 0
    assert run("revoke", identifier)[0] == 1  # nothing to note

    async def look() -> list[audit.Row]:
        async with Database(site) as database:
            return await audit.search(database)

    rows = run_async(look())
    assert [(row.action, row.object, row.unit) for row in rows] == [
        ("key.revoke", identifier, "H17.33.2"),
        ("key.add", identifier, "H17.33.2"),
    ]
    assert all(row.actor.startswith("cli:") for row in rows)
    assert not any(key in str(row.detail) for row in rows)
