"""Is this webhook body really from Zalo? Pure, in constant time (docs: zalo 7.2).

The recipe is a plain SHA-256 over app id, raw body, the body's own timestamp and the OA secret key; no HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence

from pydantic import SecretStr

from channels.base import SignatureOutcome, SignatureVerdict
from channels.json_guard import MalformedJson, load_json

SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"  # seen in code, documented nowhere [C]: an alternative recipe only

_MAC = re.compile(r"(?:mac)?[\s=]*([0-9a-f]{64})", re.IGNORECASE)

_WRONG = SignatureVerdict(SignatureOutcome.WRONG)


def sign(*, app_id: str, body: bytes, timestamp: str, secret: SecretStr) -> str:
    """The lower-case hex mac of a body."""
    parts = (app_id.encode(), body, timestamp.encode(), secret.get_secret_value().encode())
    return hashlib.sha256(b"".join(parts)).hexdigest()


def verify_signature(
    *,
    headers: Mapping[str, str],
    body: bytes,
    app_id: str,
    secrets: Sequence[SecretStr],
    app_secret: SecretStr | None = None,
) -> SignatureVerdict:
    """Judge the raw body. Never raises for what the caller of the webhook sent; `ValueError` when we have no key.

    Accepted is only the documented recipe with one of `secrets` (new and old key). A body signed by another known
    recipe (header timestamp, or `app_secret` as key) is named so that the operator can correct the setting, not let in.
    There is no replay window: retries come hours later, so repeats are found by their dedup key (docs: zalo 7.2, 5).
    """
    if not secrets or not app_id or not all(key.get_secret_value() for key in secrets):
        raise ValueError(
            "webhook needs an app id and OA secret keys; set HOSO_ZALO_APP_ID and HOSO_ZALO_OA_SECRET_KEYS"
        )
    sent = read_header(headers, SIGNATURE_HEADER)
    if sent is None or not sent.strip():
        is_probe = body.strip() == b"{}"
        return SignatureVerdict(SignatureOutcome.PROBE if is_probe else SignatureOutcome.MISSING)
    match = _MAC.fullmatch(sent.strip())
    if match is None:
        return _WRONG
    mac = match[1].lower()
    timestamp = _read_timestamp(body)
    if timestamp is not None:
        fits = [
            hmac.compare_digest(mac, sign(app_id=app_id, body=body, timestamp=timestamp, secret=s)) for s in secrets
        ]
        if True in fits:
            return SignatureVerdict(SignatureOutcome.ACCEPTED, key_index=fits.index(True))
    header_timestamp = read_header(headers, TIMESTAMP_HEADER)
    for recipe, stamp, key in _alternatives(timestamp, header_timestamp, secrets, app_secret):
        if hmac.compare_digest(mac, sign(app_id=app_id, body=body, timestamp=stamp, secret=key)):
            return SignatureVerdict(SignatureOutcome.ALTERNATIVE, recipe=recipe)
    return _WRONG


def read_header(headers: Mapping[str, str], name: str) -> str | None:
    """A header by its name in any case; works on plain dictionaries too."""
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), None)


def _alternatives(
    timestamp: str | None, header_timestamp: str | None, secrets: Sequence[SecretStr], app_secret: SecretStr | None
) -> Iterator[tuple[str, str, SecretStr]]:
    if header_timestamp is not None:
        for secret in secrets:
            yield "header_timestamp", header_timestamp, secret
    if app_secret is not None and timestamp is not None:
        yield "app_secret", timestamp, app_secret
    if app_secret is not None and header_timestamp is not None:
        yield "app_secret_header_timestamp", header_timestamp, app_secret


def _read_timestamp(body: bytes) -> str | None:
    try:
        document = load_json(body)
    except MalformedJson:
        return None
    value = document.get("timestamp") if isinstance(document, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None
