"""Small pure computations the platform asks for: proof header, PKCE challenge, hashed phone, phone form."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re

from pydantic import SecretStr

_MOBILE = re.compile(r"84[35789][0-9]{8}")  # docs: zalo 6.1, row `phone`


def is_mobile(phone: str) -> bool:
    """Is this a Vietnamese mobile number in the form the platform takes (`84…`, digits only)?"""
    return _MOBILE.fullmatch(phone) is not None


def appsecret_proof(app_secret: SecretStr, access_token: SecretStr) -> str:
    """Lower-case hex HMAC-SHA256 of the access token under the app secret (docs: zalo 3)."""
    key, message = app_secret.get_secret_value().encode(), access_token.get_secret_value().encode()
    return hmac.new(key, message, hashlib.sha256).hexdigest()


def code_challenge(verifier: str) -> str:
    """PKCE S256 challenge: base64url without padding of the verifier's SHA-256 (docs: zalo 2.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()


def hash_phone(phone: str) -> str:
    """Lower-case SHA-256 hex of the bare `84…` digits (docs: zalo 6.2)."""
    return hashlib.sha256(phone.encode()).hexdigest()
