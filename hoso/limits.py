"""The limits of this site, from its settings, and what they keep in the database."""

from collections.abc import Callable, Coroutine, Mapping
from typing import Any

from channels.sms.esms import EsmsChannel
from channels.sms.speedsms import SpeedSmsChannel
from channels.zalo.oa import ZaloOaChannel
from channels.zalo.template import ZaloTemplateChannel
from channels.zalo.template_user import ZaloTemplateByUserChannel
from hoso.settings import Settings
from hoso.site import Site
from storage.accounts import AccountStore
from storage.crypto import Cipher
from storage.database import Database
from workers.limit_config import EndpointLimit, LimitsConfig
from workers.limits import Limits
from workers.quota import Quota, keep_book

# docs: zalo 4.7, [C]: about 4,000 requests a minute and app.
OA_PER_MINUTE = 4000
# Nothing is published (docs: zalo 6.5, "TPS"): below the account's own limit, and a million people in a working day.
TEMPLATE_PER_MINUTE = 3000
SMS_PER_MINUTE = 600  # the gateways count by the second (docs: zalo 10.1, row 160)


def open_limits(site: Site) -> Limits:
    """Return the gate of one process; use it as `async with`, and run its `run` beside the sends."""
    return Limits(site.redis_url, limits_config(site.settings))


def limits_config(settings: Settings) -> LimitsConfig:
    """Return the limits by channel. Zalo's are those of the account in the settings."""
    by_account = _endpoints(settings)
    return LimitsConfig(endpoints=by_account, reserved_share=settings.reserved_share_percent / 100)


def _endpoints(settings: Settings) -> Mapping[str, EndpointLimit]:
    oa = _per_minute(settings, settings.zalo_oa_per_minute, OA_PER_MINUTE)
    template = _per_minute(settings, settings.zalo_template_per_minute, TEMPLATE_PER_MINUTE)
    sms = _per_minute(settings, settings.sms_per_minute, SMS_PER_MINUTE)
    account = settings.oa_id
    return {
        # The quota beside a chat message or a template by user id is that person's (docs: zalo 4.3), not the day's.
        ZaloOaChannel.name: EndpointLimit(account=account, per_minute=oa),
        ZaloTemplateByUserChannel.name: EndpointLimit(account=account, per_minute=oa),
        ZaloTemplateChannel.name: EndpointLimit(account=account, per_minute=template, has_daily_quota=True),
        EsmsChannel.name: EndpointLimit(per_minute=sms),
        SpeedSmsChannel.name: EndpointLimit(per_minute=sms),
    }


def _per_minute(settings: Settings, given: int | None, default: int) -> int:
    if given is not None:
        return given
    return 0 if settings.is_emulated else default


def quota_chore(
    settings: Settings, database: Database, cipher: Cipher, limits: Limits
) -> Callable[[], Coroutine[Any, Any, None]]:
    """Return what writes the day's quota to the account, until cancelled: `hoso accounts` and `hoso doctor` show it."""
    store = AccountStore(database, cipher)

    async def save(_channel: str, quota: Quota) -> None:
        await store.note_quota(settings.oa_id, remaining=quota.remaining, total=quota.total)

    return lambda: keep_book(limits.quotas, save)
