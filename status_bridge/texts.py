"""Words of notices that officers write: what is allowed in them, and how they come out. Pure.

Words are Jinja templates, of which only what the product's own words use is allowed: placeholders, `{% if %}` and `or`.
No loop, no call, no attribute: nothing in a text can run for long or reach anything. Each is rendered for several
made-up dossiers, from one that says the least to one that says the most, and must fit the limits in every one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, nodes
from jinja2.sandbox import SandboxedEnvironment

from dossiers.status import Notice
from status_bridge.composition import MAX_TEXT_CHARS, platform_parameters, tidy
from status_bridge.short_text import ShortForm
from storage.templates import Body, Medium

PLACEHOLDERS: Final = (
    "code",
    "procedure",
    "agency",
    "submitted",
    "due",
    "reason",
    "items",
    "deadline",
    "place",
    "hours",
    "bring",
    "postal",
    "hotline",
    "follows",
    "notice",
    "is_stop",
)
"""What a text may name; each has a value or is empty. What each stands for: console/words/texts.toml."""

_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.If,
    nodes.CondExpr,
    nodes.Name,
    nodes.Const,
    nodes.Or,
    nodes.And,
    nodes.Not,
    nodes.Compare,
    nodes.Operand,
    nodes.Tuple,
)
_LINK: Final = re.compile(r"(?i)\b(?:https?://|www\.)\S+")
_MAX_SMS_PARTS: Final = 3

_LEAST: Final[dict[str, Any]] = {
    **dict.fromkeys(PLACEHOLDERS),
    "code": "H17.33.2-260302-0001",
    "submitted": "02/03/2026",
    "postal": False,
    "is_stop": False,
    "hotline": "(0236) 1022",
}
_USUAL: Final[dict[str, Any]] = _LEAST | {
    "procedure": "Đăng ký khai sinh",
    "agency": "UBND phường Hải Châu",
    "due": "17:00 ngày 05/03/2026",
    "reason": "Giấy chứng sinh chưa có dấu của cơ sở y tế",
    "items": "Giấy chứng sinh; Căn cước của cha hoặc mẹ",
    "deadline": "17:00 ngày 10/03/2026",
    "place": "Quầy số 3, Trung tâm phục vụ hành chính công",
    "hours": "07:30–11:30, 13:30–17:00",
    "bring": "Giấy hẹn; Căn cước",
}
_MOST: Final[dict[str, Any]] = _USUAL | {
    "code": "000.00.33.H17-2603020001-12345678",
    "procedure": ("Cấp lại giấy chứng nhận quyền sử dụng đất " * 4)[:120],
    "agency": ("Trung tâm phục vụ hành chính công phường " * 4)[:120],
    "reason": ("giấy tờ chưa rõ ràng và cần nộp lại bản chính " * 6)[:200],
    "items": ("bản sao có chứng thực của giấy tờ tùy thân; " * 8)[:300],
    "place": ("quầy trả kết quả của trung tâm phục vụ " * 5)[:150],
    "hours": ("sáng 07:30 đến 11:30, chiều 13:30 đến 17:00; " * 3)[:100],
    "bring": ("giấy hẹn trả kết quả bản chính; " * 6)[:150],
}
SAMPLES: Final[Mapping[str, Mapping[str, Any]]] = {
    "usual": _USUAL,
    "least": _LEAST,
    "most": _MOST,
    "postal": _USUAL | {"postal": True},
    "stopped": _USUAL | {"is_stop": True},
    "after_supplement": _USUAL | {"follows": "supplement"},
    "after_finished": _USUAL | {"follows": "finished"},
}
"""Made-up dossiers by name; the first is the one that a page shows."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why words cannot be used. `field` is `text` or a parameter's name; `word` names the reason for people."""

    field: str
    word: str
    values: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Shown:
    """How words come out for one made-up dossier; `sms_parts` is 0 where it is no short message."""

    text: str
    params: Mapping[str, str]
    sms_parts: int = 0


