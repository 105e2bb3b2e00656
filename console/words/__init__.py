"""The console's words: one TOML file an area, each text in Vietnamese and in English beside each other.

    [sign_in.title]
    vi = "Đăng nhập"
    en = "Sign in"

In a template: `{{ t("shell.sign_in.title") }}`, with the file's name first; `{name}` in a text is a value.
"""

from __future__ import annotations

import tomllib
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final

_FOLDER: Final = Path(__file__).parent
LANGUAGES: Final = ("vi", "en")


@cache
def all_words(folder: Path = _FOLDER) -> Mapping[str, Mapping[str, str]]:
    """Return every text by its key.

    Raises:
        ValueError: a text lacks a language.
    """
    found: dict[str, Mapping[str, str]] = {}
    for path in sorted(folder.glob("*.toml")):
        for key, texts in _leaves(tomllib.loads(path.read_text(encoding="utf-8")), path.stem):
            if set(texts) != set(LANGUAGES) or not all(texts.values()):
                raise ValueError(f"{path.name}: {key} needs exactly the texts {', '.join(LANGUAGES)}")
            found[key] = texts
    return found


def _leaves(table: Mapping[str, Any], prefix: str) -> Iterator[tuple[str, Mapping[str, str]]]:
    for key, value in table.items():
        name = f"{prefix}.{key}"
        if all(isinstance(inner, str) for inner in value.values()):
            yield name, value
        else:
            yield from _leaves(value, name)


def translator(language: str) -> Callable[..., str]:
    """Return `t(key, **values)` for a language. Values are put in as they are: the template escapes the whole.

    Raises:
        KeyError: (when called) there is no such text, or a value is missing.
    """
    words = all_words()

    def translate(key: str, **values: Any) -> str:
        text = words[key][language]
        return text.format_map(values) if values else text

    return translate
