"""What became of a short message, in words that both gateways share."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict

from channels.wire import read_int


class SmsState(StrEnum):
    """What became of a short message, as the status call tells it."""

    WAITING = "waiting"  # awaiting approval, queued, or sent and awaiting the carrier's report
    DELIVERED = "delivered"
    FAILED = "failed"
    UNKNOWN = "unknown"  # "finished" without any count, or a state in no table


class SmsStatus(BaseModel):
    """The status of one message; `cost_vnd` as billed, None where the gateway does not tell."""

    model_config = ConfigDict(frozen=True)

    state: SmsState
    cost_vnd: int | None = None


def read_vnd(value: object) -> int | None:
    """VND from a number or a text such as `500.0000`, as reports write it; None for anything else."""
    if isinstance(value, str):
        whole, _, fraction = value.strip().partition(".")
        return read_int(whole) if not fraction.strip("0") else None
    return read_int(value)


Vnd = Annotated[int | None, BeforeValidator(read_vnd)]
