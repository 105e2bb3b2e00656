"""Named queries are found by name, documented, and take named parameters only."""

import re
from pathlib import Path

import pytest

from storage import sql

FILES = sorted(path.stem for path in (Path(sql.__file__).parent / "queries").glob("*.sql"))


def test_there_are_queries() -> None:
    assert "notices" in FILES


@pytest.mark.parametrize("file", FILES)
def test_every_query_says_what_it_is_for_and_holds_one_statement(file: str) -> None:
    for name, text in sql.queries(file).items():
        first, *rest = text.splitlines()
        assert first.startswith("-- "), f"{file}.{name} has no line of purpose"
        assert rest, f"{file}.{name} is empty"
        code = re.sub(r"--[^\n]*|'[^']*'", "", text)
        assert ";" not in code, f"{file}.{name} holds more than one statement"


@pytest.mark.parametrize("file", FILES)
def test_every_query_takes_named_parameters_only(file: str) -> None:
    for name, text in sql.queries(file).items():
        text = text.replace("%%", "")  # one sign, doubled for the driver: trigrams are compared by it
        assert not re.findall(r"%(?!\([a-z_]+\)s)", text), f"{file}.{name}"


@pytest.mark.parametrize("file", FILES)
def test_every_query_is_used(file: str) -> None:
    modules = [path.read_text(encoding="utf-8") for path in Path(sql.__file__).parent.glob("*.py")]
    readers = [text for text in modules if f'queries("{file}")' in text]
    used = {name for text in readers for name in re.findall(r'"([a-z_]+)"', text)}
    assert sql.queries(file).keys() <= used


def test_a_name_that_stands_twice_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "twice.sql").write_text("-- name: a\n-- One.\nSELECT 1\n\n-- name: a\n-- Two.\nSELECT 2\n")
    monkeypatch.setattr(sql, "_FOLDER", tmp_path)
    with pytest.raises(ValueError, match="twice"):
        sql.queries("twice")


def test_queries_are_split_at_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "split.sql").write_text("-- name: a\n-- One.\nSELECT 1\n\n-- name: b_c\n-- Two.\nSELECT '-- name'\n")
    monkeypatch.setattr(sql, "_FOLDER", tmp_path)
    assert sql.queries("split") == {"a": "-- One.\nSELECT 1", "b_c": "-- Two.\nSELECT '-- name'"}
