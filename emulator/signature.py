"""The signature of an Official Account event (docs: zalo 7.2): plain SHA-256 over a concatenation, not an HMAC."""

import hashlib

from emulator.config import EmulatorConfig
from emulator.credentials import APP_ID, OA_SECRET_KEY

SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"
CONTENT_TYPE = "application/json; charset=utf-8"


def sign(app_id: str, body: bytes, timestamp: str, oa_secret_key: str) -> str:
    """Sixty-four lower-case hex digits over app id, raw body, timestamp and the OA Secret Key."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + oa_secret_key.encode()).hexdigest()


def signed_headers(body: bytes, timestamp: str, config: EmulatorConfig) -> dict[str, str]:
    """The headers of an event with this body: its type and its signature, as the settings want it written."""
    mac = sign(APP_ID, body, timestamp, OA_SECRET_KEY)
    headers = {"Content-Type": CONTENT_TYPE, SIGNATURE_HEADER: f"mac={mac}" if config.mac_prefix else mac}
    if config.timestamp_header:
        headers[TIMESTAMP_HEADER] = timestamp
    return headers
