"""What the command line says by itself: help, wrong usage, missing settings (contract, section 2)."""

import io
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import psutil
import pytest
import typer
from typer.testing import CliRunner

from hoso.cli import build_app, main
from tests.engines import register_secret
from tests.site import ProcessLog, clean_environment, run_hoso, start_site

COMMANDS = {
    *("demo", "up", "serve", "bot", "bridge", "worker", "migrate", "doctor", "emulator"),
    *("events send", "notices list", "notices explain", "notices retry", "accounts add", "accounts list"),
    *("events replay", "notices undelivered", "brake status", "brake on", "brake off"),
    *("accounts refresh", "keys add", "keys list", "keys revoke", "keys generate", "keys rotate"),
}


def walk(command: click.Command, words: tuple[str, ...] = ()) -> Iterator[str]:
    commands = getattr(command, "commands", {})
    if not commands:
        yield " ".join(words)
    for name, child in commands.items():
        yield from walk(child, (*words, name))


def test_every_command_of_the_contract_is_there() -> None:
    assert set(walk(typer.main.get_command(build_app()))) >= COMMANDS


@pytest.mark.parametrize("command", ["", "events", "notices", "accounts", "keys", "brake", *sorted(COMMANDS)])
def test_every_command_has_help(command: str) -> None:
    told = CliRunner().invoke(build_app(), [*command.split(), "--help"])
    assert told.exit_code == 0
    assert told.stdout.startswith("Usage: ")
    assert len(told.stdout.splitlines()) > 3


@pytest.mark.parametrize(
    "command",
    [
        *("demo", "doctor", "events send", "events replay", "notices list", "notices explain", "notices retry"),
        *("broadcast status", "brake status", "accounts list", "officers list", "keys list", "citizen export"),
        *("procedures list", "procedures show", "templates list", "outgoing show", "tickets show"),
    ],
)
def test_whatever_prints_data_takes_json(command: str) -> None:
    assert "--json" in CliRunner().invoke(build_app(), [*command.split(), "--help"]).stdout


