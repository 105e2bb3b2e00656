"""docs/channels.md: its table is true, and who does what it says has a channel that keeps every promise."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from channels.content import Feature
from channels.email import letter
from channels.email.channel import EmailChannel
from channels.registry import CHANNELS
from channels.sms.esms import IDEMPOTENT_FOR, EsmsChannel
from channels.sms.shape import Shaper
from channels.sms.speedsms import SpeedSmsChannel
from channels.zalo import limits
from channels.zalo.oa import ZaloOaChannel
from channels.zalo.template import ZaloTemplateChannel
from channels.zalo.template_user import ZaloTemplateByUserChannel
from channels.zalo_bot import channel as zalo_bot
from channels.zalo_bot.channel import ZaloBotChannel

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "channels.md").read_text(encoding="utf-8")
CLASSES = (
    ZaloTemplateChannel,
    ZaloTemplateByUserChannel,
    ZaloOaChannel,
    ZaloBotChannel,
    EsmsChannel,
    SpeedSmsChannel,
    EmailChannel,
)
BLOCK = re.compile(
    r"^```python\n# (?P<file>\S+?)(?: \((?P<new>new)\)|, below: (?P<anchor>[^\n]+))\n(?P<code>.*?)^```",
    re.MULTILINE | re.DOTALL,
)
COMMANDS = re.compile(r"^### Try it\n\n```sh\n(.*?)^```", re.MULTILINE | re.DOTALL)


def rows() -> dict[str, list[str]]:
    """The table's cells by channel."""
    table = PAGE.partition("## The channels")[2].partition("\n\n**Not built")[0]
    lines = [line for line in table.splitlines() if line.startswith("| `")]
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return {row[0].strip("`"): row[1:] for row in cells}


def test_the_table_has_every_channel_of_the_registry() -> None:
    assert list(rows()) == list(CHANNELS) == [each.name for each in CLASSES]


@pytest.mark.parametrize("channel", CLASSES, ids=lambda each: each.name)
def test_the_table_tells_what_each_channel_carries(channel: type[ZaloOaChannel]) -> None:
    carries = rows()[channel.name][1]
    assert re.findall(r"`(\w+)`", carries) == sorted(channel.features)
    assert ("once" in rows()[channel.name][3]) == (Feature.IDEMPOTENT in channel.features)


@pytest.mark.parametrize(
    ("name", "column", "words"),
    [
        ("zalo_oa", 2, f"{limits.MAX_TEXT_CHARS:,} characters, {limits.MAX_BUTTONS} buttons"),
        ("zalo_bot", 2, f"{zalo_bot.MAX_TEXT_CHARS:,} characters"),
        ("sms_esms", 2, f"{Shaper(str, len).max_parts} parts of 160 letters"),
        ("sms_esms", 3, f"within {IDEMPOTENT_FOR.total_seconds() / 3600:.0f} hours"),
        ("sms_speedsms", 2, f"{Shaper(str, len).max_parts} parts of 160 letters"),
        ("email", 2, f"{letter.MAX_TEXT_CHARS:,} characters, a subject of {letter.MAX_SUBJECT_CHARS}"),
    ],
)
def test_the_table_tells_the_limits_of_the_code(name: str, column: int, words: str) -> None:
    assert words in rows()[name][column]


def test_every_python_block_of_the_page_names_its_place() -> None:
    blocks = list(BLOCK.finditer(PAGE))
    assert len(blocks) == PAGE.count("```python\n") > 10


@pytest.fixture(scope="module")
def workshop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the rooms and tests that the page changes, changed as the page says; the rest is not copied."""
    folder = tmp_path_factory.mktemp("workshop")
    for room in ("channels", "hoso"):
        shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", folder)
    for place, names in (("tests", "proxy.py"), ("tests/integration/channels", "*.py")):
        (folder / place).mkdir(parents=True, exist_ok=True)
        for file in (ROOT / place).glob(names):
            if not file.name.startswith("test_") or file.name == "test_contract.py":
                shutil.copy(file, folder / place)
    for block in BLOCK.finditer(PAGE):
        _write(folder / block["file"], block["code"], anchor=block["anchor"])
    return folder


def _write(file: Path, code: str, *, anchor: str | None) -> None:
    if anchor is None:
        assert not file.exists()
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(code, encoding="utf-8")
        return
    lines = file.read_text(encoding="utf-8").splitlines(keepends=True)
    (at,) = [number for number, line in enumerate(lines) if line.rstrip("\n") == anchor]
    file.write_text("".join([*lines[: at + 1], code, *lines[at + 1 :]]), encoding="utf-8")


def _run(command: list[str], folder: Path) -> str:
    """Run in the copy, where what is not copied is found in the repository; the output of a good end."""
    environment = os.environ | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1"}
    environment.pop("PYTEST_ADDOPTS", None)
    done = subprocess.run(
        command, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def _commands() -> list[str]:
    found = COMMANDS.search(PAGE)
    assert found is not None
    return found[1].splitlines()


@pytest.mark.parametrize("command", _commands())
def test_what_the_page_runs_at_its_end_passes(workshop: Path, command: str) -> None:
    program, *arguments = shlex.split(command)
    module = program.removeprefix(".venv/bin/")
    assert module in {"pytest", "ruff"}
    extra = ["-p", "no:cacheprovider", "-p", "no:xdist"] if module == "pytest" else []
    output = _run([sys.executable, "-m", module, *arguments, *extra], workshop)
    if module == "pytest":
        passed = re.search(r"\b([0-9]+) passed", output)
        assert passed is not None
        assert int(passed[1]) > 5
        assert "skipped" not in output


def test_the_new_channel_has_its_setting(workshop: Path) -> None:
    program = (
        "import channels, hoso, hoso.parts\n"
        "from hoso.settings import Settings\n"
        "assert {'pigeon_token'} <= set(Settings.model_fields), Settings.model_fields\n"
        "print(channels.__file__, hoso.__file__)"
    )
    output = _run([sys.executable, "-c", program], workshop)
    assert output.count(str(workshop)) == 2
