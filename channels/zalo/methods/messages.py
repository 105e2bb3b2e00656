"""What an Official Account says to one person: consultation messages, reactions, anonymous visitors (docs: zalo 4)."""

from __future__ import annotations

from pydantic import Field

from channels.zalo import error_codes
from channels.zalo.attachments import WireAttachment
from channels.zalo.methods.base import PostJson, without_none
from channels.zalo.types import Nothing, OaSendResult

CONSULTATION_PATH = "/v3.0/oa/message/cs"
GROUP_PATH = "/v3.0/oa/group/message"
# docs: zalo 4.1: current for anonymous visitors, broadcasts and reactions only.
V2_MESSAGE_PATH = "/v2.0/oa/message"
# docs: zalo 4.6, [C].
REACTIONS = frozenset({"/-strong", "/-heart", ":>", ":o", ":-((", ":-h", "--b", "/-remove"})


class _Said(PostJson[OaSendResult]):
    """Words, an attachment, or both."""

    host = "oa"
    codes = error_codes.OA

    text: str | None = Field(default=None, repr=False)
    quote_message_id: str | None = None
    attachment: WireAttachment | None = Field(default=None, repr=False)

    def message(self) -> dict[str, object]:
        """The wire's `message`."""
        attachment = None if self.attachment is None else self.attachment.to_wire()
        return without_none(text=self.text, quote_message_id=self.quote_message_id, attachment=attachment)


class SendConsultation(_Said):
    """A free message to a user inside the window; docs: zalo 4.2."""

    label = "zalo.oa.send"
    path = CONSULTATION_PATH

    user_id: str = Field(repr=False)

    def body(self) -> dict[str, object]:
        """Recipient and message."""
        return {"recipient": {"user_id": self.user_id}, "message": self.message()}


class SendToGroup(_Said):
    """A message to a group that the account is in; bound to a package. docs: zalo 4.1 (grade C)."""

    label = "zalo.oa.group"
    path = GROUP_PATH

    group_id: str = Field(repr=False)

    def body(self) -> dict[str, object]:
        """Recipient and message."""
        return {"recipient": {"group_id": self.group_id}, "message": self.message()}


class SendAnonymous(_Said):
    """An answer to a visitor of the website's widget; docs: zalo 4.6 (the SDK sends files to the other path)."""

    label = "zalo.oa.anonymous"
    path = V2_MESSAGE_PATH

    anonymous_id: str = Field(repr=False)
    conversation_id: str = Field(repr=False)

    def body(self) -> dict[str, object]:
        """Recipient and message."""
        recipient = {"anonymous_id": self.anonymous_id, "conversation_id": self.conversation_id}
        return {"recipient": recipient, "message": self.message()}


class SendAnonymousFile(SendAnonymous):
    """A file for such a visitor, which goes to the path of consultation messages; docs: zalo 4.6."""

    label = "zalo.oa.anonymous_file"
    path = CONSULTATION_PATH


class React(PostJson[Nothing]):
    """A reaction to a user's message; at most 50 a message; docs: zalo 4.6."""

    label = "zalo.oa.react"
    host = "oa"
    path = V2_MESSAGE_PATH
    codes = error_codes.OA

    user_id: str = Field(repr=False)
    message_id: str
    icon: str
    """One of `REACTIONS`; `/-remove` takes ours back."""

    def body(self) -> dict[str, object]:
        """Recipient and reaction."""
        action = {"react_icon": self.icon, "react_message_id": self.message_id}
        return {"recipient": {"user_id": self.user_id}, "sender_action": action}
