"""What the Zalo channels are made of, put together once, so that they share a client, uploads and a catalogue."""

from __future__ import annotations

from dataclasses import dataclass, field

from channels.http import HttpClient
from channels.zalo.account import ZaloAccountApi
from channels.zalo.assets import AssetStore, Uploader
from channels.zalo.auth import TokenKeeper
from channels.zalo.catalog import TemplateCatalog
from channels.zalo.client import ZaloClient
from channels.zalo.config import ZaloConfig
from channels.zalo.oa import ZaloOaChannel
from channels.zalo.template import ZaloTemplateChannel
from channels.zalo.template_user import ZaloTemplateByUserChannel


@dataclass(frozen=True, slots=True)
class ZaloParts:
    """What the Zalo channels of an app need from outside. `account_id` sends what names no account."""

    config: ZaloConfig
    keeper: TokenKeeper
    account_id: str
    assets: AssetStore | None = None
    """Where the ids of uploads are kept; None: in memory."""


@dataclass(frozen=True, slots=True)
class ZaloKit:
    """The parts put together, for one event loop."""

    config: ZaloConfig
    client: ZaloClient
    catalog: TemplateCatalog
    uploader: Uploader
    account: ZaloAccountApi = field(repr=False)

    @classmethod
    def build(cls, http: HttpClient, parts: ZaloParts) -> ZaloKit:
        """Put a kit together; nothing is asked of the platform yet."""
        client = ZaloClient(http, parts.keeper, parts.config, account_id=parts.account_id)
        uploader = Uploader(client, parts.assets)
        return cls(parts.config, client, TemplateCatalog(client), uploader, ZaloAccountApi(client))

    def oa_channel(self) -> ZaloOaChannel:
        """Consultation messages."""
        return ZaloOaChannel(self.client, self.config, uploader=self.uploader)

    def template_channel(self) -> ZaloTemplateChannel:
        """Templates by phone."""
        return ZaloTemplateChannel(self.client, self.config, catalog=self._checking())

    def template_user_channel(self) -> ZaloTemplateByUserChannel:
        """Templates by user id."""
        return ZaloTemplateByUserChannel(self.client, self.config, catalog=self._checking())

    def _checking(self) -> TemplateCatalog | None:
        return self.catalog if self.config.check_templates else None