def find_problems(notice: Notice, medium: Medium, body: Body) -> list[Problem]:
    """Return all that is wrong with a version's words; none for the product's own."""
    if body.is_product:
        return []
    fields = dict(body.params or {}) if medium is Medium.TEMPLATE else {"text": body.text or ""}
    problems = list(_wrong_names(notice, medium, body))
    if problems:
        return problems
    for field, words in fields.items():
        problems += _wrong_syntax(field, words)
        problems += [Problem(field, "link", {"link": found[:60]}) for found in _LINK.findall(words)]
    return problems or list(_wrong_lengths(notice, medium, fields))


def show(medium: Medium, body: Body, sample: str = "usual") -> Shown:
    """Return how words without problems come out.

    Raises:
        jinja2.TemplateError: they have problems.
        KeyError: there is no such sample.
    """
    values = SAMPLES[sample]
    if medium is Medium.TEMPLATE:
        return Shown("", {name: _render(words, values) for name, words in (body.params or {}).items()})
    text = _render(body.text or "", values)
    return Shown(text, {}, ShortForm().parts(text) if medium is Medium.SMS else 0)


def limits_of(notice: Notice, medium: Medium) -> Mapping[str, int]:
    """Return the most characters of each field; of a short message its parts count, not these."""
    if medium is Medium.TEMPLATE:
        return {name: int(rule["max"]) for name, rule in platform_parameters()[notice].items()}
    return {"text": MAX_TEXT_CHARS if medium is Medium.TEXT else 160 * _MAX_SMS_PARTS}


def _wrong_names(notice: Notice, medium: Medium, body: Body) -> Iterator[Problem]:
    if medium is not Medium.TEMPLATE:
        if body.params is not None or not (body.text or "").strip():
            yield Problem("text", "empty", {})
        return
    wanted, given = set(limits_of(notice, medium)), set(body.params or {})
    if body.text is not None:
        yield Problem("text", "not_here", {})
    yield from (Problem(name, "missing", {"name": name}) for name in sorted(wanted - given))
    yield from (Problem(name, "unknown_parameter", {"name": name}) for name in sorted(given - wanted))


def _wrong_syntax(field: str, words: str) -> Iterator[Problem]:
    try:
        tree = _environment().parse(words)
    except TemplateSyntaxError as error:
        yield Problem(field, "syntax", {"line": error.lineno})
        return
    if any(sign in words for sign in ("\x1e", "\x1f")):
        yield Problem(field, "syntax", {"line": 1})
    for node in _walk(tree):
        if isinstance(node, nodes.Name) and node.name not in PLACEHOLDERS:
            yield Problem(field, "unknown_placeholder", {"name": node.name[:40]})
        elif not isinstance(node, _ALLOWED):
            yield Problem(field, "not_allowed", {"name": type(node).__name__})


def _wrong_lengths(notice: Notice, medium: Medium, fields: Mapping[str, str]) -> Iterator[Problem]:
    limits = limits_of(notice, medium)
    for name, values in SAMPLES.items():
        for field, words in fields.items():
            try:
                text = _render(words, values)
            except TemplateError:
                yield Problem(field, "syntax", {"line": 1})
                return
            if not text:
                yield Problem(field, "empty_for", {"sample": name})
            elif medium is Medium.SMS and (parts := ShortForm().parts(text)) > _MAX_SMS_PARTS:
                yield Problem(field, "too_many_parts", {"parts": parts, "most": _MAX_SMS_PARTS, "sample": name})
            elif medium is not Medium.SMS and len(text) > limits[field]:
                yield Problem(field, "too_long", {"chars": len(text), "most": limits[field], "sample": name})


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    yield node
    for child in node.iter_child_nodes():
        yield from _walk(child)


def _environment() -> SandboxedEnvironment:
    return SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def _render(words: str, values: Mapping[str, Any]) -> str:
    return tidy(_environment().from_string(words).render(values))


def names_of(problems: Sequence[Problem]) -> list[str]:
    """Return the fields with problems, each once, in order."""
    return list(dict.fromkeys(problem.field for problem in problems))
