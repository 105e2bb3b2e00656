"""The dossier event: CloudEvents 1.0 with our data, validated at the edge (contract, section 4).

What breaks the contract becomes a `Refusal` naming the field; what the contract allows is normalised here once (text
to NFC, the dossier code to its one form), so that nothing behind this module looks at foreign spelling again.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import PydanticCustomError

from dossiers.code import normalise_dossier_code
from dossiers.status import Status
from dossiers.text import clean

EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
# A typing error in the year would otherwise make every later event of the dossier look old.
MAX_FUTURE = timedelta(days=3)
MAX_NOTE_CHARS = 10_000


_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise PydanticCustomError("text", "must be a text")
    if value.isascii() and value.isprintable() and "  " not in value:
        return value.strip()  # what cleaning would come to, several times as fast: most fields are codes and numbers
    if _UNSTORABLE.search(value):
        raise PydanticCustomError("text", "must not contain NUL or lone surrogates")
    return clean(value)


def _identifier(value: object) -> str:
    # Echoed and compared as it came: whoever sent it looks for the very same characters in our answer.
    if not _text(value):
        raise PydanticCustomError("text", "must not be blank")
    return str(value)


def _optional_text(value: object) -> str | None:
    return None if value is None else _text(value) or None


def _moment(value: object) -> datetime:
    if not isinstance(value, str):
        raise PydanticCustomError("moment", "must be a text such as 2026-03-02T08:15:00+07:00")
    try:
        # By itself it takes a lone surrogate for the "T", stops at a NUL, and knows no small "z" (RFC 3339, 5.6).
        moment = datetime.fromisoformat(value.upper() if value.isascii() and value.isprintable() else "")
    except ValueError:
        raise PydanticCustomError("moment", "must be a date and time such as 2026-03-02T08:15:00+07:00") from None
    if moment.tzinfo is None:
        raise PydanticCustomError("moment", "needs an offset, such as +07:00")
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        raise PydanticCustomError("moment", "is out of range") from None
    if not EARLIEST <= moment < LATEST:
        raise PydanticCustomError("moment", "is out of range")
    return moment


def _optional_moment(value: object) -> datetime | None:
    return None if value is None or value == "" else _moment(value)


def _deadline(value: object) -> datetime | date | None:
    if isinstance(value, str) and len(value) == len("2026-03-02"):
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise PydanticCustomError("moment", "must be a date such as 2026-03-02, with a time or without") from None
        if not EARLIEST.date() <= day < LATEST.date():
            raise PydanticCustomError("moment", "is out of range")
        return day
    return _optional_moment(value)


def _phone(value: object) -> str | None:
    # What is no mobile number is no reason to refuse an event: it parks the notice instead.
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    return _optional_text(value)


def _items(value: object) -> object:
    return [] if value is None else value


def _code(value: object) -> str:
    try:
        return normalise_dossier_code(_text(value))
    except ValueError:
        raise PydanticCustomError("dossier_code", "is no dossier code") from None


Text = Annotated[str, BeforeValidator(_text)]
OptionalMoment = Annotated[AwareDatetime | None, BeforeValidator(_optional_moment)]
Label = Annotated[Annotated[str, Field(max_length=1000)] | None, BeforeValidator(_optional_text)]
Note = Annotated[Annotated[str, Field(max_length=MAX_NOTE_CHARS)] | None, BeforeValidator(_optional_text)]
Name = Annotated[Annotated[str, Field(min_length=1, max_length=200)], BeforeValidator(_identifier)]
Items = Annotated[
    list[Annotated[Text, Field(max_length=MAX_NOTE_CHARS)]], Field(max_length=100), BeforeValidator(_items)
]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Agency(_Part):
    """The unit that handles the dossier."""

    code: Label = None
    name: Label = None


class Person(_Part):
    """Somebody of the dossier. Personal data: never logged, stored encrypted."""

    name: Label = None
    phone: Annotated[Annotated[str, Field(max_length=100)] | None, BeforeValidator(_phone)] = None
    email: Label = None


class Supplement(_Part):
    """What is missing (status 5), and until when: a moment, or a day."""

    items: Items = []
    deadline: Annotated[datetime | date | None, BeforeValidator(_deadline)] = None


class Result(_Part):
    """Where and how the result is handed out (status 9)."""

    place: Note = None
    hours: Note = None
    bring: Items = []
    postal: bool | None = None


class EventData(_Part):
    """What happened to the dossier, and to whom it matters.

    `owner`, `submitter` and `authorised` are optional and told only where HOSO_NOTIFY names them; what an event leaves
    out stays as it was known.
    """

    status: Annotated[int, Field(strict=True, ge=1, le=10)]
    procedure_code: Label = None
    procedure_name: Label = None
    agency: Agency | None = None
    applicant: Person | None = None
    owner: Person | None = None
    submitter: Person | None = None
    authorised: Person | None = None
    submitted_at: OptionalMoment = None
    received_at: OptionalMoment = None
    due_at: OptionalMoment = None
    finished_at: OptionalMoment = None
    reason: Note = None
    supplement: Supplement | None = None
    result: Result | None = None


class DossierEvent(_Part):
    """One event of one dossier. `time` is when the officer handled it and orders the dossier's events."""

    specversion: Literal["1.0"]
    id: Name
    source: Name
    type: Literal["hoso.dossier.status"]
    time: Annotated[AwareDatetime, BeforeValidator(_moment)]
    subject: Annotated[str, BeforeValidator(_code)]
    data: EventData

    @property
    def status(self) -> Status:
        """The national status."""
        return Status(self.data.status)

    @property
    def position(self) -> tuple[datetime, int]:
        """Where the event stands in its dossier's order (docs: public-services 2.2: source's time, then code)."""
        return self.time, self.data.status


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why an event was refused. `errors` name fields; they never quote values."""

    id: str | None
    source: str | None
    errors: Sequence[Mapping[str, str]]


def parse_event(raw: object, *, now: datetime) -> DossierEvent | Refusal:
    """Turn one decoded JSON value into an event, or say what is wrong with it.

    `now` bounds the event's time from above by `MAX_FUTURE`.
    """
    if not isinstance(raw, dict):
        return Refusal(None, None, [{"field": "", "message": "must be a JSON object (CloudEvents 1.0)"}])
    try:
        event = DossierEvent.model_validate(raw)
    except ValidationError as error:
        return Refusal(_readable(raw.get("id")), _readable(raw.get("source")), _explain(error))
    if event.time > now + MAX_FUTURE:
        return Refusal(event.id, event.source, [{"field": "time", "message": "lies in the future"}])
    return event


def _readable(value: Any) -> str | None:
    """Return an id or source that may be echoed and stored although its event was refused."""
    try:
        return _identifier(value)[:200] or None
    except PydanticCustomError:
        return None


def _explain(error: ValidationError) -> list[dict[str, str]]:
    return [
        {"field": ".".join(str(part) for part in problem["loc"]), "message": problem["msg"]}
        for problem in error.errors(include_url=False, include_context=False, include_input=False)[:20]
    ]
