"""From our message to a letter: pure, and everything is checked before a connection is opened."""

from __future__ import annotations

from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final

from channels.base import OutgoingMessage
from channels.email.address import domain_of, is_address
from channels.email.config import EmailConfig
from channels.errors import BadMessage, RecipientUnreachable
from channels.plain_text import to_wire_text

MAX_SUBJECT_CHARS: Final = 200  # ours: mail programs show far less
MAX_TEXT_CHARS: Final = 20_000  # ours: a letter, no document


def take_address(message: OutgoingMessage) -> str:
    """The recipient's address. Raises `RecipientUnreachable` for none, or one that we do not write to."""
    address = message.recipient.email
    if address is None:
        raise RecipientUnreachable("no_email", "the recipient has no e-mail address")
    if not is_address(address.get_secret_value()):
        raise RecipientUnreachable("email_form", "this is no e-mail address; correct it")
    return address.get_secret_value()


def compose(message: OutgoingMessage, config: EmailConfig, *, written_at: datetime) -> EmailMessage:
    """The letter of a message; `written_at` with an offset. Raises `RecipientUnreachable` and `BadMessage`."""
    address = take_address(message)
    if message.buttons or message.attachment is not None or message.quote_message_id is not None:
        raise BadMessage("not_supported", "this channel sends words alone: no buttons, attachments or quotes")
    letter = EmailMessage(policy=SMTP)
    letter["From"] = Address(config.sender_name, addr_spec=config.sender)
    letter["To"] = Address(addr_spec=address)
    letter["Subject"] = _subject(message.subject)
    letter["Date"] = format_datetime(written_at)
    # The same for every attempt of one message, so that a second copy can be told as one.
    letter["Message-ID"] = f"<{message.reference}@{domain_of(config.sender)}>"
    letter["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's out-of-office may answer
    letter.set_content(_text(message.text), cte="base64")
    return letter


def _subject(subject: str | None) -> str:
    """One line of signs that can be seen."""
    line = " ".join(to_wire_text(subject or "").split())
    line = "".join(sign for sign in line if sign.isprintable()).strip()
    if not line:
        raise BadMessage("no_subject", "a letter needs a subject")
    if len(line) > MAX_SUBJECT_CHARS:
        raise BadMessage("text_too_long", f"a subject has at most {MAX_SUBJECT_CHARS} characters")
    return line


def _text(text: str | None) -> str:
    words = to_wire_text(text or "")
    if not words.strip():
        raise BadMessage("no_text", "a letter needs words")
    if len(words) > MAX_TEXT_CHARS:
        raise BadMessage("text_too_long", f"a letter has at most {MAX_TEXT_CHARS} characters")
    return words
