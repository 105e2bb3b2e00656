"""What the rest of the project knows of a messaging platform: one contract, four values."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Any, NamedTuple, Protocol, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, SerializeAsAny, StringConstraints, model_validator

from channels.content import Attachment, Button, Feature

# docs: zalo 6.1, tracking_id: at most 48, no special characters. eSMS allows 50, so the tighter one holds for all.
MAX_REFERENCE_CHARS = 48
Reference = Annotated[str, StringConstraints(pattern=rf"^[A-Za-z0-9_-]{{1,{MAX_REFERENCE_CHARS}}}$")]


class _Value(BaseModel):
    model_config = ConfigDict(
        frozen=True, hide_input_in_errors=True, defer_build=True
    )  # a traceback must not quote a phone or a text


class Recipient(_Value):
    """Whom to reach. A channel takes the address it understands and raises when that one is missing."""

    phone: SecretStr | None = None
    """Mobile number with country code and without plus: `84905123456`."""
    user_id: str | None = Field(default=None, repr=False)
    """The platform's own id of the person or chat; Zalo's are numeric strings that do not fit into 53 bits."""
    email: SecretStr | None = None
    """One address, `name@example.vn`."""
    group_id: str | None = Field(default=None, repr=False)
    """The platform's id of a group, where that is another address than a person's."""


class TemplateContent(_Value):
    """A message whose words the platform has approved; we only fill in the parameters."""

    template_id: str
    params: Mapping[str, str] = Field(repr=False)


class OutgoingMessage(_Value):
    """One message to one person: free text, an approved template, or both (the channel takes its own).

    What a channel cannot carry (`Channel.features`) makes it raise `BadMessage`, but for `subject`, which those without
    one leave out.
    """

    reference: Reference
    """Our tracking id. The platform echoes it in receipts; every attempt of one message carries the same."""
    recipient: Recipient
    text: str | None = Field(default=None, repr=False)
    template: TemplateContent | None = None
    buttons: tuple[Button, ...] = ()
    attachment: Attachment | None = None
    quote_message_id: str | None = None
    """The platform's id of the message that is answered."""
    subject: str | None = Field(default=None, repr=False)
    """Subject line, for channels that have one."""
    account_id: str | None = None
    """Which of our accounts sends, where a platform has several; None: the channel's own."""

    @model_validator(mode="after")
    def _has_content(self) -> Self:
        if self.text is None and self.template is None and self.attachment is None:
            raise ValueError("a message needs a text, a template or an attachment")
        return self


class SendReceipt(_Value):
    """The platform accepted the message. Accepted is not delivered: that comes as an event."""

    message_id: str
    sent_at: datetime | None = None
    """The platform's own time, UTC."""
    cost_vnd: int | None = None
    """Price without VAT where the answer tells it; 0 where it tells that the message was free."""
    quota_remaining: int | None = None
    quota_total: int | None = None
    rate_limit: int | None = None
    """Requests that the platform allows in its period (Zalo: a minute), where the answer tells it."""
    rate_remaining: int | None = None
    """How many of them are left."""


class Channel(Protocol):
    """One messaging platform, as the rest of the project sees it."""

    name: str
    features: frozenset[Feature]
    """What this channel can carry."""

    async def send(self, message: OutgoingMessage) -> SendReceipt:
        """Send once (twice only around a token refresh). Raises `ChannelError`; see `channels.errors` for each."""
        ...


class EventKind(StrEnum):
    """What an incoming event is about."""

    MESSAGE = "message"  # a person wrote to us
    RECEIPT = "receipt"  # something happened to a message of ours: delivered, read, rated
    RELATIONSHIP = "relationship"  # follow, unfollow, shared contact, withdrawn consent
    MANAGEMENT = "management"  # templates, quotas, tags, groups, calls: kept raw
    ECHO = "echo"  # our own side's messages, mirrored
    UNKNOWN = "unknown"  # no table knows it: kept raw and counted


class EventPayload(_Value):
    """Base of the typed contents; each platform folder has its own subclasses."""


class RawPayload(EventPayload):
    """The event as it came, for kinds that nobody reads yet."""

    raw: Any = Field(default=None, repr=False)


class IncomingEvent(_Value):
    """One thing a platform told us. `event_name` is a string, not an enum: platforms add names without asking."""

    platform: str
    event_name: str
    dedup_key: str
    """The same event again has the same key; unique within the platform."""
    account_id: str | None = None
    """Which of our accounts it came to."""
    user_id: str | None = Field(default=None, repr=False)
    """The person, by the platform's id."""
    is_by_staff: bool = False
    """An echo of what a person of ours typed in the platform's own tool."""
    occurred_at: datetime | None = None
    """The platform's time, UTC."""
    kind: EventKind
    payload: SerializeAsAny[EventPayload] = Field(repr=False)


class SignatureOutcome(StrEnum):
    """How a webhook's signature was judged."""

    ACCEPTED = "accepted"
    ALTERNATIVE = "alternative"  # right by another recipe or key: a setting is wrong; not accepted
    WRONG = "wrong"
    MISSING = "missing"
    PROBE = "probe"  # the unsigned `{}` by which a console tries an address: answer 200, do nothing


@dataclass(frozen=True, slots=True)
class SignatureVerdict:
    """What a verifier found: the position of the key that fitted, or the name of the alternative recipe."""

    outcome: SignatureOutcome
    key_index: int | None = None
    recipe: str | None = None

    @property
    def is_accepted(self) -> bool:
        """Signed with one of our keys by the documented recipe."""
        return self.outcome is SignatureOutcome.ACCEPTED


class EventEnvelope(NamedTuple):
    """What a door must know of an event before anybody reads it: where it belongs, and that it came before.

    A plain tuple: one is made for every event at the door, where each microsecond counts.
    """

    platform: str
    event_name: str
    dedup_key: str
    """As `IncomingEvent.dedup_key`."""
    kind: EventKind
    account_id: str | None = None
    user_id: str | None = None
    is_by_staff: bool = False
    """As `IncomingEvent.is_by_staff`."""


class OpenedWebhook(NamedTuple):
    """A body that was judged and looked at, its content not yet read."""

    verdict: SignatureVerdict
    envelopes: Sequence[EventEnvelope] = ()
    """Also of a body whose signature was not accepted: the caller decides what becomes of it."""


@dataclass(frozen=True, slots=True)
class WebhookRoute:
    """A door that an adapter hands to the web server: where it is, how to open a body, how to read it later.

    `open(headers, body)` judges the signature and looks for the envelopes, in one go and quickly; `parse(headers,
    body)` reads a body that was accepted, now or before it was stored, into typed events with the same envelopes. Both
    raise `MalformedWebhook` for what no platform could have meant, and nothing else.
    """

    platform: str
    path: str
    open: Callable[[Mapping[str, str], bytes], OpenedWebhook]
    parse: Callable[[Mapping[str, str], bytes], Sequence[IncomingEvent]]
