"""The console's texts: checks and previews of the product's own words and of officers', and what the platform wants."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from aiohttp import web

from channels.errors import ChannelError
from channels.http import HttpClient
from channels.zalo.auth import TokenKeeper
from channels.zalo.client import ZaloClient
from channels.zalo.methods.template_queries import TemplateInfo
from console.app import Fill
from console.texts.services import TEXTS, Checked, PlatformTemplate, TextSubject
from dossiers.status import Notice
from hoso import parts
from hoso.moments import utc_now
from hoso.settings import Settings
from hoso.site import Site
from status_bridge import texts
from status_bridge.composition import LANGUAGES
from storage.accounts import AccountStore
from storage.database import Database
from storage.templates import Body, Medium

_KEEP_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class _Kept:
    at: float
    found: PlatformTemplate


class TextServices:
    """What `console/texts` needs; see `console.texts.services.Texts`."""

    def __init__(self, site: Site, database: Database) -> None:
        self._site = site
        self._database = database
        self._composer = parts.composer(site.settings)
        self._kept: dict[str, _Kept] = {}

    @property
    def placeholders(self) -> Sequence[str]:
        """What a text may name."""
        return texts.PLACEHOLDERS

    @property
    def samples(self) -> tuple[str, ...]:
        """The made-up dossiers."""
        return tuple(texts.SAMPLES)

    def subjects(self) -> list[TextSubject]:
        """Return every text there is."""
        return [
            TextSubject(notice.value, notice.label_vi, notice.label_en, language, medium)
            for notice in Notice
            for language in LANGUAGES
            for medium in Medium
        ]

    def product_body(self, notice: str, language: str, medium: Medium) -> Body:
        """Return the words that come with the product."""
        return self._composer.product_body(Notice(notice), language, medium)

    def check(self, notice: str, medium: Medium, body: Body, sample: str) -> Checked:
        """Return what is wrong with words, or how they come out."""
        problems = texts.find_problems(Notice(notice), medium, body)
        limits = texts.limits_of(Notice(notice), medium)
        if problems or body.is_product:
            return Checked(tuple((p.field, p.word, p.values) for p in problems), "", {}, 0, limits)
        shown = texts.show(medium, body, sample)
        return Checked((), shown.text, shown.params, shown.sms_parts, limits)

    async def platform(self, notice: str) -> PlatformTemplate:
        """Return what the platform says of a notice's template; asked at most once in five minutes."""
        kept = self._kept.get(notice)
        if kept is None or time.monotonic() - kept.at > _KEEP_SECONDS:
            kept = self._kept[notice] = _Kept(time.monotonic(), await self._ask(notice))
        return kept.found

    async def _ask(self, notice: str) -> PlatformTemplate:
        settings: Settings = self._site.settings
        template_id = settings.templates.get(notice)
        ours = texts.limits_of(Notice(notice), Medium.TEMPLATE)
        if template_id is None:
            return PlatformTemplate(None, None, ours, None, "not_set")
        config = parts.zalo_config(settings)
        store = AccountStore(self._database, self._site.cipher)
        try:
            async with (
                HttpClient() as http,
                TokenKeeper(store, http, config, clock=utc_now, sleep=parts.sleep) as keeper,
            ):
                client = ZaloClient(http, keeper, config, account_id=settings.oa_id)
                described = await client.call(TemplateInfo(template_id=template_id))
        except (ChannelError, LookupError):
            return PlatformTemplate(template_id, None, ours, None, "unknown")
        theirs = {param.name: param.max_length for param in described.list_params}
        fits = set(theirs) == set(ours) and all(limit is None or limit >= ours[name] for name, limit in theirs.items())
        state = "fits" if fits and described.status in ("", "ENABLE") else "differs"
        return PlatformTemplate(template_id, described.status or None, ours, theirs, state)


def fill_texts(site: Site, database: Database) -> Fill:
    """Return what gives the texts' pages their services."""
    services = TextServices(site, database)

    def fill(app: web.Application) -> None:
        app[TEXTS] = services

    return fill
