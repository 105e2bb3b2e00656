"""The door that the Zalo adapter hands to the web server."""

from __future__ import annotations

from collections.abc import Collection
from functools import partial

from channels.base import WebhookRoute
from channels.zalo.config import ZaloConfig
from channels.zalo.signature import SignatureCheck
from channels.zalo.webhook import PLATFORM, open_webhook, parse_verified

WEBHOOK_PATH = "/webhooks/zalo"


def build_webhook_route(config: ZaloConfig, *, account_ids: Collection[str]) -> WebhookRoute:
    """One address for the events of every OA of the app. Raises `ValueError` without a key: no secret, no door.

    `account_ids` is looked at anew for each body: an account may get its consent while the door is open.
    """
    if not config.oa_secret_keys:
        raise ValueError("no webhook without a key; set HOSO_ZALO_OA_SECRET_KEYS")
    check = SignatureCheck(app_id=config.app_id, secrets=config.oa_secret_keys, app_secret=config.app_secret)
    return WebhookRoute(
        platform=PLATFORM,
        path=WEBHOOK_PATH,
        open=partial(open_webhook, check=check, account_ids=account_ids),
        parse=partial(parse_verified, account_ids=account_ids),
    )
