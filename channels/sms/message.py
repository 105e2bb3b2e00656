"""What every SMS gateway takes of a message: a mobile number and words, nothing else."""

from __future__ import annotations

import re

from channels.base import OutgoingMessage
from channels.errors import BadMessage, RecipientUnreachable

# Vietnamese mobile numbers have nine digits after 84; gateways refuse others, and asking them would cost a call.
_MOBILE = re.compile(r"84[35789][0-9]{8}")


def check_words_alone(message: OutgoingMessage) -> None:
    """Refuse what no short message holds. Raises `BadMessage`."""
    if message.buttons or message.attachment is not None or message.quote_message_id is not None:
        raise BadMessage("not_supported", "a short message holds words alone: no buttons, attachments or quotes")


def take_phone(message: OutgoingMessage) -> str:
    """The recipient's number as `84…`. Raises `RecipientUnreachable` for none, or one that is no mobile number."""
    phone = message.recipient.phone
    if phone is None:
        raise RecipientUnreachable("no_phone", "the recipient has no phone number")
    if not _MOBILE.fullmatch(number := phone.get_secret_value()):
        raise RecipientUnreachable(
            "phone_form", "no Vietnamese mobile number of the form 84…; correct it", try_other_channel=False
        )
    return number


def to_local_phone(phone: str) -> str:
    """`0905…` from `84905…`, as Vietnamese gateways write it (docs: zalo 10.1)."""
    return "0" + phone.removeprefix("84")
