"""Messaging platforms: one contract, one error tree, one HTTP client, one folder a platform.

Knows nothing of dossiers or citizens. Start with `base.py` and `errors.py`; `registry.py` lists the platforms.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
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

_HOMES = {
    "errors": ("ChannelError",),
    "http": ("HttpClient", "HttpConfig"),
    "registry": ("ChannelParts", "ZaloParts", "build_channels", "build_webhooks"),
}


def __getattr__(name: str) -> Any:
    # The settings read the platforms' configurations; a command that looks something up needs none of their clients.
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    home = next((module for module, names in _HOMES.items() if name in names), "base")
    return getattr(import_module(f"channels.{home}"), name)
