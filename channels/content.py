"""What a message may hold beside its words: buttons and one attachment, in terms that every chat platform shares.

A channel that cannot carry a part raises `BadMessage` before anything is sent; `Channel.features` tells beforehand.
"""

from __future__ import annotations

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, SecretStr


class ContentValue(BaseModel):
    """Base of these values; a traceback must not quote a text or a phone."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True, defer_build=True)


class Feature(StrEnum):
    """What a channel can carry."""

    TEXT = "text"
    TEMPLATE = "template"
    BUTTONS = "buttons"
    QUOTE = "quote"
    PICTURE = "picture"
    ANIMATION = "animation"
    STICKER = "sticker"
    DOCUMENT = "document"
    CONTACT_REQUEST = "contact_request"
    SUBJECT = "subject"
    IDEMPOTENT = "idempotent"
    """Takes the reference as a key: the same message again, within a day, is sent once."""


class OpenUrl(ContentValue):
    """The button opens a page."""

    title: str
    url: str = Field(repr=False)


class Reply(ContentValue):
    """The button sends `text` as if the person had typed it; `is_hidden` keeps it out of the chat's picture."""

    title: str
    text: str = Field(repr=False)
    is_hidden: bool = False


class CallPhone(ContentValue):
    """The button opens the dialler."""

    title: str
    phone: SecretStr
    """With country code and without plus: `84236…`."""


class WriteSms(ContentValue):
    """The button opens the SMS application with a text prepared."""

    title: str
    phone: SecretStr
    content: str = Field(repr=False)


Button = OpenUrl | Reply | CallPhone | WriteSms


class Upload(ContentValue):
    """Bytes to be uploaded to the platform; the adapter keeps the id it gets, and uploads anew when that expired."""

    name: str
    """File name with the right extension: platforms go by it."""
    media_type: str
    content: bytes = Field(repr=False)


class Picture(ContentValue):
    """A still picture, by public address or as bytes; the message's text is its caption."""

    source: str | Upload = Field(repr=False)


class Animation(ContentValue):
    """A GIF; sizes in pixels."""

    source: str | Upload = Field(repr=False)
    width: int = Field(gt=0)
    height: int = Field(gt=0)


class Sticker(ContentValue):
    """A sticker by the platform's own id."""

    sticker_id: str


class Document(ContentValue):
    """A file to keep, such as a form."""

    source: Upload


class ContactRequest(ContentValue):
    """Asks the person to share name and phone; what comes back is not verified (docs: zalo 9)."""

    title: str
    subtitle: str
    image_url: str = Field(repr=False)


Attachment = Picture | Animation | Sticker | Document | ContactRequest
