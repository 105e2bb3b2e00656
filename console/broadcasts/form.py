"""The form of a broadcast: what was typed → a draft, and back. What the rules say of it is the desk's affair."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, tzinfo
from typing import Any, Final, Literal

from multidict import MultiDictProxy
from pydantic import ValidationError

from console.fields import read_id
from dossiers.status import Status
from storage.audiences import Audience
from storage.broadcasts import Draft, Message

KINDS: Final = ("dossiers", "subscribers", "list", "saved")
DAYS: Final = ("submitted_from", "submitted_until", "due_from", "due_until")
MAX_TITLE_CHARS: Final = 120
_YEARS: Final = (1900, 2200)
Words = Callable[..., str]


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the form's fields: one text a field, and the boxes that are ticked."""

    fields: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def get(self, name: str) -> str:
        """Return a field, "" when it is empty."""
        return self.fields.get(name, "")

    @property
    def urgent(self) -> bool:
        """Whether the box is ticked."""
        return bool(self.fields.get("urgent"))


class Faults(Exception):
    """What was typed is no draft at all: (field, message) each."""

    def __init__(self, found: Sequence[tuple[str, str]]) -> None:
        super().__init__(len(found))
        self.found = list(found)


def read(form: MultiDictProxy[Any]) -> Typed:
    """Return what was typed, with plain line ends and without spaces around."""
    texts = {name: value for name, value in form.items() if isinstance(value, str) and name != "csrf"}
    fields = {name: value.replace("\r\n", "\n").strip() for name, value in texts.items()}
    return Typed(fields, _all(form, "statuses"), _all(form, "units"))


def _all(form: MultiDictProxy[Any], name: str) -> tuple[str, ...]:
    return tuple(value for value in form.getall(name, []) if isinstance(value, str) and value)


def typed_of(draft: Draft, zone: tzinfo) -> Typed:
    """Return the form of a draft that is there already."""
    audience, message = draft.audience, draft.message
    planned = draft.scheduled_at
    fields = {
        "title": draft.title,
        "unit": draft.unit,
        "purpose": draft.purpose,
        "urgent": "1" if draft.urgent else "",
        "category": draft.category or audience.category or "",
        "text": message.text,
        "sms": message.sms or "",
        "link": message.link or "",
        "audience": audience.kind,
        "procedures": ", ".join(audience.procedures),
        "linked": {True: "yes", False: "no", None: ""}[audience.linked],
        "language": audience.language or "",
        "list_id": str(audience.list_id or ""),
        "template_id": message.template_id or "",
        "scheduled_at": "" if planned is None else planned.astimezone(zone).strftime("%Y-%m-%dT%H:%M"),
        "canary_percent": "" if draft.canary_percent is None else f"{draft.canary_percent:g}",
    }
    fields |= {f"params.{name}": value for name, value in message.params.items()}
    fields |= {name: day.isoformat() for name in DAYS if (day := getattr(audience, name)) is not None}
    return Typed(fields, tuple(str(one) for one in audience.statuses), audience.units)


