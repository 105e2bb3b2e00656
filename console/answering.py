"""What conversations and tickets need of rooms that the console may not import: citizens' words, rules, promises."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from storage.chat_window import WindowRules


@dataclass(frozen=True, slots=True)
class Terms:
    """The law's times for feedback, as moments (Decision 766/QĐ-TTg; docs: public-services 6.2)."""

    refuse_by: datetime
    """Accept or refuse: 2 working days"""
    ask_by: datetime
    """Ask for a supplement: 5 working days"""


class Answering(Protocol):
    """The rules of answering people, and what is said to them around an officer's own words; texts by language."""

    @property
    def rules(self) -> WindowRules:
        """What may be written into a chat when."""

    def joined(self) -> Mapping[str, str]:
        """Return what is said when an officer takes a conversation."""

    def ended(self, note: str | None) -> Mapping[str, str]:
        """Return what is said when an officer ends it, with a note or without."""

    def said(self, language: str, text: str) -> str:
        """Return an officer's words as they are sent."""

    def answered(self) -> Mapping[str, str]:
        """Return what is said when a ticket is answered; with `{number}` and `{answer}`."""

    def terms(self, opened_at: datetime) -> Terms:
        """Return what is promised for feedback that came at a moment."""

    def publish_by(self, answered_at: datetime) -> datetime:
        """Return until when an answer is to be made public."""

    async def fetch_photo(self, platform: str, event: str) -> bytes | None:
        """Return the picture of a platform's event as a small JPEG; None: it is not to be had any more."""


ANSWERING: web.AppKey[Answering] = web.AppKey("answering")
