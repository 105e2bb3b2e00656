"""What the console needs to answer people: the chat's own words and rules, promises, and the platform's photos."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import datetime

from aiohttp import web

from bot.downloads import DownloadError, Downloads
from bot.feedback.photos import shrink
from bot.linking.pictures import UnreadablePicture, apart, look_at
from bot.reading import read_update
from bot.texts import feedback, person
from bot.texts.person import in_all_languages
from bot.ticket_rules import TicketRules
from channels.zalo.routes import build_webhook_route
from channels.zalo_bot.webhook import build_bot_route
from console.answering import ANSWERING, Terms
from hoso import parts
from hoso.officer_chat import ticket_rules
from hoso.settings import Settings
from storage.chat_window import WindowRules

LANGUAGES = ("vi", "en")
PUBLISH_DAYS = 2
"""Working days. docs: public-services 6.2."""


class CityAnswering:
    """The city's words and rules; fetches photos while the application runs (see `console.answering.Answering`)."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rules: TicketRules = ticket_rules(settings)
        self._downloads = Downloads(settings.downloads)

    @property
    def rules(self) -> WindowRules:
        """What may be written into a chat when."""
        return self._rules.window

    def joined(self) -> Mapping[str, str]:
        """Return what is said when an officer takes a conversation."""
        return in_all_languages("officer_is_here")

    def ended(self, note: str | None) -> Mapping[str, str]:
        """Return what is said when an officer ends it, with a note or without."""
        if note is None:
            return in_all_languages("closed")
        return in_all_languages("closed_with_summary", summary=note)

    def said(self, language: str, text: str) -> str:
        """Return an officer's words as they are sent."""
        return person.words_of(language).said.format(text=text)

    def answered(self) -> Mapping[str, str]:
        """Return what is said when a ticket is answered."""
        return {language: feedback.words_of(language).answered_notice for language in LANGUAGES}

    def terms(self, opened_at: datetime) -> Terms:
        """Return what is promised for feedback that came at a moment."""
        local, rules = opened_at.astimezone(self._settings.zone), self._rules
        return Terms(rules.due_after(local, rules.refuse_days), rules.due_after(local, rules.supplement_days))

    def publish_by(self, answered_at: datetime) -> datetime:
        """Return until when an answer is to be made public."""
        return self._rules.due_after(answered_at.astimezone(self._settings.zone), PUBLISH_DAYS)

    async def fetch_photo(self, platform: str, event: str) -> bytes | None:
        """Return the first picture of an event as a small JPEG; an identity card is shown to nobody."""
        address = self._address(platform, event)
        if address is None:
            return None
        try:
            data = await self._downloads.fetch(address)
            if (await look_at(data)).is_identity_card:
                return None
            return await apart(shrink, data, self._rules.max_photo_bytes)
        except (DownloadError, UnreadablePicture):
            return None

    def _address(self, platform: str, event: str) -> str | None:
        if platform == "zalo_bot" and self._settings.zalo_bot is not None:
            route = build_bot_route(self._settings.zalo_bot)
        else:
            route = build_webhook_route(parts.zalo_config(self._settings), account_ids=set())
        updates = [read_update(one) for one in route.parse({}, event.encode())]
        return next((photo for update in updates if update is not None for photo in update.photos), None)

    def fill(self, app: web.Application) -> None:
        """Put it into the console's application, and end it with that."""
        app[ANSWERING] = self
        app.cleanup_ctx.append(self._close_at_end)

    async def _close_at_end(self, _app: web.Application) -> AsyncIterator[None]:
        yield
        await self._downloads.aclose()
