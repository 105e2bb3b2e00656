"""SpeedSMS's requests as values, and their answers (docs: zalo 10.2).

Every answer has `status` and `code`; `data` holds what was asked for, `message` the words of a refusal.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from typing import Annotated, Any, ClassVar, Literal
from urllib.parse import quote

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from channels.sms.status import SmsState, Vnd
from channels.wire import LenientInt, LenientText, OptionalId, WireModel, read_id

# Grade C, as is the whole status call: 0 arrived, up to 63 may still arrive, from 64 on it never will.
FIRST_FINAL_FAILURE = 64


def _read_code(value: object) -> object:
    # The codes are texts of three digits (`007`); a number would have lost its zeros.
    return f"{value:03d}" if isinstance(value, int) and not isinstance(value, bool) else value


class SpeedSmsAnswer(WireModel):
    """Any answer."""

    status: Literal["success", "error"]
    code: Annotated[str, BeforeValidator(_read_code)] = ""
    message: LenientText = ""
    data: Any = Field(default=None, repr=False)


class SentSms(WireModel):
    """`data` of a send."""

    transaction_id: OptionalId = Field(default=None, validation_alias="tranId")
    price: Vnd = Field(default=None, validation_alias="totalPrice")
    invalid_phones: Any = Field(default=(), validation_alias="invalidPhone", repr=False)


class ReceiverStatus(WireModel):
    """One element of the status call's `data`."""

    phone: Annotated[str, BeforeValidator(read_id)] = Field(default="", repr=False)
    status: LenientInt = None

    @property
    def state(self) -> SmsState:
        """What the number means."""
        if self.status is None or self.status < 0:
            return SmsState.UNKNOWN
        if self.status == 0:
            return SmsState.DELIVERED
        return SmsState.WAITING if self.status < FIRST_FINAL_FAILURE else SmsState.FAILED


class SpeedSmsMethod(BaseModel):
    """A call: a body is sent by POST, none by GET."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    label: ClassVar[str]
    """A fixed name for logs."""

    @property
    @abstractmethod
    def path(self) -> str:
        """Below the host."""

    def body(self) -> Mapping[str, object] | None:
        """The JSON body, if there is one."""
        return None


class SendSpeedSms(SpeedSmsMethod):
    """One text to numbers written `84…`."""

    label = "sms.speedsms.send"

    phones: Sequence[str] = Field(repr=False)
    content: str = Field(repr=False)
    sms_type: int
    sender: str

    @property
    def path(self) -> str:
        """The address."""
        return "/index.php/sms/send"

    def body(self) -> Mapping[str, object]:
        """The JSON body."""
        return {"to": list(self.phones), "content": self.content, "sms_type": self.sms_type, "sender": self.sender}


class GetSpeedSmsStatus(SpeedSmsMethod):
    """What became of a send, by the gateway's id."""

    label = "sms.speedsms.status"

    transaction_id: str

    @property
    def path(self) -> str:
        """The address, with the id in it."""
        return f"/index.php/sms/status/{quote(self.transaction_id, safe='')}"
