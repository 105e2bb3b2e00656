"""From our message to Zalo's: pure, and every limit is checked here, before anything is sent (docs: zalo 4.2).

`BadMessage` names the part and the limit, never the content.
"""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from channels.base import OutgoingMessage
from channels.content import (
    Animation,
    Attachment,
    Button,
    CallPhone,
    ContactRequest,
    Document,
    OpenUrl,
    Picture,
    Reply,
    Sticker,
    Upload,
    WriteSms,
)
from channels.errors import BadMessage
from channels.plain_text import to_wire_text
from channels.zalo import limits
from channels.zalo.attachments import (
    ButtonsAttachment,
    FileAttachment,
    MediaAttachment,
    UserInfoAttachment,
    WireAttachment,
    WireButton,
)

_PHONE_CODE = re.compile(r"[0-9]{3,15}")  # `84…`; docs: zalo 4.2
_ASSET_PENDING = "pending"


def upload_of(attachment: Attachment | None) -> Upload | None:
    """The bytes that must be uploaded before the message can be written; None where there are none."""
    if isinstance(attachment, Picture | Animation):
        return attachment.source if isinstance(attachment.source, Upload) else None
    return attachment.source if isinstance(attachment, Document) else None


def check_message(message: OutgoingMessage, *, allow_media_buttons: bool) -> None:
    """Find what the platform would refuse, without any upload. Raises `BadMessage`."""
    compose_text(message)
    compose_attachment(message, asset_id=_ASSET_PENDING, allow_media_buttons=allow_media_buttons)


def compose_text(message: OutgoingMessage) -> str | None:
    """The text in NFC; None where the kind of message has none. Raises `BadMessage`."""
    text = message.text
    if isinstance(message.attachment, Sticker | Document | ContactRequest):
        if text is not None:
            # Only pictures are documented with a caption; sending less than was asked for would be worse.
            raise BadMessage("text", "this attachment carries no text; send the text as a message of its own")
        return None
    if text is None and message.attachment is not None:
        return None
    if text is None or not text.strip():
        raise BadMessage("no_text", "this channel needs a text that is not blank, or an attachment")
    if len(wire_text := to_wire_text(text)) > limits.MAX_TEXT_CHARS:
        raise BadMessage("text_too_long", f"more than {limits.MAX_TEXT_CHARS} characters; cut it with split_text")
    return wire_text


def compose_attachment(
    message: OutgoingMessage, *, asset_id: str | None, allow_media_buttons: bool
) -> WireAttachment | None:
    """The attachment; `asset_id` is the id of its upload, if it has one. Raises `BadMessage`."""
    buttons = compose_buttons(message.buttons)
    attachment = message.attachment
    if attachment is None:
        return ButtonsAttachment(buttons=buttons) if buttons else None
    if buttons and (isinstance(attachment, Sticker | ContactRequest) or not allow_media_buttons):
        raise BadMessage("buttons", "buttons go with a text only; send the attachment as a message of its own")
    if isinstance(attachment, Sticker):
        if not attachment.sticker_id:
            raise BadMessage("sticker", "a sticker needs its id")
        return MediaAttachment(media_type="sticker", attachment_id=attachment.sticker_id)
    if isinstance(attachment, ContactRequest):
        return _contact_request(attachment)
    if isinstance(attachment, Document):
        check_upload(attachment.source, limits.DOCUMENT)
        return FileAttachment(token=asset_id or "", buttons=buttons)
    return _media(attachment, asset_id, buttons)


def compose_buttons(buttons: tuple[Button, ...]) -> tuple[WireButton, ...]:
    """The buttons. Raises `BadMessage`."""
    if len(buttons) > limits.MAX_BUTTONS:
        raise BadMessage("buttons", f"more than {limits.MAX_BUTTONS} buttons")
    return tuple(_button(button) for button in buttons)


def check_upload(upload: Upload, rule: limits.FileRule) -> None:
    """Check ending, media type and size. Raises `BadMessage`."""
    _, dot, ending = upload.name.rpartition(".")
    expected = rule.types.get(ending.lower()) if dot else None
    if expected is None:
        raise BadMessage("file_name", f"the file name must end in {', '.join('.' + name for name in rule.types)}")
    if upload.media_type.lower() != expected:
        raise BadMessage("media_type", f"a .{ending.lower()} file has the media type {expected}")
    if not upload.content:
        raise BadMessage("file_empty", "the file is empty")
    if len(upload.content) > rule.max_bytes:
        raise BadMessage("file_too_big", f"the file has more than {rule.max_bytes} bytes")


def _media(attachment: Picture | Animation, asset_id: str | None, buttons: tuple[WireButton, ...]) -> MediaAttachment:
    is_gif = isinstance(attachment, Animation)
    if isinstance(attachment.source, Upload):
        check_upload(attachment.source, limits.ANIMATION if is_gif else limits.PICTURE)
        url = None
    else:
        url, asset_id = _address(attachment.source, "picture"), None
    return MediaAttachment(
        media_type="gif" if is_gif else "image",
        url=url,
        attachment_id=asset_id,
        width=attachment.width if isinstance(attachment, Animation) else None,
        height=attachment.height if isinstance(attachment, Animation) else None,
        buttons=buttons,
    )


def _contact_request(request: ContactRequest) -> UserInfoAttachment:
    return UserInfoAttachment(
        title=_words(request.title, limits.MAX_REQUEST_TITLE_CHARS, "title of the contact request"),
        subtitle=_words(request.subtitle, limits.MAX_REQUEST_SUBTITLE_CHARS, "subtitle of the contact request"),
        image_url=_address(request.image_url, "picture of the contact request"),
    )


def _button(button: Button) -> WireButton:
    title = _words(button.title, limits.MAX_BUTTON_TITLE_CHARS, "button title")
    match button:
        case OpenUrl():
            return WireButton(title=title, type="oa.open.url", payload={"url": _address(button.url, "button address")})
        case Reply():
            text = _words(button.text, limits.MAX_QUERY_CHARS, "button reply")
            return WireButton(title=title, type="oa.query.hide" if button.is_hidden else "oa.query.show", payload=text)
        case CallPhone():
            return WireButton(title=title, type="oa.open.phone", payload={"phone_code": _phone(button)})
        case WriteSms():
            content = _words(button.content, limits.MAX_SMS_CHARS, "button SMS")
            return WireButton(
                title=title, type="oa.open.sms", payload={"content": content, "phone_code": _phone(button)}
            )


def _words(text: str, max_chars: int, part: str) -> str:
    wire_text = to_wire_text(text)
    if not wire_text.strip():
        raise BadMessage("blank", f"the {part} is blank")
    if len(wire_text) > max_chars:
        raise BadMessage("too_long", f"the {part} has more than {max_chars} characters")
    return wire_text


def _address(url: str, part: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or not url.isprintable() or " " in url:
        raise BadMessage("address", f"the {part} is no address that begins with https://")
    return url


def _phone(button: CallPhone | WriteSms) -> str:
    digits = button.phone.get_secret_value()
    if _PHONE_CODE.fullmatch(digits) is None:
        raise BadMessage("phone_code", "a button's phone is digits only, with country code and without plus")
    return digits
