"""A version's words as pages show them: typed fields, problems in words, and the phone."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from multidict import MultiDictProxy

from console.texts.services import Checked
from storage.templates import Body, Medium

_MAX_CHARS = 8_000


@dataclass(frozen=True, slots=True)
class Look:
    """How words look on a phone, or what is wrong with them: (field, message)."""

    problems: list[tuple[str, str]]
    text: str
    params: Mapping[str, str]
    sms_parts: int
    limits: Mapping[str, int]


def look_at(checked: Checked, t: Callable[..., str]) -> Look:
    """Return what was found, in words."""
    problems = [(field, t(f"texts.problem.{word}", **_shown(values, t))) for field, word, values in checked.problems]
    return Look(problems, checked.text, checked.params, checked.sms_parts, checked.limits)


def _shown(values: Mapping[str, Any], t: Callable[..., str]) -> dict[str, Any]:
    return {name: t(f"texts.sample.{value}") if name == "sample" else value for name, value in values.items()}


def read_body(form: MultiDictProxy[Any], medium: Medium, names: Mapping[str, int]) -> Body:
    """Return the words of a form; `names` are the fields that the text has. Line ends are the browser's no more."""
    if form.get("product"):
        return Body()
    fields = {name: str(form.get(name, ""))[:_MAX_CHARS].replace("\r\n", "\n").strip() for name in names}
    return Body(params=fields) if medium is Medium.TEMPLATE else Body(text=fields["text"])


def fields_of(body: Body, medium: Medium, names: Mapping[str, int]) -> dict[str, str]:
    """Return what stands in a form's fields."""
    if medium is Medium.TEMPLATE:
        return {name: (body.params or {}).get(name, "") for name in names}
    return {"text": body.text or ""}


def differences(before: Body, after: Body) -> list[tuple[str, str]]:
    """Return the lines of two versions: (`same`, `gone` or `new`, line)."""
    lines = difflib.ndiff(_lines(before), _lines(after))
    kinds = {"  ": "same", "- ": "gone", "+ ": "new"}
    return [(kinds[line[:2]], line[2:]) for line in lines if line[:2] in kinds]


def _lines(body: Body) -> list[str]:
    if body.params is not None:
        return [f"{name}: {words}" for name, words in body.params.items()]
    return (body.text or "").splitlines()
