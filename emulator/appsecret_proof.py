"""`appsecret_proof`: that a caller who has an access token knows the app secret too (docs: zalo 3). Pure."""

import hashlib
import hmac


def prove(access_token: str, app_secret: str) -> str:
    """The header's value: lower-case hex of HMAC-SHA256 over the access token, with the app secret as key."""
    return hmac.new(app_secret.encode(), access_token.encode(), hashlib.sha256).hexdigest()


def is_proof(given: str, access_token: str, app_secret: str) -> bool:
    """Whether a header's value is the right one."""
    return hmac.compare_digest(given.encode(errors="replace"), prove(access_token, app_secret).encode())
