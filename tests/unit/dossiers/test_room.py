"""What the room offers, and that it stays pure."""

from __future__ import annotations

import ast
from pathlib import Path

import dossiers

ROOMS = {"bot", "channels", "console", "emulator", "hoso", "status_bridge", "storage", "workers"}


def test_the_exported_names_are_sorted_and_exist() -> None:
    constants_first = sorted(dossiers.__all__, key=lambda name: (not name.isupper(), name))
    assert dossiers.__all__ == constants_first
    assert all(hasattr(dossiers, name) for name in dossiers.__all__)


def test_the_room_imports_no_other_room() -> None:
    imported = {
        name.partition(".")[0]
        for path in Path(dossiers.__file__).parent.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        for name in _names(node)
    }
    assert "dossiers" in imported
    assert not imported & ROOMS


def _names(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