@pytest.mark.parametrize(
    "words",
    [
        "nonsense",
        "serve --nope",
        "serve surplus",
        "worker -n 0",
        "worker -n two",
        "demo --port 99999",
        "emulator --port 0 --webhook 127.0.0.1:8080",
        "emulator --port 0 --webhook http://[::1",
        "events send",
        "notices list --state gone",
        "notices explain nonsense",
        "notices retry",
        "notices undelivered --since nonsense",
        "notices undelivered --language fr",
        "events replay",
        "events replay --since yesterday",
        "brake off --expire-older-than -1",
        "keys add",
        "keys add _",
        "keys add city@h5" + "x" * 200,
        "accounts add _",
    ],
)
def test_wrong_usage_exits_2_with_one_line(
    words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], data_dir: Path
) -> None:
    monkeypatch.setenv("HOSO_DATA_DIR", str(data_dir))
    monkeypatch.setattr(sys, "argv", ["hoso", *(word.replace("_", " ") for word in words.split())])
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr()
    assert (left.value.code, told.out) == (2, "")
    assert told.err.startswith("hoso: ")
    assert told.err.count("\n") == 1
    assert not data_dir.exists(), "found out before any server is started"


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("accounts add 123", "HOSO_NEW_ACCESS_TOKEN"),
        ("accounts authorize --paste", "nothing was done"),
        ("broadcast submit TB-1 --officer ann", "HOSO_OFFICER_PASSWORD"),
        ("citizen erase --phone 0905123456", "nothing was done"),
    ],
)
def test_a_question_that_nobody_answers_exits_1_and_says_what_to_do(
    words: str, what: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit 130 and a warning of Python's about echo it was: as if somebody had pressed Ctrl-C."""
    monkeypatch.setattr(sys, "argv", ["hoso", *words.split()])
    monkeypatch.setattr(sys, "stdin", io.StringIO())
    with pytest.raises(SystemExit) as left:
        main()
    told = capsys.readouterr().err.splitlines()[-1]
    assert (left.value.code, "hoso: " in told, what in told) == (1, True, True), told


def test_missing_and_malformed_settings_are_told_all_together(process_log: ProcessLog) -> None:
    settings = {
        "HOSO_DATABASE_URL": "postgresql://hoso@127.0.0.1:1/hoso",
        "HOSO_QUIET_HOURS": "at night",
        "HOSO_TIMEZONE": "Asia/Nowhere",
        "HOSO_LISTEN": "8080",
        "HOSO_EVENT_KEYS": register_secret("a-key-without-source"),
    }
    done = run_hoso("serve", environment=clean_environment() | settings, log=process_log, as_typed=True)
    assert (done.returncode, done.stdout) == (3, b"")
    told = done.stderr.decode()
    assert told.count("\n") == 1
    named = ["HOSO_ENCRYPTION_KEYS", "HOSO_QUIET_HOURS", "HOSO_TIMEZONE", "HOSO_LISTEN", "HOSO_EVENT_KEYS"]
    assert [name for name in named if name not in told] == []
    assert "a-key-without-source" not in told


def test_a_real_zalo_without_its_settings_names_each(process_log: ProcessLog) -> None:
    environment = clean_environment() | {"HOSO_ZALO_TEMPLATE_BASE": "https://business.openapi.zalo.me"}
    done = run_hoso("worker", environment=environment, log=process_log, as_typed=True)
    assert done.returncode == 3
    for name in ("APP_ID", "APP_SECRET", "OA_ID", "OA_SECRET_KEYS", "TEMPLATE_SUBMITTED", "TEMPLATE_FINISHED"):
        assert f"HOSO_ZALO_{name}" in done.stderr.decode()
    assert done.stderr.count(b"\n") == 1


@pytest.mark.parametrize("command", ["serve", "migrate", "keys list"])
def test_a_server_that_is_away_exits_3_with_one_line(command: str, process_log: ProcessLog) -> None:
    settings = {
        "HOSO_DATABASE_URL": "postgresql://hoso@127.0.0.1:1/hoso?connect_timeout=2",
        "HOSO_REDIS_URL": "redis://127.0.0.1:1/0",
        "HOSO_ENCRYPTION_KEYS": register_secret("QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="),
    }
    done = run_hoso(*command.split(), environment=clean_environment() | settings, log=process_log, as_typed=True)
    assert (done.returncode, done.stdout) == (3, b"")
    assert done.stderr.count(b"\n") == 1
    assert b"PostgreSQL" in done.stderr


def test_migrate_creates_the_schema_once_and_check_tells_before_and_after(
    empty_postgres_url: str, process_log: ProcessLog
) -> None:
    settings = {
        "HOSO_DATABASE_URL": empty_postgres_url,
        "HOSO_ENCRYPTION_KEYS": register_secret("QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="),
    }

    def migrate(*options: str) -> tuple[int, str, str]:
        done = run_hoso("migrate", *options, environment=clean_environment() | settings, log=process_log, as_typed=True)
        return done.returncode, done.stdout.decode(), done.stderr.decode()

    code, out, err = migrate("--check")
    assert (code, out) == (3, "")
    assert "hoso migrate" in err
    assert err.count("\n") == 1
    assert migrate()[0] == 0
    assert migrate("--check")[0] == 0
    code, out, _ = migrate()
    assert (code, "up to date" in out) == (0, True)


def test_the_emulator_alone_is_there_after_three_seconds_of_work(data_dir: Path, process_log: ProcessLog) -> None:
    with start_site(data_dir, process_log, kinds=("emulator",)) as site:
        times = psutil.Process(site.pid_of("emulator")).cpu_times()
        assert times.user + times.system < 3.0, "seconds of a processor: other tests run beside"
        site.kill("emulator", signal.SIGTERM)
        assert site.wait_for_end("emulator") == 0
    assert not (data_dir / "postgres").exists(), "it needs no servers"
