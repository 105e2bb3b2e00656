"""Messaging platforms: one contract, one error tree, one HTTP client, one folder a platform.

Knows nothing of dossiers or citizens. Start with `base.py` and `errors.py`; `registry.py` lists the platforms.
"""

from channels.base import (
    Channel,
    EventKind,
    EventPayload,
    IncomingEvent,
    OutgoingMessage,
    RawPayload,
    Recipient,
    SendReceipt,
    SignatureOutcome,
    SignatureVerdict,
    TemplateContent,
    WebhookRoute,
)
from channels.errors import ChannelError
from channels.http import HttpClient, HttpConfig
from channels.registry import ChannelParts, ZaloParts, build_channels, build_webhooks

__all__ = [
    "Channel",
    "ChannelError",
    "ChannelParts",
    "EventKind",
    "EventPayload",
    "HttpClient",
    "HttpConfig",
    "IncomingEvent",
    "OutgoingMessage",
    "RawPayload",
    "Recipient",
    "SendReceipt",
    "SignatureOutcome",
    "SignatureVerdict",
    "TemplateContent",
    "WebhookRoute",
    "ZaloParts",
    "build_channels",
    "build_webhooks",
]
