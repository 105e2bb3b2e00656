"""What a notice says: event and templates in, text and checked platform parameters out. Pure.

Texts live in `templates/<language>/<notice>.toml` (`text`, and `[params]` for the platform template), the platform
templates' parameters with their limits in `templates/platform.toml`. Officers' notes lose phone and identity numbers
and are cut to a limit; sensitive procedures are not named (docs: public-services 11, points 16 and 21). A phone that
stands for many people is told code and state only, by `templates/<language>/minimal.toml` (docs: public-services 4.1).
Words that two officers put in force (storage/templates.py) stand before those of the files; should they fail for an
event, the files' words are said.
"""

import tomllib
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import structlog
from jinja2 import StrictUndefined, Template, TemplateError
from jinja2.sandbox import SandboxedEnvironment

from dossiers.calendar import format_date_en, format_date_vi, format_day_vi
from dossiers.masking import redact_and_truncate
from dossiers.sensitive import is_sensitive_procedure
from dossiers.status import Notice, Status
from status_bridge.event import DossierEvent
from storage.templates import Body, Medium, Version

LANGUAGES = ("vi", "en")
MAX_NAME_CHARS = 120
MAX_NOTE_CHARS = 200
MAX_LIST_CHARS = 300
MAX_TEXT_CHARS = 2000  # docs: zalo 4.2
SMS_PART = "\x1fsms"
"""Stands among the names of a template's parameters for the short message, where words of its own are in force."""
_SEPARATOR = "\x1e"  # a control character, which no value holds: intake cleans them away
_FOLDER = Path(__file__).parent / "templates"
_ENVIRONMENT = SandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
log = structlog.get_logger()


class CompositionError(ValueError):
    """A template and its values do not make a message that the platform would take; the message names the parameter."""


def platform_parameters(folder: Path = _FOLDER) -> dict[str, dict[str, Any]]:
    """Return the parameters that each platform template takes: notice → name → rule (`max`: most characters)."""
    return tomllib.loads((folder / "platform.toml").read_text(encoding="utf-8"))


@dataclass(frozen=True, slots=True)
class ComposedNotice:
    """What is said: the whole text, and the parameters of the platform's template.

    `is_minimal`: code and state only, and nothing that is made of it later may say more.
    """

    text: str
    params: Mapping[str, str]
    is_minimal: bool = False
    sms: str | None = None
    """The short message, where words of its own are in force; else it is made of the parameters (short_text.py)."""

    def as_content(self) -> dict[str, Any]:
        """Return the form in which it is stored and handed to the channels; with `minimal` when it is."""
        content: dict[str, Any] = {"text": self.text, "params": dict(self.params)}
        if self.sms is not None:
            content["sms"] = self.sms
        return content | {"minimal": True} if self.is_minimal else content


@dataclass(frozen=True, slots=True)
class CompositionConfig:
    """What the texts need besides the event: sensitive procedures (base codes), the hotline, the city's zone."""

    sensitive_procedures: Collection[str]
    hotline: str
    zone: ZoneInfo


