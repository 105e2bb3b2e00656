"""eSMS's requests as values: name, arguments, and what the answer holds (docs: zalo 10.1)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Annotated, ClassVar, Generic, Literal, TypeVar

from pydantic import AliasChoices, BaseModel, BeforeValidator, ConfigDict, Field

from channels.sms.codes import ESMS_ACCEPTED
from channels.sms.status import SmsState, Vnd
from channels.wire import LenientInt, LenientText, OptionalId, WireModel, read_id

_Code = Annotated[str, BeforeValidator(read_id)]


class EsmsAnswer(WireModel):
    """What every answer has: a code as text, under one of two names, and words that nobody should parse."""

    code: _Code = Field(validation_alias=AliasChoices("CodeResult", "CodeResponse"))
    message: LenientText = Field(default="", validation_alias="ErrorMessage")


class SendAnswer(EsmsAnswer):
    """Answer of a send."""

    sms_id: OptionalId = Field(default=None, validation_alias="SMSID")


class Outcome(WireModel):
    """The counts of one message: in the status call's answer, and in a report."""

    sms_id: OptionalId = Field(default=None, validation_alias="SMSID")
    send_status: LenientInt = Field(default=None, validation_alias="SendStatus")
    succeeded: LenientInt = Field(default=None, validation_alias="SendSuccess")
    failed: LenientInt = Field(default=None, validation_alias="SendFailed")
    price: Vnd = Field(default=None, validation_alias="TotalPrice")

    @property
    def state(self) -> SmsState:
        """What they mean. "Finished" (5) alone is no success: a documented sample has both counts 0."""
        if self.send_status in {1, 2, 7}:
            return SmsState.WAITING
        if self.send_status == 4 or (self.send_status == 5 and self.failed):
            return SmsState.FAILED
        if self.send_status == 5 and self.succeeded:
            return SmsState.DELIVERED
        return SmsState.UNKNOWN


class StatusAnswer(EsmsAnswer, Outcome):
    """Answer of the status call; the sheet's sample of a good one has a code too."""

    code: _Code = Field(default=ESMS_ACCEPTED, validation_alias=AliasChoices("CodeResponse", "CodeResult"))


class BalanceAnswer(EsmsAnswer):
    """Answer of the balance call, in VND."""

    balance: Vnd = Field(default=None, validation_alias="Balance")


AnswerT = TypeVar("AnswerT", bound=EsmsAnswer)


class EsmsMethod(BaseModel, Generic[AnswerT]):
    """A call; the client adds the account's two keys to its arguments."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    label: ClassVar[str]
    """A fixed name for logs."""
    verb: ClassVar[Literal["GET", "POST"]]
    """GET carries the arguments in the query, POST as a JSON body."""
    name: ClassVar[str]
    """The last part of the address."""

    @property
    @abstractmethod
    def answer_type(self) -> type[AnswerT]:
        """The wire type of the answer."""

    def arguments(self) -> Mapping[str, str]:
        """Everything is text on this platform."""
        return {}


class SendSms(EsmsMethod[SendAnswer]):
    """One message to one number."""

    label = "sms.esms.send"
    verb = "POST"
    name = "SendMultipleMessage_V4_post_json/"

    phone: str = Field(repr=False)
    """`0905…`"""
    content: str = Field(repr=False)
    brandname: str
    sms_type: str
    is_unicode: bool
    is_sandbox: bool
    request_id: str
    callback_url: str | None = Field(default=None, repr=False)

    @property
    def answer_type(self) -> type[SendAnswer]:
        """The message's id."""
        return SendAnswer

    def arguments(self) -> Mapping[str, str]:
        """The body; the callback only when there is one."""
        callback = {} if self.callback_url is None else {"CallbackUrl": self.callback_url}
        return {
            "Phone": self.phone,
            "Content": self.content,
            "Brandname": self.brandname,
            "SmsType": self.sms_type,
            "IsUnicode": "1" if self.is_unicode else "0",
            "Sandbox": "1" if self.is_sandbox else "0",
            "RequestId": self.request_id,
            **callback,
        }


class GetStatus(EsmsMethod[StatusAnswer]):
    """What became of a message, by the gateway's id."""

    label = "sms.esms.status"
    verb = "GET"
    name = "GetSendStatus"

    sms_id: str

    @property
    def answer_type(self) -> type[StatusAnswer]:
        """Counts and price."""
        return StatusAnswer

    def arguments(self) -> Mapping[str, str]:
        """The query."""
        return {"RefId": self.sms_id}


class GetBalance(EsmsMethod[BalanceAnswer]):
    """The money left."""

    label = "sms.esms.balance"
    verb = "POST"
    name = "GetBalance_json"

    @property
    def answer_type(self) -> type[BalanceAnswer]:
        """VND."""
        return BalanceAnswer
