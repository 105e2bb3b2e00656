"""The router of delivery, put together from settings, the channels that are set up, and the catalogue's prices."""

from collections.abc import Callable
from datetime import timedelta

from hoso.moments import utc_now
from hoso.parts import OpenChannels
from hoso.settings import Settings
from status_bridge.routing import NoRoute, Policy, Prices, Question, Routed, route, template_of
from status_bridge.short_text import ShortForm
from storage.notices import ClaimedNotice
from workers.config import DeliveryConfig

SMS_CHANNELS = ("sms_esms", "sms_speedsms")


def routing_policy(settings: Settings, channels: OpenChannels) -> Policy:
    """Return what is set up, and the city's rules about it."""
    return Policy(
        channels=frozenset(channels.by_name),
        templates=settings.templates,
        sms_channel=next((name for name in SMS_CHANNELS if name in channels.by_name), None),
        sms_for=settings.sms_for,
        is_email_last_resort=settings.email_for == "last_resort",
        free_window=timedelta(hours=settings.free_window_hours),
        short=ShortForm(settings.sms_max_parts, settings.sms_unicode, settings.sms_vnd_per_part),
    )


def open_router(settings: Settings, channels: OpenChannels) -> Callable[[ClaimedNotice], Routed | NoRoute]:
    """Return the function that chooses channel and message for a claimed notice; it asks nobody."""
    policy, prices = routing_policy(settings, channels), _prices(settings, channels)

    def choose(notice: ClaimedNotice) -> Routed | NoRoute:
        return route(Question(notice, prices(template_of(notice, policy.templates))), policy, utc_now())

    return choose


def delivery_config(settings: Settings) -> DeliveryConfig:
    """Return the window, the lease and the patience of delivery."""
    return DeliveryConfig(
        in_flight=settings.sends_in_flight,
        lease_seconds=settings.lease_seconds,
        send_deadline_seconds=settings.send_deadline_seconds,
        in_doubt_wait_seconds=settings.doubt_seconds,
        no_account_seconds=settings.no_account_days * 86400,
        refused_seconds=settings.refused_days * 86400,
        cannot_receive_seconds=settings.cannot_receive_hours * 3600,
    )


def _prices(settings: Settings, channels: OpenChannels) -> Callable[[str | None], Prices]:
    usual = Prices(by_phone=settings.template_vnd, by_user=settings.template_uid_vnd)
    catalog = None if channels.zalo is None else channels.zalo.catalog

    def prices(template_id: str | None) -> Prices:
        described = None if catalog is None or template_id is None else catalog.peek(template_id)
        if described is None:
            return usual
        by_phone, by_user = described.price_by_phone, described.price_by_user
        return Prices(
            by_phone=usual.by_phone if by_phone is None else by_phone,
            by_user=usual.by_user if by_user is None else by_user,
        )

    return prices
