"""The emulator's settings as people see and change them while it runs, or give them with `--set name=value`."""

import ast
import inspect
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from itertools import pairwise
from typing import Any, get_type_hints

from emulator.config import EmulatorConfig
from emulator.errors import BadControl
from emulator.templates import QUALITIES

FIXED = frozenset({"webhook_url", "state_file"})  # these have an address and an option of their own
MAX_NUMBER = 2**53  # larger ones are not what they seem in other languages
CHOICES = {
    "pkce": ("any", "fresh", "fixed", "off"),
    "rsa_codes": ("new", "old"),
    "quality_48_hours": QUALITIES,
    "quality_7_days": QUALITIES,
}
"""Texts that must be one of a few words."""
_KINDS: dict[Any, str] = {
    bool: "bool",
    int: "int",
    float: "float",
    str: "text",
    tuple[str, ...]: "texts",
    tuple[float, ...]: "numbers",
}


def view_settings(config: EmulatorConfig) -> list[dict[str, Any]]:
    """Every setting with its value, default, kind and meaning, as JSON."""
    return [
        {
            "name": name,
            "value": getattr(config, name),
            "default": getattr(EmulatorConfig(), name),
            "type": kind,
            "optional": is_optional,
            "help": _helps().get(name, ""),
        }
        for name, (kind, is_optional) in _types().items()
    ]


def change_settings(config: EmulatorConfig, wanted: dict[str, Any]) -> None:
    """Set all of these, or none. Raises BadControl."""
    read = {name: _read(name, value) for name, value in wanted.items()}
    for name, value in read.items():
        setattr(config, name, value)


def set_written(config: EmulatorConfig, written: str) -> None:
    """Set one from `name=value`, as on the command line; lists are separated by commas. Raises BadControl."""
    name, joint, value = written.partition("=")
    if not joint:
        raise BadControl(f"write it as name=value, not {written[:40]!r}")
    kind, is_optional = _kind_of(name)
    if is_optional and value.lower() in {"", "none"}:
        change_settings(config, {name: None})
        return
    try:
        change_settings(config, {name: _PARSERS[kind](value)})
    except ValueError as error:
        raise BadControl(f"{name} must be of type {kind}, not {value[:40]!r}", field=name) from error


def _read(name: str, value: Any) -> Any:
    kind, is_optional = _kind_of(name)
    if value is None and is_optional:
        return None
    if not _CHECKS[kind](value):
        raise BadControl(f"{name} must be of type {kind}{' or null' if is_optional else ''}", field=name)
    if name in CHOICES and value not in CHOICES[name]:
        raise BadControl(f"{name} must be one of {', '.join(CHOICES[name])}", field=name)
    if kind in {"texts", "numbers"}:
        return tuple(value)
    return float(value) if kind == "float" else value


def _kind_of(name: str) -> tuple[str, bool]:
    found = _types().get(name)
    if found is None:
        raise BadControl(f"unknown setting {name[:40]!r}; see GET /_emulator/settings", field=name[:40])
    return found


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 <= value <= MAX_NUMBER


_CHECKS: dict[str, Callable[[Any], bool]] = {
    "bool": lambda value: isinstance(value, bool),
    "int": lambda value: isinstance(value, int) and _is_number(value),
    "float": _is_number,
    "text": lambda value: isinstance(value, str),
    "texts": lambda value: isinstance(value, list | tuple) and all(isinstance(each, str) for each in value),
    "numbers": lambda value: isinstance(value, list | tuple) and all(map(_is_number, value)),
}
_PARSERS: dict[str, Callable[[str], Any]] = {
    "bool": lambda written: {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}.get(
        written.lower()
    ),
    "int": int,
    "float": float,
    "text": str,
    "texts": lambda written: [each.strip() for each in written.split(",") if each.strip()],
    "numbers": lambda written: [float(each) for each in written.split(",") if each.strip()],
}


@cache
def _types() -> dict[str, tuple[str, bool]]:
    """Kind by name, and whether null is allowed."""
    hints = get_type_hints(EmulatorConfig)
    found = {}
    for each in fields(EmulatorConfig):
        if each.name not in FIXED:
            hint = hints[each.name]
            is_optional = type(None) in getattr(hint, "__args__", ())
            bare = next(arg for arg in hint.__args__ if arg is not type(None)) if is_optional else hint
            found[each.name] = (_kind_name(bare), is_optional)
    return found


def _kind_name(hint: Any) -> str:
    return _KINDS.get(hint, "text")  # a Literal of words is a text


@cache
def _helps() -> dict[str, str]:
    """The line under each field, which Python itself does not keep."""
    tree = ast.parse(inspect.getsource(EmulatorConfig))
    body = tree.body[0].body if isinstance(tree.body[0], ast.ClassDef) else []
    helps = {}
    for this, following in pairwise(body):
        text = _text_of(following)
        if isinstance(this, ast.AnnAssign) and isinstance(this.target, ast.Name) and text:
            helps[this.target.id] = " ".join(text.split())
    return helps


def _text_of(node: ast.stmt) -> str | None:
    value = node.value.value if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) else None
    return value if isinstance(value, str) else None
