"""The documents stay true: what they name exists, and what they copy is equal."""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer

from dossiers.status import notice_for
from hoso.cli import build_app
from hoso.env_example import render_env_example
from hoso.settings import PREFIX, Settings
from status_bridge.event import DossierEvent, parse_event

ROOT = Path(__file__).parents[3]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")])
README, README_VI = ROOT / "README.md", ROOT / "README.vi.md"
MAX_PICTURE_BYTES = 300_000
# Read by a process before or beside the settings.
OTHER_VARIABLES = {"HOSO_ENV_FILE", "HOSO_CONSUMER_NAME", "HOSO_OFFICER_PASSWORD", "HOSO_OFFICER_CODE"}

FENCE = re.compile(r"^```(\w*)\n(.*?)^```", re.MULTILINE | re.DOTALL)
CODE = re.compile(r"`([^`\n]+)`")
COMMAND = re.compile(r"(?<![\w/-])(?:\.venv/bin/)?hoso((?: +-?[a-z<][\w-]*)+)")
VARIABLE = re.compile(rf"{PREFIX}[A-Z_]+[A-Z]")
PATH = re.compile(r"[a-z_]+/[\w./]*\w")


def _read(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def _fences(page: Path, *languages: str) -> list[str]:
    return [body for language, body in FENCE.findall(_read(page)) if language in languages]


def _code(page: Path) -> Iterator[str]:
    """Everything that a reader would type: shell fences line by line, without comments, and code in the text."""
    for body in _fences(page, "sh"):
        yield from (line.partition(" # ")[0] for line in body.splitlines())
    yield from CODE.findall(FENCE.sub("", _read(page)))


def _commands(page: Path) -> set[str]:
    return {match[1].strip() for code in _code(page) for match in COMMAND.finditer(code)}


def _problem_of(command: str) -> str | None:
    """What is wrong with `up` or `notices list --state failed`, if anything."""
    here = typer.main.get_command(build_app())
    for word in command.split():
        if word.startswith("-"):
            known = {option for parameter in here.params for option in (*parameter.opts, *parameter.secondary_opts)}
            if word not in known | {"--help"}:
                return f"hoso {command}: no option {word}"
        elif hasattr(here, "commands"):
            if word not in here.commands:
                return f"hoso {command}: no command {word}"
            here = here.commands[word]
    return None


def test_env_example_is_what_the_settings_say() -> None:
    assert _read(ROOT / ".env.example") == render_env_example(), (
        "run: .venv/bin/python -m hoso.env_example > .env.example"
    )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_hoso_command_in_the_documents_exists(page: Path) -> None:
    assert [problem for command in sorted(_commands(page)) if (problem := _problem_of(command))] == []


@pytest.mark.parametrize(
    ("command", "word"), [("fly", "fly"), ("notices sing", "sing"), ("demo --twice", "--twice")], ids=str
)
def test_a_command_that_does_not_exist_is_found(command: str, word: str) -> None:
    problem = _problem_of(command)
    assert problem is not None
    assert problem.endswith(word)


def test_the_readme_names_every_command() -> None:
    commands = vars(typer.main.get_command(build_app()))["commands"]
    whole = {
        f"{name} {verb}" if hasattr(command, "commands") else name
        for name, command in commands.items()
        for verb in getattr(command, "commands", {name: None})
    }
    table = " ".join(line for line in _read(README).splitlines() if line.startswith("| `hoso "))
    assert sorted(name for name in whole if f"`hoso {name}`" not in table) == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_make_target_in_the_documents_exists(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", _read(ROOT / "Makefile"), re.MULTILINE))
    named = {match[1] for code in _code(page) for match in re.finditer(r"(?<![\w-])make ([a-z]+)", code)}
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_setting_in_the_documents_exists(page: Path) -> None:
    known = {f"{PREFIX}{name.upper()}" for name in Settings.model_fields} | OTHER_VARIABLES
    assert set(VARIABLE.findall(_read(page))) - known == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_named_in_the_documents_exists(page: Path) -> None:
    rooms = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}
    named = {
        path
        for code in CODE.findall(FENCE.sub("", _read(page)))
        if "<" not in code and "0002" not in code and not code.startswith("/")  # an address of ours is no file
        for path in PATH.findall(code)
        if path.split("/")[0] in rooms | {"tests", "scripts", "docs"}
    }
    assert sorted(path for path in named if not (ROOT / path).exists()) == []


def test_both_readmes_say_the_same() -> None:
    levels = [re.findall(r"^#+(?= )", FENCE.sub("", _read(page)), re.MULTILINE) for page in (README, README_VI)]
    assert levels[0] == levels[1]
    assert _fences(README, "sh", "json") == _fences(README_VI, "sh", "json")
    assert _commands(README) == _commands(README_VI)
    assert set(VARIABLE.findall(_read(README))) == set(VARIABLE.findall(_read(README_VI)))
    links = [set(re.findall(r"\]\(([^)]+)\)", _read(page))) for page in (README, README_VI)]
    assert links[0] - {"README.vi.md"} == links[1] - {"README.md"}


@pytest.mark.parametrize("page", [README, README_VI], ids=lambda page: page.name)
def test_a_readme_opens_with_what_it_is_a_picture_and_the_two_commands(page: Path) -> None:
    opening = _read(page).partition("\n## ")[0]
    assert opening.startswith("# Báo Hồ Sơ\n")
    picture, demo, test = (opening.find(part) for part in ("](docs/images/demo.png)", "make demo", "make test"))
    assert 0 < picture < demo < test


def test_pictures_are_used_and_small() -> None:
    shown = "".join(_read(page) for page in PAGES)
    folder = ROOT / "docs" / "images"
    pictures = sorted(path for path in folder.rglob("*") if path.is_file())
    assert [one.name for one in pictures if f"images/{one.relative_to(folder).as_posix()})" not in shown] == []
    assert [picture.name for picture in pictures if picture.stat().st_size > MAX_PICTURE_BYTES] == []


def test_the_documents_explain_every_state_of_a_notice() -> None:
    """The states are those of the schema's CHECK."""
    schema = _read(ROOT / "storage" / "migrations" / "sql" / "0001_spine.sql")
    rule = schema.partition("CREATE TABLE notices")[2].partition("CHECK (state IN (")[2].partition(")),")[0]
    states = set(re.findall(r"^\s+'(\w+)'", rule, re.MULTILINE))
    assert {"held", "in_doubt", "cancelled"} <= states
    table = _read(ROOT / "docs" / "architecture.md").partition("## States of a notice")[2].partition("\n## ")[0]
    assert sorted(state for state in states if f"`{state}`" not in table) == []


def test_the_architecture_names_every_table() -> None:
    schema = _read(ROOT / "storage" / "migrations" / "sql" / "0001_spine.sql")
    page = _read(ROOT / "docs" / "architecture.md").partition("## Tables")[2]
    tables = re.findall(r"^CREATE TABLE (\w+)", schema, re.MULTILINE)
    assert len(tables) >= 10
    assert [table for table in tables if f"| `{table}` |" not in page] == []


def test_the_event_in_the_readme_keeps_the_contract_and_fits_its_answer() -> None:
    now = datetime.now(UTC)
    (shell,) = (body for body in _fences(README, "sh") if "<<EOF" in body)
    written = shell.partition("<<EOF\n")[2].partition("\nEOF")[0]
    event = parse_event(json.loads(re.sub(r"\$\(date [^)]*\)", now.isoformat(), written)), now=now)
    assert isinstance(event, DossierEvent)
    (answer,) = _fences(README, "json")
    (result,) = json.loads(answer)["results"]
    announced = notice_for(event.status, extras=())
    assert result == {"id": event.id, "outcome": "accepted", "dossier": event.subject, "notice": announced}


def test_the_glossary_has_one_line_for_each_word() -> None:
    words = [
        word.strip()
        for line in _read(ROOT / "docs" / "glossary.md").splitlines()
        if (row := re.match(r"\| (?!Word|-)([^|]+)\|", line))
        for word in re.sub(r"\*\(planned\)\*", "", row[1]).split(",")
    ]
    assert sorted({word for word in words if words.count(word) > 1}) == []
    assert {"event", "dossier", "notice", "delivery", "channel", "source", "lane", "doorbell", "lease"} <= set(words)


@pytest.mark.parametrize("name", ["architecture.md", "operations.md"])
def test_documents_lead_to_the_glossary(name: str) -> None:
    assert "](glossary.md)" in _read(ROOT / "docs" / name)


def test_no_link_of_the_documents_is_dead() -> None:
    check = subprocess.run(
        [sys.executable, ROOT / "scripts" / "check_links.py"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert (check.returncode, check.stderr) == (0, "")
