"""`hoso templates`: what is listed, written by an officer and tried."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import pytest

from storage import templates
from tests.integration.console.walker import PASSWORD, Keys, hire_with_keys
from tests.office import Office
from tests.site import clean_environment, run_hoso

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(office: Office, process_log: Callable[[str], IO[bytes]]) -> Run:
    def run_command(*arguments: str, by: Keys | None = None) -> tuple[int, str, str]:
        environment = clean_environment() | {
            "HOSO_DATABASE_URL": office.site.postgres_url,
            "HOSO_REDIS_URL": office.site.redis_url,
            "HOSO_ENCRYPTION_KEYS": ",".join(office.site.encryption_keys),
        }
        if by is not None:
            environment |= {"HOSO_OFFICER_PASSWORD": PASSWORD, "HOSO_OFFICER_CODE": by.recovery_codes.pop()}
        done = run_hoso("templates", *arguments, environment=environment, log=process_log)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    return run_command


async def test_an_officer_s_words_wait_for_approval(office: Office, run: Run, tmp_path: Path) -> None:
    lan = await hire_with_keys(office, "lan", ("*", "author"))
    ward = await hire_with_keys(office, "ward", ("H17.33.2", "author"))
    words = tmp_path / "words.txt"
    words.write_text("Hồ sơ {{ code }} đã xong. Tổng đài: {{ hotline }}.", encoding="utf-8")
    given = ("set", "finished", "vi", "text", str(words), "--officer")
    assert run(*given, "ward", by=ward)[0] == 1
    code, said, complaint = run(*given, "lan", "--json", by=lan)
    assert code == 0, complaint
    assert json.loads(said)["state"] == "submitted"
    [waiting] = await templates.waiting(office.database)
    assert (waiting.author, waiting.body.text) == ("lan", words.read_text(encoding="utf-8"))
    rows: list[dict[str, Any]] = json.loads(run("list", "--json")[1])
    finished = [row for row in rows if (row["notice"], row["language"], row["channel"]) == ("finished", "vi", "text")]
    assert [row["version"] for row in finished] == [None]  # nobody has approved it yet


async def test_words_that_cannot_be_said_are_refused_before_anybody_is_asked(run: Run, tmp_path: Path) -> None:
    words = tmp_path / "words.txt"
    words.write_text("{{ nobody }}", encoding="utf-8")
    code, _, complaint = run("set", "finished", "vi", "text", str(words), "--officer", "lan")
    assert (code, "unknown placeholder (name nobody)" in complaint) == (1, True)
    words.write_text("no JSON", encoding="utf-8")
    assert run("set", "finished", "vi", "template", str(words), "--officer", "lan")[0] == 1
    assert run("set", "finished", "fr", "text", str(words), "--officer", "lan")[0] == 1
