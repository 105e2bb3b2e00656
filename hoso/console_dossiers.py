"""What the console's pages about dossiers need of other rooms: reasons in words, and apologies."""

from __future__ import annotations

from collections.abc import Callable

from aiohttp import web

from console.dossiers import APOLOGISER, EXPLAINER
from hoso.parts import intake_config
from hoso.settings import Settings
from hoso.site import Site
from status_bridge import explaining
from status_bridge.apologies import Apologies, ApologyRules
from status_bridge.apology_words import ApologyWords
from status_bridge.composition import CompositionConfig
from status_bridge.dead_ends import DeadEnd
from storage.crypto import Cipher


class NoticeWords:
    """Reasons and codes in words (`console.dossiers.Explainer`)."""

    def reason(self, state: str, reason: str | None, *, is_final_doubt: bool, language: str) -> DeadEnd | None:
        """Return why a notice is where it is; None: nothing is to be said."""
        return explaining.explain_reason(state, reason, is_final_doubt=is_final_doubt, language=language)

    def code(self, channel: str | None, code: str | None, language: str) -> str | None:
        """Return what a code means; None: nobody knows."""
        return explaining.explain_code(channel, code, language)


def open_apologies(settings: Settings, cipher: Cipher) -> Apologies:
    """Return what prepares and sends apologies, with the city's rules."""
    words = ApologyWords(CompositionConfig(settings.sensitive_procedures, settings.hotline, settings.zone))
    rules = ApologyRules(settings.apology_max_redatings, settings.apology_working_days)
    return Apologies(cipher, intake_config(settings), words, settings.work_calendar, rules)


def fill_dossiers(site: Site) -> Callable[[web.Application], None]:
    """Return what puts them into the console."""

    def fill(app: web.Application) -> None:
        app[EXPLAINER] = NoticeWords()
        app[APOLOGISER] = open_apologies(site.settings, site.cipher)

    return fill
