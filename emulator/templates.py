"""The approved templates of the emulated account: their parameters, and how they look when filled in.

They live in `templates.json` beside this module: a title, a body with `<param>` placeholders, and the rows of a table.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

TEMPLATES_FILE = Path(__file__).with_name("templates.json")
_PLACEHOLDER = re.compile(r"<([a-z_]+)>")


@dataclass(frozen=True, slots=True)
class Param:
    """One parameter: `max_chars` counts code points after NFC (docs: zalo 6.4)."""

    name: str
    max_chars: int
    type: str = "STRING"


@dataclass(frozen=True, slots=True)
class Template:
    """One template. `rows` are (label, placeholder text) pairs of its table."""

    template_id: str
    name: str
    title: str
    body: str
    rows: tuple[tuple[str, str], ...]
    params: Mapping[str, Param]

    def card(self, data: Mapping[str, str]) -> dict[str, Any]:
        """The filled-in parts: `{"title", "body", "rows": [{"label", "value"}]}`."""
        return {
            "title": _fill(self.title, data),
            "body": _fill(self.body, data),
            "rows": [{"label": label, "value": _fill(value, data)} for label, value in self.rows],
        }

    def render(self, data: Mapping[str, str]) -> str:
        """The whole card as text: title, body, then a line per row."""
        card = self.card(data)
        return "\n".join([card["title"], card["body"], *(f"{row['label']}: {row['value']}" for row in card["rows"])])

    def describe(self) -> dict[str, Any]:
        """What people and tests need to know, as in `GET /_emulator/credentials`."""
        return {
            "template_id": self.template_id,
            "name": self.name,
            "title": self.title,
            "text": self.body,
            "rows": [{"label": label, "value": value} for label, value in self.rows],
            "params": [{"name": p.name, "type": p.type, "max": p.max_chars} for p in self.params.values()],
        }


@cache
def load_templates() -> dict[str, Template]:
    """All templates by id, in the file's order."""
    parsed = json.loads(TEMPLATES_FILE.read_text(encoding="utf-8"))
    return {template.template_id: template for template in map(_parse, parsed)}


def _parse(raw: dict[str, Any]) -> Template:
    return Template(
        template_id=raw["template_id"],
        name=raw["name"],
        title=raw["title"],
        body=raw["text"],
        rows=tuple((row["label"], row["value"]) for row in raw["rows"]),
        params={p["name"]: Param(name=p["name"], max_chars=p["max"], type=p["type"]) for p in raw["params"]},
    )


def _fill(text: str, data: Mapping[str, str]) -> str:
    return _PLACEHOLDER.sub(lambda match: str(data.get(match[1], match[0])), text)
