"""What commands print: tables for people, JSON for machines."""

import json
import sys
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

AlwaysJson = Annotated[bool, typer.Option("--json", help="Print JSON, as it does in any case.")]
"""For commands that have no other form: whoever gives `--json` everywhere may give it there too."""


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, bytes):
        return value.hex()
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    raise TypeError(f"{type(value).__name__} is not printable")


def print_json(value: Any) -> None:
    """Print `value` as one JSON document."""
    typer.echo(as_json_text(value))


def as_json_text(value: Any) -> str:
    """Return `value` as one JSON document."""
    return json.dumps(value, ensure_ascii=False, default=_plain)


def print_rows(rows: Iterable[Mapping[str, Any]], columns: Sequence[str], *, as_json: bool, empty: str) -> None:
    """Print rows as a table of `columns`, or all they hold as JSON; `empty` is said when there are none."""
    rows = list(rows)
    if as_json:
        print_json(rows)
        return
    if not rows:
        typer.echo(empty)
        return
    table = Table(box=None, pad_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column.replace("_", " "))
    for row in rows:
        table.add_row(*(_harmless(_cell(row[column])) for column in columns))
    # Into a pipe or a file nothing is cut to a terminal's width.
    Console(width=None if sys.stdout.isatty() else 500).print(table)


def _harmless(text: str) -> Text:
    """Return a text as it is, whoever wrote it: brackets are no markup, and nothing in it commands the terminal."""
    return Text("".join("·" if _is_command(sign) else sign for sign in text))


def _is_command(sign: str) -> bool:
    return sign not in "\n\t" and unicodedata.category(sign) in {"Cc", "Cf"}


def _cell(value: Any) -> str:
    if value is None:
        return "–"
    if isinstance(value, datetime):
        return value.astimezone().strftime("%Y-%m-%d %H:%M:%S")
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
