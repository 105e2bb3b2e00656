"""Settings of tickets, hand-overs, results by post, and of the events that the one-stop system is told."""

from dataclasses import replace
from datetime import time
from typing import Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator

from dossiers.calendar import Shift, WorkCalendar
from hoso.core_settings import Secrets, Words
from hoso.delivery_settings import DeliverySettings
from workers.webhook_signature import read_secret

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")


def read_shifts(hours: tuple[str, ...]) -> tuple[Shift, ...]:
    """Return the shifts of ``07:30-11:30``, ``13:30-17:30``.

    Raises:
        ValueError: one cannot be read, or they are not in order.
    """
    try:
        pairs = [tuple(time.fromisoformat(edge.strip()) for edge in part.split("-")) for part in hours]
        shifts = tuple((start, end) for start, end in pairs)
    except ValueError:
        raise ValueError("must be such as 07:30-11:30,13:30-17:30") from None
    WorkCalendar(office_hours=shifts)
    return shifts


class TicketSettings(DeliverySettings):
    """The fields, and what follows from them."""

    # -- tickets and hand-overs
    officer_hours: Words = Field(
        ("07:30-11:30", "13:30-17:30"),
        description="Hours of a working day in which officers chat, comma-separated; promised times are counted in "
        "them.",
    )
    officers_at_once: int = Field(1, ge=1, le=1000, description="Officers who chat at the same time.")
    officer_minutes: float = Field(
        10, gt=0, le=480, description="Minutes of one chat with an officer, until enough of them were measured."
    )
    officer_idle_minutes: float = Field(
        30, gt=0, le=1440, description="Minutes without a word after which a chat with an officer ends."
    )
    officer_answers: int = Field(
        8,
        ge=0,
        le=100,
        description="Answers that Zalo takes after a citizen's message, the assistant's included; 0: any number.",
    )
    officer_paid_answers: bool = Field(
        False, description="Officers may answer when the free 48 hours are over, up to 7 days; it costs money."
    )
    ticket_retention_days: int = Field(
        365, ge=1, le=3650, description="Days after its end that a ticket is kept, with pictures and answer."
    )
    feedback_photos: int = Field(5, ge=0, le=20, description="Pictures that one ticket of feedback may have.")
    postal_asks_address: bool = Field(
        False,
        description="A wish for the result by post asks for the address. Off: the post office asks by phone.",
    )

    # -- events for the one-stop system
    outgoing_url: str | None = Field(
        None,
        description="Address of the one-stop system that is told of wishes, tickets, ratings and erasures: https, or "
        "http on this machine. Empty: the events wait; see `hoso outgoing list`.",
    )
    outgoing_secrets: Secrets = Field(
        (),
        description="Secrets that sign these events, comma-separated, the newest first; each signs. Make one with "
        "`hoso outgoing secret`.",
    )
    outgoing_retry_hours: float = Field(
        24, gt=0, le=240, description="Hours after its first try that an event is tried again."
    )
    outgoing_retention_days: int = Field(
        90, ge=1, le=3650, description="Days that events are kept after they were delivered."
    )

    @field_validator("officer_hours", "outgoing_secrets", mode="before")
    @classmethod
    def _split_ticket_words(cls, value: object) -> object:
        return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value

    @field_validator("officer_hours")
    @classmethod
    def _readable_officer_hours(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        read_shifts(value)
        return value

    @field_validator("outgoing_url")
    @classmethod
    def _safe_receiver(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.hostname and (parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _THIS_MACHINE)):
            return value
        raise ValueError("must be https://…, or http://… on this machine: events hold personal data")

    @field_validator("outgoing_secrets")
    @classmethod
    def _readable_secrets(cls, value: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
        for secret in value:
            read_secret(secret.get_secret_value())
        return value

    @model_validator(mode="after")
    def _receiver_can_check(self) -> Self:
        if self.outgoing_url and not self.outgoing_secrets:
            raise ValueError("HOSO_OUTGOING_SECRETS: needed with HOSO_OUTGOING_URL; make one: hoso outgoing secret")
        return self

    @property
    def officer_calendar(self) -> WorkCalendar:
        """When officers chat."""
        return replace(self.work_calendar, office_hours=read_shifts(self.officer_hours))
