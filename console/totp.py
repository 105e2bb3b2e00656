"""One-time codes of an authenticator app (RFC 6238: six digits, 30 seconds), and recovery codes for when it is lost."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import secrets
from typing import Final

import pyotp
import segno

STEP_SECONDS: Final = 30
WINDOW_STEPS: Final = 1
"""Steps before and after the present one that are let through: clocks differ, and people type slowly (RFC 6238 5.2)."""
RECOVERY_CODES: Final = 10
_RECOVERY_BYTES = 10
ISSUER: Final = "Báo Hồ Sơ"


def new_secret() -> str:
    """Return a secret for an app: 160 random bits in base32 (RFC 4226 4, R6)."""
    return pyotp.random_base32()


def code_at(secret: str, seconds: float) -> str:
    """Return the code at a moment, in seconds since 1970."""
    return pyotp.TOTP(secret).generate_otp(int(seconds // STEP_SECONDS))


def find_step(secret: str, code: str, seconds: float) -> int | None:
    """Return the 30-second step whose code this is, near a moment in seconds since 1970; None: a wrong code.

    Whether the step was used before is the database's word (`storage.credentials.use_step`).
    """
    digits = re.sub(r"\s", "", code)
    if not re.fullmatch(r"[0-9]{6}", digits):
        return None
    totp, now = pyotp.TOTP(secret), int(seconds // STEP_SECONDS)
    steps = [now + offset for offset in range(-WINDOW_STEPS, WINDOW_STEPS + 1)]
    fitting = [step for step in steps if hmac.compare_digest(totp.generate_otp(step), digits)]
    return max(fitting, default=None)


def address_of(secret: str, login: str) -> str:
    """Return the `otpauth:` address that apps read."""
    return pyotp.TOTP(secret).provisioning_uri(name=login, issuer_name=ISSUER)


def picture_of(address: str) -> str:
    """Return an address as a QR code: a `data:` picture in SVG, black on white in any colour scheme."""
    return segno.make(address, error="m").svg_data_uri(scale=5, border=4, light="#fff", dark="#000", omitsize=False)


def spaced(secret: str) -> str:
    """Return a secret in groups of four, for typing it in."""
    return " ".join(re.findall(".{1,4}", secret))


def new_recovery_codes() -> list[str]:
    """Return ten codes such as `ABCD-EFGH-IJKL-MNOP`, 80 random bits each; they are shown once."""
    texts = (base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(RECOVERY_CODES))
    return ["-".join(re.findall(".{4}", text)) for text in texts]


def is_recovery_code(text: str) -> bool:
    """Return whether a text has the form of a recovery code, however it was typed."""
    return re.fullmatch(r"[A-Z2-7]{16}", _bare(text)) is not None


def hash_recovery_code(text: str) -> bytes:
    """Return what is kept of a recovery code. A plain hash is enough: there is nothing to guess in 80 random bits."""
    return hashlib.sha256(_bare(text).encode("utf-8", "surrogatepass")).digest()


def _bare(text: str) -> str:
    return re.sub(r"[\s-]", "", text).upper()
