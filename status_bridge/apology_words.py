"""What an apology says: its words in both languages, and the parameters of the platform's template. Pure.

Words live in `templates/<language>/apology.toml`. A sensitive procedure is not named, and its reason neither; a phone
that stands for many people is told code and date only (docs: public-services 4.1; 11, points 16 and 21).
"""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment

from dossiers.calendar import format_date_en, format_date_vi
from dossiers.masking import redact_and_truncate
from dossiers.sensitive import is_sensitive_procedure
from dossiers.status import APOLOGY
from status_bridge.composition import (
    LANGUAGES,
    MAX_NAME_CHARS,
    MAX_NOTE_CHARS,
    MAX_TEXT_CHARS,
    CompositionConfig,
    CompositionError,
    platform_parameters,
)
from storage.apologies import SaidApology
from storage.dossiers import LockedDossier

_FOLDER: Final = Path(__file__).parent / "templates"
_NEUTRAL_REASON: Final = "reason"
_NEXT_STEP: Final = "viec_tiep_theo"
"""Stands in the body of the platform's template; the other parameters are its rows."""


class ApologyWords:
    """Composes apologies.

    Raises:
        CompositionError: (on creation) a language's parameters are not those of the platform's template.
    """

    def __init__(self, config: CompositionConfig, folder: Path = _FOLDER) -> None:
        self._config = config
        self._limits = {name: int(rule["max"]) for name, rule in platform_parameters(folder)[APOLOGY].items()}
        self._environment = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
        self._words: dict[str, dict[str, Any]] = {}
        for language in LANGUAGES:
            words = tomllib.loads((folder / language / f"{APOLOGY}.toml").read_text(encoding="utf-8"))
            for part in ("params", "minimal_params", "labels"):
                if set(words[part]) != set(self._limits):
                    raise CompositionError(f"{language}/{APOLOGY}.toml: [{part}] differs from platform.toml")
            self._words[language] = words

    def usual_reason(self, language: str) -> str:
        """Return the reason that is proposed to the officer."""
        return str(self._words[language][_NEUTRAL_REASON])

    def say(
        self,
        dossier: LockedDossier,
        *,
        new_due_at: datetime,
        reason: str,
        is_late: bool,
        language: str,
        is_minimal: bool = False,
    ) -> SaidApology:
        """Say it; `is_late`: the date has passed.

        Raises:
            CompositionError: a value is empty, or longer than the platform allows.
        """
        words = self._words[language]
        values = self._values(dossier, new_due_at, reason, language) | {"is_late": is_late}
        text = self._render(words["minimal" if is_minimal else "text"], values)
        templates = words["minimal_params" if is_minimal else "params"]
        params = {name: self._render(template, values) for name, template in templates.items()}
        self._check(text, params)
        content: dict[str, Any] = {"text": text, "params": params, "subject": f"{words['title']}: {dossier.code}"}
        rows = tuple((str(words["labels"][name]), value) for name, value in params.items() if name != _NEXT_STEP)
        lead = f"{words['lead']}\n{words['labels'][_NEXT_STEP]}: {params[_NEXT_STEP]}"
        return SaidApology(words["title"], lead, text, rows, {**content, "minimal": True} if is_minimal else content)

    def _values(self, dossier: LockedDossier, new_due_at: datetime, reason: str, language: str) -> dict[str, Any]:
        form = format_date_vi if language == "vi" else format_date_en
        zone = self._config.zone
        is_sensitive = is_sensitive_procedure(
            dossier.procedure_code, dossier.procedure_name, self._config.sensitive_procedures
        )
        return {
            "code": dossier.code,
            "procedure": None if is_sensitive else _named(dossier.procedure_name),
            "agency": _named(dossier.agency_name),
            "reason": self.usual_reason(language) if is_sensitive else redact_and_truncate(reason, MAX_NOTE_CHARS),
            "due": "–" if dossier.due_at is None else form(dossier.due_at, zone),
            "new_due": form(new_due_at, zone),
            "hotline": self._config.hotline,
        }

    def _render(self, template: str, values: Mapping[str, Any]) -> str:
        said = unicodedata.normalize("NFC", self._environment.from_string(template).render(values))
        lines = (" ".join(line.split()) for line in said.splitlines())
        return "\n".join(line for line in lines if line)

    def _check(self, text: str, params: Mapping[str, str]) -> None:
        if not 0 < len(text) <= MAX_TEXT_CHARS:
            raise CompositionError(f"{APOLOGY}: the text has {len(text)} characters")
        for name, limit in self._limits.items():
            if not 0 < len(params[name]) <= limit:
                raise CompositionError(f"{APOLOGY}.{name}: {len(params[name])} characters, 1 to {limit} allowed")


def _named(text: str | None) -> str | None:
    return redact_and_truncate(text, MAX_NAME_CHARS) if text else None
