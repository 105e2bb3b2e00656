"""The watch over logs finds what is planted, in every written form, and nothing else."""

import json
import os
import subprocess
import sys
import textwrap
import types
import unicodedata
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.log_leaks import (
    RUN_DIR_VARIABLE,
    find_leaks,
    fixed_credentials,
    read_needles,
    register_name,
    register_secret,
    summarise,
)

ROOT = Path(__file__).parents[3]
NAME = "Nguyễn Thị Minh Châu"


def leaks_in(folder: Path, text: str, needles: dict[str, str] | None = None) -> list[str]:
    (folder / "process.log").write_text(text, encoding="utf-8")
    return [leak.kind for leak in find_leaks(folder, needles or {})]


@pytest.mark.parametrize(
    "phone",
    [
        "0905123456", "84905123456", "+84905123456", "0084905123456", "(+84)905123456", "+84 905 123 456",
        "0905 123 456", "0905.123.456", "0905-123-456", "090 512 3456", "090.5123456", "0905 12 34 56", "0905 123456",
        "0328123456", "0568123456", "0778123456", "0871234567",
    ],
)  # fmt: skip
@pytest.mark.parametrize(
    "around", ["{}", 'phone="{}"', "to {}.", "({})", "{},x", '{{"phone": "{}"}}', "{}\t", "tel:{}"]
)
def test_a_phone_number_is_found_in_any_written_form(tmp_path: Path, phone: str, around: str) -> None:
    assert leaks_in(tmp_path, f"fine\n{around.format(phone)}\n") == ["phone"]


@pytest.mark.parametrize(
    "text",
    [
        "H17.33.2-260302-0001", "000.00.01.H17-260302-0912345678", "2026-03-02T08:15:00+07:00", "03-12-2025 10:11:12",
        "1763766594123", "took 0.912345678 s", "a0905123456", "0905123456f", "id 090512345", "id 09051234567",
        "0205123456", "02363123456", "127.0.0.1:9090", "id=3f0905123456ab", "0905***456", "pid 84123",
    ],
)  # fmt: skip
def test_what_is_no_phone_number_is_left_alone(tmp_path: Path, text: str) -> None:
    assert leaks_in(tmp_path, f"{text}\n") == []


@pytest.mark.parametrize(
    "written",
    [NAME, unicodedata.normalize("NFD", NAME), json.dumps(NAME), ascii(NAME), quote(NAME), f"xin chào {NAME}!"],
)
def test_a_registered_name_is_found_however_it_is_encoded(tmp_path: Path, written: str) -> None:
    assert leaks_in(tmp_path, f"line\n{written}\n", {NAME: "name"}) == ["name"]


def test_a_find_names_file_and_line_without_repeating_what_it_found(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "worker.log").write_text("one\ntwo token-abcdefgh\n", encoding="utf-8")
    leaks = find_leaks(tmp_path, {"token-abcdefgh": "secret"})
    (line,) = summarise(leaks)
    assert line.startswith(f"{tmp_path}/deep/worker.log:2: secret")
    assert "abcdefgh" not in line


def test_a_find_in_what_a_test_wrote_names_the_test_without_its_parameters(tmp_path: Path) -> None:
    kept = "tests/a.py::test_one\nfine\n\ntests/a.py::test_two[0905123457]\n 0905123456\n"
    (tmp_path / "stderr-main.log").write_text(kept, encoding="utf-8")
    assert [leak.test for leak in find_leaks(tmp_path, {})] == ["tests/a.py::test_two"] * 2
    assert all("0905" not in line for line in summarise(find_leaks(tmp_path, {})))


def test_broken_text_and_very_long_lines_are_read(tmp_path: Path) -> None:
    (tmp_path / "raw.log").write_bytes(b"\xff\xfe\n" + b"x" * 1_000_000 + b"\n 0905123456\n")
    assert [leak.line for leak in find_leaks(tmp_path, {})] == [3]


def test_registered_values_are_remembered_for_all_processes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(RUN_DIR_VARIABLE, str(tmp_path))
    assert register_secret("planted-secret") == "planted-secret"
    register_name(NAME)
    assert read_needles(tmp_path) == {"planted-secret": "secret", NAME: "name"}
    with pytest.raises(ValueError, match="shorter"):
        register_secret("abc")


def test_secrets_among_a_modules_constants_are_known_by_their_names() -> None:
    module = types.ModuleType("credentials")
    module.OA_SECRET_KEY = "planted-secret-1"
    module.APP = {"app_id": "planted-number-2", "refresh_token": "planted-secret-3", "templates": [{"name": "x" * 20}]}
    assert fixed_credentials(module) == {"planted-secret-1", "planted-secret-3"}


PLANTED = """
    import logging, sys, structlog
    def test_standard_logging():
        logging.getLogger("hoso.x").debug("standard to %s", "09051" + "23456")
    def test_structured_logging():
        structlog.get_logger("hoso.x").info("structured", to="09051" + "23457")
    def test_stderr():
        print("stderr 09051" + "23458", file=sys.stderr)
"""
HARMLESS = """
    import structlog
    def test_structured_logging():
        structlog.get_logger("hoso.x").info("sent", to="0905***456")
"""

SETS_LOGGING_UP = """
    import contextlib, io, logging
    from hoso.logs import set_up_logging
    def test_of_a_command_in_this_process():
        with io.StringIO() as written, contextlib.redirect_stderr(written):
            set_up_logging()
    def test_afterwards(capsys):
        logging.getLogger("hoso.x").warning("later")
        assert "Logging error" not in capsys.readouterr().err
"""


def test_a_whole_run_fails_for_logged_phone_numbers_although_its_tests_pass(tmp_path: Path) -> None:
    answer = run_pytest(tmp_path / "test_planted.py", PLANTED)
    assert answer.returncode == 1, answer.stdout
    assert "3 passed" in answer.stdout
    assert answer.stdout.count("phone 09***") == 3
    assert "0905123" not in answer.stdout


def test_logging_set_up_inside_a_test_is_undone_after_it(tmp_path: Path) -> None:
    answer = run_pytest(tmp_path / "test_set_up.py", SETS_LOGGING_UP)
    assert answer.returncode == 0, answer.stdout
    assert "2 passed" in answer.stdout


def test_a_whole_run_without_personal_data_in_its_logs_passes(tmp_path: Path) -> None:
    answer = run_pytest(tmp_path / "test_harmless.py", HARMLESS)
    assert answer.returncode == 0, answer.stdout
    assert "1 passed" in answer.stdout


def run_pytest(test: Path, code: str) -> "subprocess.CompletedProcess[str]":
    test.write_text(textwrap.dedent(code), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "HOSO_"))}
    argv = [sys.executable, "-m", "pytest", "-q", "-p", "tests.conftest", "-p", "no:cacheprovider"]
    argv += ["--rootdir", str(test.parent), "-c", os.devnull, str(test)]
    return subprocess.run(argv, capture_output=True, text=True, check=False, cwd=ROOT, env=environment)
