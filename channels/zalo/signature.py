"""Is this webhook body really from Zalo? Pure, in constant time (docs: zalo 7.2).

The recipe is a plain SHA-256 over app id, raw body, the body's own timestamp and the OA secret key; no HMAC.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import SecretStr

from channels.base import SignatureOutcome, SignatureVerdict
from channels.json_guard import MalformedJson, load_json

SIGNATURE_HEADER = "X-ZEvent-Signature"
TIMESTAMP_HEADER = "X-ZEvent-Timestamp"  # seen in code, documented nowhere [C]: an alternative recipe only

_MAC = re.compile(r"(?:mac)?[\s=]*([0-9a-f]{64})", re.IGNORECASE)

_WHITE_SPACE = b" \t\r\n"  # of JSON (RFC 8259, 2)

_WRONG = SignatureVerdict(SignatureOutcome.WRONG)
_MISSING = SignatureVerdict(SignatureOutcome.MISSING)
_PROBE = SignatureVerdict(SignatureOutcome.PROBE)


def sign(*, app_id: str, body: bytes, timestamp: str, secret: SecretStr) -> str:
    """The lower-case hex mac of a body."""
    return _mac(app_id.encode(), body, timestamp, secret.get_secret_value().encode())


class SignatureCheck:
    """Judges raw bodies for one app. `ValueError` when there is no key: no secret, no door.

    Accepted is only the documented recipe with one of `secrets` (new and old key). A body signed by another known
    recipe (header timestamp, or `app_secret` as key) is named so that the operator can correct the setting, not let in.
    There is no replay window: retries come hours later, so repeats are found by their dedup key (docs: zalo 7.2, 5).
    """

    def __init__(self, *, app_id: str, secrets: Sequence[SecretStr], app_secret: SecretStr | None = None) -> None:
        if not secrets or not app_id or not all(key.get_secret_value() for key in secrets):
            raise ValueError(
                "webhook needs an app id and OA secret keys; set HOSO_ZALO_APP_ID and HOSO_ZALO_OA_SECRET_KEYS"
            )
        self._app_id = app_id.encode()
        self._secrets = tuple(key.get_secret_value().encode() for key in secrets)
        self._app_secret = None if app_secret is None else app_secret.get_secret_value().encode()
        self._accepted = tuple(
            SignatureVerdict(SignatureOutcome.ACCEPTED, key_index=index) for index in range(len(secrets))
        )

    def judge(self, headers: Mapping[str, str], body: bytes, timestamp: str | None) -> SignatureVerdict:
        """Judge a body by its own `timestamp` (see `read_timestamp`). Never raises for what the sender sent."""
        sent = (read_header(headers, SIGNATURE_HEADER) or "").strip()
        if not sent:
            return _PROBE if body.translate(None, _WHITE_SPACE) == b"{}" else _MISSING
        match = _MAC.fullmatch(sent)
        if match is None:
            return _WRONG
        mac = match[1].lower()
        if timestamp is not None:
            for key, accepted in zip(self._secrets, self._accepted, strict=True):
                if hmac.compare_digest(mac, _mac(self._app_id, body, timestamp, key)):
                    return accepted
        header_timestamp = read_header(headers, TIMESTAMP_HEADER)
        for recipe, stamp, key in self._alternatives(timestamp, header_timestamp):
            if hmac.compare_digest(mac, _mac(self._app_id, body, stamp, key)):
                return SignatureVerdict(SignatureOutcome.ALTERNATIVE, recipe=recipe)
        return _WRONG

    def _alternatives(self, timestamp: str | None, header_timestamp: str | None) -> Iterator[tuple[str, str, bytes]]:
        if header_timestamp is not None:
            for secret in self._secrets:
                yield "header_timestamp", header_timestamp, secret
        if self._app_secret is not None and timestamp is not None:
            yield "app_secret", timestamp, self._app_secret
        if self._app_secret is not None and header_timestamp is not None:
            yield "app_secret_header_timestamp", header_timestamp, self._app_secret


def verify_signature(
    *,
    headers: Mapping[str, str],
    body: bytes,
    app_id: str,
    secrets: Sequence[SecretStr],
    app_secret: SecretStr | None = None,
) -> SignatureVerdict:
    """Judge one raw body; see `SignatureCheck`, which is made once where many bodies come."""
    check = SignatureCheck(app_id=app_id, secrets=secrets, app_secret=app_secret)
    try:
        document = load_json(body)
    except MalformedJson:
        document = None
    return check.judge(headers, body, read_timestamp(document))


def read_timestamp(document: Any) -> str | None:
    """The text that went into the signature: the document's own timestamp, a whole number as its digits."""
    value = document.get("timestamp") if isinstance(document, dict) else None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value if isinstance(value, str) else None


def read_header(headers: Mapping[str, str], name: str) -> str | None:
    """A header by its name in any case; works on plain dictionaries too."""
    value = headers.get(name)
    if value is not None:
        return value
    wanted = name.lower()
    return next((value for key, value in headers.items() if key.lower() == wanted), None)


def _mac(app_id: bytes, body: bytes, timestamp: str, secret: bytes) -> str:
    # A header may hold bytes that are no UTF-8; the server hands them on as surrogates.
    stamp = timestamp.encode(errors="surrogateescape")
    return hashlib.sha256(b"".join((app_id, body, stamp, secret))).hexdigest()
