"""The Standard Webhooks scheme, symmetric form: what a receiver checks to know that an event is ours and whole.

Signed is ``id.timestamp.body`` with HMAC-SHA-256; the secret is written ``whsec_`` and base64 of 24 to 64 bytes. While
a secret is changed there are two, and a signature by each, so the receiver may change when it likes.
"""

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from typing import Final

PREFIX: Final = "whsec_"
VERSION: Final = "v1"
MIN_SECRET_BYTES: Final = 24
MAX_SECRET_BYTES: Final = 64


def read_secret(text: str) -> bytes:
    """Return the bytes of a secret.

    Raises:
        ValueError: it is not written as the scheme wants it; the message does not quote it.
    """
    try:
        raw = base64.b64decode(text.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raw = b""
    if not text.startswith(PREFIX) or not MIN_SECRET_BYTES <= len(raw) <= MAX_SECRET_BYTES:
        raise ValueError("each secret must be whsec_ and base64 of 24 to 64 bytes; make one with: hoso outgoing secret")
    return raw


def new_secret() -> str:
    """Return a new secret as it is written."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def sign(keys: Sequence[bytes], *, id: str, timestamp: int, body: bytes) -> str:  # noqa: A002 - the scheme's word
    """Return the value of the header ``webhook-signature``: one signature a key, separated by spaces."""
    signed = f"{id}.{timestamp}.".encode() + body
    return " ".join(f"{VERSION},{base64.b64encode(hmac.digest(key, signed, 'sha256')).decode()}" for key in keys)
