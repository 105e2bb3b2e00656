"""What the pages of texts need of other rooms: rules for words, their previews, the platform's own description."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiohttp import web

from storage.templates import Body, Medium


@dataclass(frozen=True, slots=True)
class TextSubject:
    """A text that can be written: a notice's words in a language, for a medium."""

    notice: str
    label_vi: str
    label_en: str
    language: str
    medium: Medium


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of words: problems as (field, word of texts.toml [problem], values), or how they come out."""

    problems: tuple[tuple[str, str, Mapping[str, Any]], ...]
    text: str
    params: Mapping[str, str]
    sms_parts: int
    limits: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PlatformTemplate:
    """A notice's template as the platform describes it; `state`: fits, differs, not_set, unknown (no answer)."""

    template_id: str | None
    status: str | None
    ours: Mapping[str, int]
    theirs: Mapping[str, int | None] | None
    state: str


class Texts(Protocol):
    """The rules of texts (status_bridge/texts.py), as the console sees them."""

    @property
    def placeholders(self) -> Sequence[str]:
        """What a text may name."""

    @property
    def samples(self) -> tuple[str, ...]:
        """The made-up dossiers that words are tried on, the usual one first."""

    def subjects(self) -> list[TextSubject]:
        """Return every text there is."""

    def product_body(self, notice: str, language: str, medium: Medium) -> Body:
        """Return the words that come with the product."""

    def check(self, notice: str, medium: Medium, body: Body, sample: str) -> Checked:
        """Return what is wrong with words, or how they come out for a made-up dossier."""

    async def platform(self, notice: str) -> PlatformTemplate:
        """Return what the platform says of a notice's template."""


TEXTS: web.AppKey[Texts] = web.AppKey("texts", Texts)
