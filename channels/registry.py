"""The list of platforms. A new one is one folder and one line here."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property

from channels.base import Channel, WebhookRoute
from channels.email.channel import EmailChannel
from channels.email.config import EmailConfig
from channels.errors import UnknownChannel
from channels.http import HttpClient
from channels.sms.config import EsmsConfig, SpeedSmsConfig
from channels.sms.esms import EsmsChannel
from channels.sms.shape import Shaper
from channels.sms.speedsms import SpeedSmsChannel
from channels.zalo.config import ZaloConfig
from channels.zalo.kit import ZaloKit, ZaloParts
from channels.zalo.routes import build_webhook_route
from channels.zalo_bot.channel import ZaloBotChannel
from channels.zalo_bot.client import BotClient
from channels.zalo_bot.config import ZaloBotConfig
from channels.zalo_bot.webhook import build_bot_route

__all__ = ["CHANNELS", "ChannelParts", "Factory", "ZaloParts", "build_channels", "build_webhooks"]


@dataclass(frozen=True)
class ChannelParts:
    """Everything that channels may need; a platform that is not set up is None."""

    http: HttpClient
    zalo: ZaloParts | None = None
    zalo_bot: ZaloBotConfig | None = None
    esms: EsmsConfig | None = None
    speedsms: SpeedSmsConfig | None = None
    sms_shaper: Shaper | None = None
    """How texts become short messages; without it no gateway is built."""
    email: EmailConfig | None = None

    @cached_property
    def zalo_kit(self) -> ZaloKit | None:
        """What the Zalo channels share, built once."""
        return None if self.zalo is None else ZaloKit.build(self.http, self.zalo)


Factory = Callable[[ChannelParts], Channel | None]
"""Builds a channel, or None when its platform is not set up."""


def _zalo_template(parts: ChannelParts) -> Channel | None:
    return None if parts.zalo_kit is None else parts.zalo_kit.template_channel()


def _zalo_template_uid(parts: ChannelParts) -> Channel | None:
    return None if parts.zalo_kit is None else parts.zalo_kit.template_user_channel()


def _zalo_oa(parts: ChannelParts) -> Channel | None:
    return None if parts.zalo_kit is None else parts.zalo_kit.oa_channel()


def _zalo_bot(parts: ChannelParts) -> Channel | None:
    return None if parts.zalo_bot is None else ZaloBotChannel(BotClient(parts.http, parts.zalo_bot))


def _sms_esms(parts: ChannelParts) -> Channel | None:
    if parts.esms is None or parts.sms_shaper is None:
        return None
    return EsmsChannel(parts.http, parts.esms, parts.sms_shaper)


def _sms_speedsms(parts: ChannelParts) -> Channel | None:
    if parts.speedsms is None or parts.sms_shaper is None:
        return None
    return SpeedSmsChannel(parts.http, parts.speedsms, parts.sms_shaper)


def _email(parts: ChannelParts) -> Channel | None:
    return None if parts.email is None else EmailChannel(parts.email)


CHANNELS: Mapping[str, Factory] = {
    "zalo_template": _zalo_template,
    "zalo_template_uid": _zalo_template_uid,
    "zalo_oa": _zalo_oa,
    "zalo_bot": _zalo_bot,
    "sms_esms": _sms_esms,
    "sms_speedsms": _sms_speedsms,
    "email": _email,
}


def build_channels(parts: ChannelParts, names: Iterable[str] | None = None) -> dict[str, Channel]:
    """The channels that are set up, by name; `names` asks for some of them only.

    Raises `UnknownChannel` for a name that is not in `CHANNELS`, or whose platform is not set up.
    """
    if names is None:
        built = {name: factory(parts) for name, factory in CHANNELS.items()}
        return {name: channel for name, channel in built.items() if channel is not None}
    return {name: _build_one(parts, name) for name in names}


def build_webhooks(
    *,
    zalo: ZaloConfig | None,
    zalo_account_ids: Iterable[str] = (),
    zalo_bot: ZaloBotConfig | None = None,
) -> list[WebhookRoute]:
    """The doors of all platforms that are set up and have a key, for the web server to open."""
    doors = []
    if zalo is not None and zalo.oa_secret_keys:
        doors.append(build_webhook_route(zalo, account_ids=frozenset(zalo_account_ids)))
    if zalo_bot is not None and zalo_bot.webhook_secret is not None:
        doors.append(build_bot_route(zalo_bot))
    return doors


def _build_one(parts: ChannelParts, name: str) -> Channel:
    factory = CHANNELS.get(name)
    if factory is None:
        raise UnknownChannel(f"no channel {name!r}; there are: {', '.join(sorted(CHANNELS))}")
    channel = factory(parts)
    if channel is None:
        raise UnknownChannel(f"channel {name!r} is not set up; give its platform's settings")
    return channel
