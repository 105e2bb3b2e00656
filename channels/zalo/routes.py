"""The door that the Zalo adapter hands to the web server."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from functools import partial

from channels.base import SignatureVerdict, WebhookRoute
from channels.zalo.config import ZaloConfig
from channels.zalo.webhook import PLATFORM, parse_verified, verify_signature

WEBHOOK_PATH = "/webhooks/zalo"


def build_webhook_route(config: ZaloConfig, *, account_ids: Collection[str]) -> WebhookRoute:
    """One address for the events of every OA of the app. Raises `ValueError` without a key: no secret, no door."""
    if not config.oa_secret_keys:
        raise ValueError("no webhook without a key; set HOSO_ZALO_OA_SECRET_KEYS")

    def verify(headers: Mapping[str, str], body: bytes) -> SignatureVerdict:
        return verify_signature(
            headers=headers,
            body=body,
            app_id=config.app_id,
            secrets=config.oa_secret_keys,
            app_secret=config.app_secret,
        )

    parse = partial(parse_verified, account_ids=frozenset(account_ids))
    return WebhookRoute(platform=PLATFORM, path=WEBHOOK_PATH, verify=verify, parse=parse)
