"""No personal data in logs: what tests and their processes wrote is searched for phones, names and secrets."""

import json
import os
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

RUN_DIR_VARIABLE = "HOSO_TEST_RUN_DIR"
NEEDLES_FILE = "needles.jsonl"
MIN_NEEDLE_CHARS = 5
MAX_LINE_CHARS = 200_000

_GAP = r"[ .\-\u00a0]"
_NOT_A_PHONE_BEFORE = r"(?<![0-9A-Za-z.\-])"
_NOT_A_PHONE_AFTER = r"(?![0-9A-Za-z]|[.\-][0-9A-Za-z])"
PHONE = re.compile(
    # +84, 0084, 84, (+84) or 0, then a mobile block and seven digits, grouped as people write them.
    rf"{_NOT_A_PHONE_BEFORE}(?:\(?(?:\+|00)?84\)?{_GAP}?|0[ \u00a0]?)"
    rf"(?:[35789]\d{{8}}|[35789]\d{{2}}{_GAP}\d{{6}}|[35789]\d{{2}}{_GAP}\d{{3}}{_GAP}\d{{3}}"
    rf"|[35789]\d{_GAP}\d{{7}}|[35789]\d{_GAP}\d{{3}}{_GAP}\d{{4}}|[35789]\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{2}}{_GAP}\d{{2}})"
    rf"{_NOT_A_PHONE_AFTER}"
)

# What a test wrote to stderr is kept below its name; its parameters may be what nobody may read.
TEST_HEADING = re.compile(r"^\S+\.py::\w+")


@dataclass(frozen=True)
class Leak:
    """One place where a log tells too much."""

    file: Path
    line: int
    kind: str
    masked: str
    test: str = ""

    def __str__(self) -> str:
        where = f" (kept from {self.test})" if self.test else ""
        return f"{self.file}:{self.line}: {self.kind} {self.masked}{where}"


def register_secret(value: str) -> str:
    """Tell the scanner of a secret that no log may hold; returns it. Too short ones would be found everywhere."""
    return _register("secret", value)


def register_name(value: str) -> str:
    """Tell the scanner of a person's name that no log may hold; returns it."""
    return _register("name", value)


def read_needles(run_dir: Path) -> dict[str, str]:
    """What was registered in this run: the value and its kind."""
    path = run_dir / NEEDLES_FILE
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return {entry["value"]: entry["kind"] for entry in map(json.loads, lines)}


def find_leaks(folder: Path, needles: dict[str, str]) -> list[Leak]:
    """Every phone number and every needle in all files below the folder, in order of file and line."""
    written = {form: kind for value, kind in needles.items() for form in written_forms(value)}
    leaks = []
    for file in sorted(path for path in folder.rglob("*") if path.is_file()):
        test = ""
        with file.open(encoding="utf-8", errors="replace") as lines:
            for number, line in enumerate(lines, start=1):
                if heading := TEST_HEADING.match(line):
                    test = heading.group()
                leaks += [Leak(file, number, kind, masked, test) for kind, masked in _find_in(line, written)]
    return leaks


def written_forms(value: str) -> set[str]:
    """The ways in which a value reaches a log: composed, decomposed, escaped for JSON, Python and addresses."""
    forms = set()
    for form in (value, unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)):
        forms |= {form, json.dumps(form)[1:-1], ascii(form)[1:-1], quote(form), quote(form, safe="")}
    return forms


def fixed_credentials(module: object) -> set[str]:
    """Secrets among a module's constants, by their names, at any depth of dictionaries, lists and objects."""
    return {value for name in dir(module) if not name.startswith("_") for value in _walk(name, getattr(module, name))}


def _walk(name: str, value: object, depth: int = 0) -> Iterator[str]:
    if isinstance(value, str):
        if re.search(r"secret|token|key|password", name, re.IGNORECASE) and len(value) >= 12:
            yield value
    elif depth > 4 or callable(value) or isinstance(value, type(json)):
        return
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _walk(str(key), item, depth + 1)
    elif isinstance(value, list | tuple | set | frozenset):
        for item in value:
            yield from _walk(name, item, depth + 1)
    elif type(value).__module__.split(".")[0] == "emulator" and hasattr(value, "__dict__"):
        yield from _walk(name, vars(value), depth + 1)


def _find_in(line: str, written: dict[str, str]) -> Iterator[tuple[str, str]]:
    line = line[:MAX_LINE_CHARS]
    for match in PHONE.finditer(line):
        yield "phone", _mask(match.group())
    for kind, form in {(kind, form) for form, kind in written.items() if form in line}:
        yield kind, _mask(form)


def _mask(text: str) -> str:
    return f"{text[:2]}***({len(text)} characters)"


def _register(kind: str, value: str) -> str:
    if len(value) < MIN_NEEDLE_CHARS:
        raise ValueError(f"a {kind} shorter than {MIN_NEEDLE_CHARS} characters cannot be told from other text")
    line = json.dumps({"kind": kind, "value": value}) + "\n"
    path = Path(os.environ[RUN_DIR_VARIABLE]) / NEEDLES_FILE
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(descriptor, line.encode())  # one write of one line: whole, also with several workers
    finally:
        os.close(descriptor)
    return value


def summarise(leaks: Sequence[Leak], limit: int = 50) -> list[str]:
    """The leaks as lines to print, cut after so many."""
    lines = [str(leak) for leak in leaks[:limit]]
    return lines if len(leaks) <= limit else [*lines, f"… and {len(leaks) - limit} more"]
