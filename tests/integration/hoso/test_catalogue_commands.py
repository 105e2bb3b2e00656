"""`hoso procedures` and `hoso units`: exit codes, lines for refused rows, what is printed."""

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.catalogue.samples import PROCEDURES, UNITS
from storage.crypto import generate_key
from tests.site import ProcessLog, clean_environment, run_hoso

Run = Callable[..., subprocess.CompletedProcess[bytes]]


@pytest.fixture
def hoso(postgres_url: str, redis_url: str, data_dir: Path, process_log: ProcessLog) -> Run:
    """Runs a command on a site whose catalogue is empty."""
    environment = clean_environment() | {
        "HOSO_DATABASE_URL": postgres_url,
        "HOSO_REDIS_URL": redis_url,
        "HOSO_DATA_DIR": str(data_dir),
        "HOSO_ENCRYPTION_KEYS": generate_key(),
    }
    return lambda *words: run_hoso(*words, environment=environment, log=process_log)


def test_procedures_are_imported_listed_shown_and_found(hoso: Run, tmp_path: Path) -> None:
    done = hoso("procedures", "import", str(PROCEDURES), "--json")
    assert (done.returncode, done.stderr) == (0, b"")
    assert json.loads(done.stdout) == {"added": 37, "changed": 0, "unchanged": 0, "retired": 0, "refused": []}
    assert len(json.loads(hoso("procedures", "list", "--json").stdout)) == 37
    assert json.loads(hoso("procedures", "show", "1.001193").stdout)["short_name"] == "Đăng ký khai sinh"
    (first, *_) = json.loads(hoso("procedures", "search", "giấy", "độc", "thân", "--json").stdout)
    assert first["code"] == "1.004873"
    missing = hoso("procedures", "show", "1.999999")
    assert (missing.returncode, missing.stderr.count(b"\n")) == (1, 1)
    # Good rows go in, bad ones are named; strict refuses all of them.
    file = tmp_path / "more.csv"
    file.write_text("code;name\n1.999999;Thủ tục mới\nkhông mã;X\n", encoding="utf-8")
    told = ("--source", "Cổng", "--as-of", "2026-08")
    strict = hoso("procedures", "import", str(file), *told, "--strict")
    assert (strict.returncode, strict.stdout) == (1, b"Nothing was imported.\n")
    assert hoso("procedures", "show", "1.999999").returncode == 1
    mixed = hoso("procedures", "import", str(file), *told)
    assert (mixed.returncode, mixed.stdout) == (1, b"1 added, 0 changed, 0 unchanged, 0 retired, 1 refused.\n")
    assert mixed.stderr.decode().startswith("hoso: line 3 ('không mã'): code: ")
    # A file with a refused row cannot be complete.
    assert hoso("procedures", "import", str(file), *told, "--replace").stdout == b"Nothing was imported.\n"
    file.write_text("code;name\n1.999999;Thủ tục mới\n", encoding="utf-8")
    replaced = hoso("procedures", "import", str(file), *told, "--replace")
    assert replaced.stdout == b"0 added, 0 changed, 1 unchanged, 37 retired, 0 refused.\n"


def test_places_are_imported_and_what_is_no_file_is_said_in_one_line(hoso: Run, tmp_path: Path) -> None:
    assert json.loads(hoso("units", "import", str(UNITS), "--json").stdout)["added"] > 94
    listed = json.loads(hoso("units", "list", "--json").stdout)
    assert "Phường Hải Châu" in {unit["name"] for unit in listed}
    for noun in ("procedures", "units"):
        missing = hoso(noun, "import", str(tmp_path / "none.csv"))
        assert (missing.returncode, missing.stdout, missing.stderr.count(b"\n")) == (1, b"", 1)
        assert b"no such file" in missing.stderr
        assert hoso(noun, "import").returncode == 2