class Composer:
    """Composes notices from the templates of one folder.

    Raises:
        CompositionError: (on creation) a notice lacks a template, or a parameter that the platform wants.
    """

    def __init__(self, config: CompositionConfig, folder: Path = _FOLDER) -> None:
        self._config = config
        self._platform = platform_parameters(folder)
        # There are few procedures, and each comes thousands of times.
        self._is_sensitive = lru_cache(maxsize=4096)(self._judge_sensitive)
        # All of a notice's texts are one template: rendering once is several times cheaper than once a parameter.
        self._templates: dict[tuple[str, Notice], tuple[Template, tuple[str, ...]]] = {}
        self._minimal: dict[tuple[str, Notice], tuple[Template, tuple[str, ...]]] = {}
        self._in_force: dict[tuple[str, Notice], tuple[Template, tuple[str, ...]]] = {}
        self._product: dict[tuple[str, Notice], Mapping[str, Any]] = {}
        for language in LANGUAGES:
            fewest = _read_minimal(folder, language)
            for notice in Notice:
                names = tuple(self._platform[notice])
                if notice not in fewest["states"] or not set(names) <= set(fewest["params"]):
                    raise CompositionError(f"{language}/minimal.toml: lacks the state or a parameter of {notice}")
                words = fewest["text"].replace("{{ state }}", fewest["states"][notice])
                parts = [words, *(fewest["params"][name] for name in names)]
                self._minimal[language, notice] = _compile(_SEPARATOR.join(parts)), names
                raw = tomllib.loads((folder / language / f"{notice}.toml").read_text(encoding="utf-8"))
                if set(raw["params"]) != set(self._platform[notice]):
                    raise CompositionError(f"{language}/{notice}.toml: its parameters differ from platform.toml")
                self._product[language, notice] = raw
                self._templates[language, notice] = self._build(raw["text"], raw["params"], None)

    def product_body(self, notice: Notice, language: str, medium: Medium) -> Body:
        """Return the words that come with the product; of a short message there are none: it is made of the others."""
        raw = self._product[language, notice]
        if medium is Medium.TEMPLATE:
            return Body(params=raw["params"])
        return Body(text=raw["text"].strip() if medium is Medium.TEXT else None)

    def use(self, versions: Iterable[Version]) -> None:
        """Say from now on what these versions say, and for all else what comes with the product."""
        bodies = {(one.language, one.notice, one.channel): one.body for one in versions if not one.body.is_product}
        in_force = {}
        for (language, notice), raw in self._product.items():
            own = {medium: bodies.get((language, notice.value, medium), Body()) for medium in Medium}
            if all(body.is_product for body in own.values()):
                continue
            params = own[Medium.TEMPLATE].params
            try:
                in_force[language, notice] = self._build(
                    own[Medium.TEXT].text or raw["text"],
                    raw["params"] if params is None else {name: params[name] for name in raw["params"]},
                    own[Medium.SMS].text,
                )
            except (KeyError, TemplateError) as error:  # approved for another version of the product
                log.error("words_in_force_unusable", notice=notice.value, language=language, cause=type(error).__name__)
        self._in_force = in_force

    def _build(self, text: str, params: Mapping[str, str], sms: str | None) -> tuple[Template, tuple[str, ...]]:
        named = dict(params) if sms is None else {**params, SMS_PART: sms}
        return _compile(_SEPARATOR.join([text, *named.values()])), tuple(named)

    def compose(
        self,
        notice: Notice,
        event: DossierEvent,
        *,
        follows: Notice | None,
        language: str,
        known: Mapping[str, Any],
        is_minimal: bool = False,
    ) -> ComposedNotice:
        """Say `notice` of `event` in `language`.

        Args:
            notice: what is told.
            event: where its facts come from.
            follows: the notice told before it: "accepted" after "supplement" thanks for the papers, after "finished"
                it apologises.
            language: "vi" or "en".
            known: what the dossier knew already (procedure_code, procedure_name, agency_name, due_at), for what the
                event leaves out.
            is_minimal: code and state only, for a phone that stands for many people.

        Raises:
            CompositionError: a value is missing or longer than the platform allows.
        """
        values: Mapping[str, Any]
        if is_minimal:
            is_stop = event.status is Status.STOPPED
            values = {"code": event.subject, "is_stop": is_stop, "hotline": self._config.hotline}
            return self._say(self._minimal[language, notice], notice, language, values, is_minimal=True)
        values = self._values(notice, event, follows, language, known)
        if (own := self._in_force.get((language, notice))) is not None:
            try:
                return self._say(own, notice, language, values)
            except CompositionError as error:  # longer than they were when they were approved
                log.warning("words_in_force_failed", notice=notice.value, language=language, cause=str(error))
        return self._say(self._templates[language, notice], notice, language, values)

    def _say(
        self,
        words: tuple[Template, tuple[str, ...]],
        notice: Notice,
        language: str,
        values: Mapping[str, Any],
        *,
        is_minimal: bool = False,
    ) -> ComposedNotice:
        template, names = words
        try:
            said = unicodedata.normalize("NFC", _render(template, values))
        except TemplateError as error:
            raise CompositionError(f"{language}/{notice}: {type(error).__name__}: {error}") from error
        text, *rendered = map(tidy, said.split(_SEPARATOR))
        params = dict(zip(names, rendered, strict=True))
        sms = params.pop(SMS_PART, None)
        self._check(notice, text, params)
        return ComposedNotice(text, params, is_minimal, sms)

    def _values(
        self, notice: Notice, event: DossierEvent, follows: Notice | None, language: str, known: Mapping[str, Any]
    ) -> dict[str, Any]:
        data = event.data
        procedure_name = data.procedure_name or known.get("procedure_name")
        is_sensitive = self._is_sensitive(data.procedure_code or known.get("procedure_code"), procedure_name)
        agency = (data.agency.name if data.agency else None) or known.get("agency_name")
        wanted, result = data.supplement, data.result
        return {
            "notice": notice.value,
            "is_stop": event.status is Status.STOPPED,
            "follows": follows.value if follows else None,
            "code": event.subject,
            "procedure": None if is_sensitive or procedure_name is None else _shown_name(procedure_name),
            "agency": None if agency is None else _shown_name(agency),
            "submitted": format_day_vi(data.submitted_at or known.get("submitted_at") or event.time, self._config.zone),
            # The event may still carry a date that was apologised for.
            "due": self._moment(known.get("due_at") or data.due_at, language),
            "reason": None if is_sensitive else _note(data.reason, MAX_NOTE_CHARS),
            "items": None if is_sensitive else _listed(wanted.items if wanted else (), MAX_LIST_CHARS),
            "deadline": self._moment(wanted.deadline if wanted else None, language),
            "place": None if is_sensitive else _note(result.place if result else None, 150),
            "hours": None if is_sensitive else _note(result.hours if result else None, 100),
            "bring": None if is_sensitive else _listed(result.bring if result else (), 150),
            "postal": bool(result and result.postal),
            "hotline": self._config.hotline,
        }

    def _judge_sensitive(self, code: str | None, name: str | None) -> bool:
        return is_sensitive_procedure(code, name, self._config.sensitive_procedures)

    def _moment(self, moment: datetime | date | None, language: str) -> str | None:
        if moment is None:
            return None
        if not isinstance(moment, datetime):
            return format_day_vi(moment)
        return (format_date_vi if language == "vi" else format_date_en)(moment, self._config.zone)

    def _check(self, notice: Notice, text: str, params: Mapping[str, str]) -> None:
        # All is in NFC by now: its length is what platforms count.
        if not 0 < len(text) <= MAX_TEXT_CHARS:
            raise CompositionError(f"{notice}: the text has {len(text)} characters")
        for name, rule in self._platform[notice].items():
            length = len(params[name])
            if not 0 < length <= rule["max"]:
                raise CompositionError(f"{notice}.{name}: {length} characters, 1 to {rule['max']} allowed")