class Reader:
    """Makes a draft of what was typed.

    Args:
        typed: the fields.
        zone: in which its days and moments are meant.
        t: the words of the page.
        saved: the saved audience that was chosen, if one was.
    """

    def __init__(self, typed: Typed, zone: tzinfo, t: Words, saved: Audience | None = None) -> None:
        self._typed, self._zone, self._t, self._saved = typed, zone, t, saved
        self._found: list[tuple[str, str]] = []

    def draft(self, params: Sequence[str]) -> Draft:
        """Return the draft; `params` are the template's parameters.

        Raises:
            Faults: a field cannot be read, or a needed one is empty.
        """
        typed = self._typed
        title = self._title()
        audience = self._audience()
        planned = self._moment("scheduled_at")
        share = self._share()
        self._end()
        return Draft(
            title=title,
            unit=typed.get("unit"),
            purpose="advertising" if typed.get("purpose") == "advertising" else "information",
            urgent=typed.urgent,
            category=typed.get("category") or None,
            message=self._message(params),
            audience=audience,
            scheduled_at=planned,
            canary_percent=share,
        )

    def audience(self) -> Audience:
        """Return the audience alone, to be counted.

        Raises:
            Faults: as above.
        """
        found = self._audience()
        self._end()
        return found

    def _end(self) -> None:
        if self._found:
            raise Faults(self._found)

    def _fault(self, name: str, word: str, **values: Any) -> None:
        self._found.append((name, self._t(f"broadcasts.faults.{word}", **values)))

    def _title(self) -> str:
        title = self._typed.get("title")
        if not title or len(title) > MAX_TITLE_CHARS:
            self._fault("title", "title" if title else "title_empty", most=MAX_TITLE_CHARS)
        if not self._typed.get("unit"):
            self._fault("unit", "unit")
        return title

    def _message(self, params: Sequence[str]) -> Message:
        typed = self._typed
        return Message(
            template_id=typed.get("template_id") or None,
            params={name: typed.get(f"params.{name}") for name in params},
            text=typed.get("text"),
            sms=typed.get("sms") or None,
            link=typed.get("link") or None,
        )

    def _audience(self) -> Audience:
        kind = self._typed.get("audience")
        if kind == "saved":
            if self._saved is None:
                self._fault("saved_id", "saved")
            return self._saved or Audience()
        if kind == "list":
            return self._list()
        if kind == "subscribers":
            return self._subscribers()
        if kind != "dossiers":
            self._fault("audience", "audience")
        return self._built(kind="dossiers", linked=self._linked(), language=self._language(), **self._of_dossiers())

    def _list(self) -> Audience:
        chosen = read_id(self._typed.get("list_id"))
        if chosen is None:
            self._fault("list_id", "list")
            return Audience()
        return self._built(kind="list", list_id=chosen)

    def _subscribers(self) -> Audience:
        category = self._typed.get("category")
        if not category:
            self._fault("category", "category")
            return Audience()
        return self._built(kind="subscribers", category=category, units=self._units(), language=self._language())

    def _of_dossiers(self) -> dict[str, Any]:
        codes = [one.strip() for one in self._typed.get("procedures").replace("\n", ",").split(",")]
        statuses = [int(one) for one in self._typed.statuses if one.isascii() and one.isdecimal() and len(one) < 3]
        days = {name: self._day(name) for name in DAYS}
        return {
            "units": self._units(),
            "procedures": tuple(one for one in codes if one),
            "statuses": tuple(one for one in statuses if one in set(Status)),
            **days,
        }

    def _units(self) -> tuple[str, ...]:
        """The units that were ticked; none of them: the whole unit that announces (a city announces to everybody)."""
        unit = self._typed.get("unit")
        return self._typed.units or ((unit,) if unit and unit != "*" else ())

    def _linked(self) -> bool | None:
        return {"yes": True, "no": False}.get(self._typed.get("linked"))

    def _language(self) -> Literal["vi", "en"] | None:
        match self._typed.get("language"):
            case "vi":
                return "vi"
            case "en":
                return "en"
            case _:
                return None

    def _built(self, **values: Any) -> Audience:
        try:
            return Audience(**values)
        except ValidationError:
            self._fault("audience", "audience")
            return Audience()

    def _day(self, name: str) -> date | None:
        text = self._typed.get(name)
        try:
            day = date.fromisoformat(text) if text else None
        except ValueError:
            day = date.min
        if day is not None and not _YEARS[0] <= day.year <= _YEARS[1]:
            self._fault(name, "day")
            return None
        return day

    def _moment(self, name: str) -> datetime | None:
        try:
            return read_moment(self._typed.get(name), self._zone)
        except ValueError:
            self._fault(name, "moment")
            return None

    def _share(self) -> float | None:
        text = self._typed.get("canary_percent").replace(",", ".")
        try:
            share = float(text) if text else None
        except ValueError:
            share = -1.0
        if share is not None and not 0 < share <= 100:
            self._fault("canary_percent", "share")
            return None
        return share


def read_moment(text: str, zone: tzinfo) -> datetime | None:
    """Return the moment of a `datetime-local` field in the site's zone; None: it is empty.

    Raises:
        ValueError: it is none.
    """
    if not text:
        return None
    moment = datetime.fromisoformat(text).replace(tzinfo=zone)
    if not _YEARS[0] <= moment.year <= _YEARS[1]:
        raise ValueError(text)
    return moment


def status_options(language: str) -> Iterator[tuple[str, str]]:
    """Return the ten statuses as boxes: value and label."""
    for status in Status:
        yield str(int(status)), status.label_vi if language == "vi" else status.label_en
