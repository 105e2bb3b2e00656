"""Who gets a notice through which channel, and why: pure, decided anew for each attempt.

The spine knows one way, the platform's template by phone; the steps are kept on the notice as they will be for more.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import SecretStr

from channels.base import OutgoingMessage, Recipient, TemplateContent

TEMPLATE_BY_PHONE = "zalo_template"


@dataclass(frozen=True, slots=True)
class Routed:
    """One step: the channel's name, the message for it, and why this channel, in a word."""

    channel: str
    message: OutgoingMessage
    reason: str


@dataclass(frozen=True, slots=True)
class NoRoute:
    """Nothing is left to try; `reason` goes to the officers' list."""

    reason: str


def route(
    *,
    kind: str,
    reference: str,
    phone: str | None,
    content: Mapping[str, Any],
    templates: Mapping[str, str],
) -> Routed | NoRoute:
    """Choose the channel for a notice and build its message.

    Args:
        kind: the notice's name, which picks the platform template.
        reference: tracking id, the same on every attempt.
        phone: mobile number, 84….
        content: what is said: `text` and the template's `params`.
        templates: platform template id by notice name (HOSO_ZALO_TEMPLATE_<NOTICE>).
    """
    if phone is None:
        return NoRoute("no_mobile")
    template_id = templates.get(kind)
    if not template_id:
        return NoRoute("template_not_configured")
    message = OutgoingMessage(
        reference=reference,
        recipient=Recipient(phone=SecretStr(phone)),
        text=content["text"],
        template=TemplateContent(template_id=template_id, params=content["params"]),
    )
    return Routed(TEMPLATE_BY_PHONE, message, "phone_in_dossier")
