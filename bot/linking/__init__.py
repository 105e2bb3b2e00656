"""Linking: which dossiers a person may ask about. A security boundary (docs/linking.md)."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from bot.linking.asking import Asked, Target, ask_code
    from bot.linking.finding import find_link, find_linked, is_guessing
    from bot.linking.proving import prove
    from bot.linking.purposes import when_proved
    from storage.link_codes import Proof

__all__ = [
    "Asked",
    "Proof",
    "Target",
    "ask_code",
    "find_link",
    "find_linked",
    "is_guessing",
    "prove",
    "when_proved",
]

_HOMES = {
    "Asked": "bot.linking.asking",
    "Proof": "storage.link_codes",
    "Target": "bot.linking.asking",
    "ask_code": "bot.linking.asking",
    "find_link": "bot.linking.finding",
    "find_linked": "bot.linking.finding",
    "is_guessing": "bot.linking.finding",
    "prove": "bot.linking.proving",
    "when_proved": "bot.linking.purposes",
}


def __getattr__(name: str) -> Any:
    # The settings read `bot.linking.config`; only the bot itself needs all the rest.
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)
