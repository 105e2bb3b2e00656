"""The Bot Platform's requests as values: name of the method, body, and what `result` holds (docs: zalo 8.1)."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from typing import Any, ClassVar, Generic, TypeVar

from pydantic import BaseModel, ConfigDict, Field, SecretStr

from channels.wire import IdText, LenientInt, LenientText, Millis, WireModel

ResultT = TypeVar("ResultT", bound=BaseModel)


class Nothing(WireModel):
    """Where the platform promises no result."""


class SentMessage(WireModel):
    """`result` of a send."""

    message_id: IdText
    date: Millis = None


class BotInfo(WireModel):
    """`result` of getMe."""

    id: IdText
    account_name: LenientText = ""
    display_name: LenientText = ""


class WebhookInfo(WireModel):
    """`result` of the webhook methods; an empty url: none is set."""

    url: LenientText = ""
    updated_at: Millis = None


class BotMethod(BaseModel, Generic[ResultT]):
    """A call, answered by `{"ok", "result"}` or `{"ok": false, "error_code", "description"}`."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)

    name: ClassVar[str]

    @property
    def label(self) -> str:
        """A fixed name for logs."""
        return f"zalo_bot.{self.name}"

    @property
    @abstractmethod
    def result_type(self) -> type[ResultT]:
        """The wire type of `result`."""

    def arguments(self) -> Mapping[str, object]:
        """The JSON body."""
        return {}


class GetMe(BotMethod[BotInfo]):
    """Who the token belongs to."""

    name = "getMe"

    @property
    def result_type(self) -> type[BotInfo]:
        """Id and name."""
        return BotInfo


class SetWebhook(BotMethod[WebhookInfo]):
    """Let updates come to an address; polling is silent from then on."""

    name = "setWebhook"
    url: str
    secret_token: SecretStr

    @property
    def result_type(self) -> type[WebhookInfo]:
        """The address."""
        return WebhookInfo

    def arguments(self) -> Mapping[str, object]:
        """Body."""
        return {"url": self.url, "secret_token": self.secret_token.get_secret_value()}


class DeleteWebhook(BotMethod[WebhookInfo]):
    """Go back to polling."""

    name = "deleteWebhook"

    @property
    def result_type(self) -> type[WebhookInfo]:
        """An empty address."""
        return WebhookInfo


class GetWebhookInfo(BotMethod[WebhookInfo]):
    """Where updates go; a fresh bot answers 404."""

    name = "getWebhookInfo"

    @property
    def result_type(self) -> type[WebhookInfo]:
        """The address."""
        return WebhookInfo


class _Send(BotMethod[SentMessage]):
    chat_id: str = Field(repr=False)

    @property
    def result_type(self) -> type[SentMessage]:
        """Message id and time."""
        return SentMessage


class SendMessage(_Send):
    """A text of 1 to 2,000 characters."""

    name = "sendMessage"
    text: str = Field(repr=False)

    def arguments(self) -> Mapping[str, object]:
        """Body."""
        return {"chat_id": self.chat_id, "text": self.text}


class SendPhoto(_Send):
    """A picture by its public address, with a caption of up to 2,000 characters."""

    name = "sendPhoto"
    photo: str = Field(repr=False)
    caption: str | None = Field(default=None, repr=False)

    def arguments(self) -> Mapping[str, object]:
        """Body; the caption only when there is one."""
        caption = {} if self.caption is None else {"caption": self.caption}
        return {"chat_id": self.chat_id, "photo": self.photo, **caption}


class SendSticker(_Send):
    """A sticker by its id."""

    name = "sendSticker"
    sticker: str

    def arguments(self) -> Mapping[str, object]:
        """Body."""
        return {"chat_id": self.chat_id, "sticker": self.sticker}


class SendChatAction(BotMethod[Nothing]):
    """Show that the bot is typing."""

    name = "sendChatAction"
    chat_id: str = Field(repr=False)
    action: str = "typing"

    @property
    def result_type(self) -> type[Nothing]:
        """Just ok."""
        return Nothing

    def arguments(self) -> Mapping[str, object]:
        """Body."""
        return {"chat_id": self.chat_id, "action": self.action}


class BotEnvelope(WireModel):
    """The platform's answer: `ok` tells, whatever the HTTP status says (docs: zalo 8.2)."""

    ok: bool
    result: Any = Field(default=None, repr=False)
    error_code: LenientInt = None
    description: LenientText = ""