@lru_cache(maxsize=1024)
def _compile(text: str) -> Template:
    """Compile once a process: the product's words are seventy texts, and several parts of a process have a composer."""
    return _ENVIRONMENT.from_string(text)


def _render(template: Template, values: Mapping[str, Any]) -> str:
    """Return what `template.render(values)` does; there, copying the environment's names takes a third of the time."""
    context = template.new_context({**_globals_of(template), **values}, shared=True)
    return "".join(template.root_render_func(context))


@cache
def _globals_of(template: Template) -> Mapping[str, Any]:
    return dict(template.globals)


def _read_minimal(folder: Path, language: str) -> dict[str, Any]:
    """Return the words for phones of many people; a folder of texts of its own need not have them."""
    path = folder / language / "minimal.toml"
    return tomllib.loads((path if path.exists() else _FOLDER / language / path.name).read_text(encoding="utf-8"))


@lru_cache(maxsize=4096)
def _shown_name(text: str) -> str:
    """Return the name of a procedure or unit as it may be shown; there are few, and each comes thousands of times."""
    return redact_and_truncate(text, MAX_NAME_CHARS)


def _note(text: str | None, max_chars: int) -> str | None:
    """Return foreign text as it may be shown: without phone and identity numbers, and short."""
    return redact_and_truncate(text, max_chars) if text else None


def _listed(items: Collection[str], max_chars: int) -> str | None:
    named = [stripped for item in items if (stripped := item.strip(" .,;"))]
    return _note("; ".join(named), max_chars)


def tidy(text: str) -> str:
    """Return text in NFC without needless white space and empty lines."""
    if text.isprintable() and "  " not in text:  # one line with single spaces, as nearly every parameter
        return text.strip()
    lines = (" ".join(line.split()) for line in text.splitlines())
    return "\n".join(line for line in lines if line)
