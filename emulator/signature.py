"""The signature of an Official Account event (docs: zalo 7.2): plain SHA-256 over a concatenation, not an HMAC."""

import hashlib


def sign(app_id: str, body: bytes, timestamp: str, oa_secret_key: str) -> str:
    """Sixty-four lower-case hex digits over app id, raw body, timestamp and the OA Secret Key."""
    return hashlib.sha256(app_id.encode() + body + timestamp.encode() + oa_secret_key.encode()).hexdigest()
