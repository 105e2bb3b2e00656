"""The desk of broadcasts, put together from settings: for the console, the command line and the API alike."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from channels.sms.esms import EsmsChannel
from channels.sms.speedsms import SpeedSmsChannel
from channels.zalo.oa import ZaloOaChannel
from channels.zalo.template import ZaloTemplateChannel
from channels.zalo.template_user import ZaloTemplateByUserChannel
from hoso.limits import limits_config
from hoso.settings import Settings
from hoso.site import Site
from status_bridge.broadcasts import audience_rows
from status_bridge.broadcasts.config import BroadcastConfig
from status_bridge.broadcasts.desk import BroadcastDesk
from status_bridge.broadcasts.render import KIND, TEMPLATE_PARAMS
from status_bridge.route_policy import Policy, Prices
from status_bridge.short_text import ShortForm
from storage.crypto import Cipher
from storage.database import Database


def _ring_nobody(_lane: str) -> None:
    """Leave it to the sweeper."""


def _tell_nobody(_text: str) -> None:
    """Leave it to the pages."""


def broadcast_desk(
    site: Site,
    database: Database,
    cipher: Cipher | None = None,
    *,
    ring: Callable[[str], None] = _ring_nobody,
    tell_staff: Callable[[str], None] = _tell_nobody,
) -> BroadcastDesk:
    """Return the desk of a site; `ring` rings the bell of a lane, `tell_staff` takes a line."""
    config = broadcast_config(site.settings)
    return BroadcastDesk(database, cipher or site.cipher, config, ring=ring, tell_staff=tell_staff)


def broadcast_config(settings: Settings) -> BroadcastConfig:
    """Return what the site chose for its broadcasts."""
    prices = Prices(by_phone=settings.template_vnd, by_user=settings.template_uid_vnd)
    limits = limits_config(settings)
    template_id = settings.templates.get(KIND)
    return BroadcastConfig(
        route=_policy(settings),
        templates={} if template_id is None else {template_id: TEMPLATE_PARAMS},
        official_domains=settings.official_domains,
        prices=lambda _template_id: prices,
        approval_people=settings.broadcast_approval_people,
        approval_cost_vnd=settings.broadcast_approval_cost_vnd,
        canary_percent=settings.broadcast_canary_percent,
        canary_wait=timedelta(minutes=settings.broadcast_canary_minutes),
        zone=settings.zone,
        account_id=settings.oa_id,
        per_minute={name: endpoint.per_minute for name, endpoint in limits.endpoints.items()},
        reserved_share=limits.reserved_share,
        audience=audience_policy(settings),
    )


def audience_policy(settings: Settings) -> audience_rows.Policy:
    """Return what decides what may be said to whom."""
    return audience_rows.Policy(
        zone=settings.zone,
        sensitive_procedures=settings.sensitive_procedures,
        shared_phone_owners=settings.shared_phone_owners,
        shared_phone_days=settings.shared_phone_days,
    )


def _policy(settings: Settings) -> Policy:
    """Return the router's policy without opening any channel: which there are follows from the settings."""
    gateway = next(
        (
            channel.name
            for channel, config in ((EsmsChannel, settings.esms), (SpeedSmsChannel, settings.speedsms))
            if config is not None
        ),
        None,
    )
    zalo = {ZaloOaChannel.name, ZaloTemplateChannel.name, ZaloTemplateByUserChannel.name}
    return Policy(
        channels=frozenset(zalo | ({gateway} if gateway else set())),
        templates=settings.templates,
        sms_channel=gateway,
        sms_for=settings.sms_for,
        free_window=timedelta(hours=settings.free_window_hours),
        short=ShortForm(settings.sms_max_parts, settings.sms_unicode, settings.sms_vnd_per_part),
    )
