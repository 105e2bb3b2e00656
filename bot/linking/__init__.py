"""Linking: which dossiers a person may ask about. A security boundary (docs/linking.md)."""

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
