"""The list of platforms. A new one is one folder and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from channels.base import Channel, WebhookRoute
from channels.errors import UnknownChannel
from channels.http import HttpClient
from channels.zalo.auth import TokenKeeper
from channels.zalo.client import ZaloClient
from channels.zalo.config import ZaloConfig
from channels.zalo.oa import ZaloOaChannel
from channels.zalo.routes import build_webhook_route
from channels.zalo.template import ZaloTemplateChannel


@dataclass(frozen=True, slots=True)
class ZaloParts:
    """What the Zalo channels of one Official Account are made of."""

    config: ZaloConfig
    keeper: TokenKeeper
    account_id: str


@dataclass(frozen=True, slots=True)
class ChannelParts:
    """Everything that channels may need; a platform that is not set up is None."""

    http: HttpClient
    zalo: ZaloParts | None = None


Factory = Callable[[ChannelParts], Channel | None]
"""Builds a channel, or None when its platform is not set up."""


def _zalo_template(parts: ChannelParts) -> Channel | None:
    zalo = parts.zalo
    return None if zalo is None else ZaloTemplateChannel(_zalo_client(parts.http, zalo), zalo.config)


def _zalo_oa(parts: ChannelParts) -> Channel | None:
    zalo = parts.zalo
    return None if zalo is None else ZaloOaChannel(_zalo_client(parts.http, zalo))


def _zalo_client(http: HttpClient, zalo: ZaloParts) -> ZaloClient:
    return ZaloClient(http, zalo.keeper, zalo.config, account_id=zalo.account_id)


CHANNELS: Mapping[str, Factory] = {
    "zalo_template": _zalo_template,
    "zalo_oa": _zalo_oa,
}


def build_channels(parts: ChannelParts, names: Iterable[str] | None = None) -> dict[str, Channel]:
    """The channels that are set up, by name; `names` asks for some of them only.

    Raises `UnknownChannel` for a name that is not in `CHANNELS`, or whose platform is not set up.
    """
    if names is None:
        built = {name: factory(parts) for name, factory in CHANNELS.items()}
        return {name: channel for name, channel in built.items() if channel is not None}
    return {name: _build_one(parts, name) for name in names}


def build_webhooks(*, zalo: ZaloConfig | None, zalo_account_ids: Iterable[str] = ()) -> list[WebhookRoute]:
    """The doors of all platforms that are set up and have a key, for the web server to open."""
    if zalo is None or not zalo.oa_secret_keys:
        return []
    return [build_webhook_route(zalo, account_ids=frozenset(zalo_account_ids))]


def _build_one(parts: ChannelParts, name: str) -> Channel:
    factory = CHANNELS.get(name)
    if factory is None:
        raise UnknownChannel(f"no channel {name!r}; there are: {', '.join(sorted(CHANNELS))}")
    channel = factory(parts)
    if channel is None:
        raise UnknownChannel(f"channel {name!r} is not set up; give its platform's settings")
    return channel
