"""Encryption of columns and keyed hashes for look-up.

A value is `version (1 byte) · key id (4) · nonce (12) · ciphertext and tag` under AES-256-GCM, bound to the column it
belongs to. The first configured key encrypts, all decrypt, so a key is changed by putting a new one in front and
letting `hoso keys rotate` rewrite the rows; then the old one may go.
"""

import base64
import binascii
import hashlib
import hmac
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from storage.errors import UndecipherableValue

_VERSION = b"\x01"
_NONCE_BYTES = 12
_HEADER_BYTES = 1 + 4 + _NONCE_BYTES
_MIN_SECRET_CHARS = 32
_REMEMBERED_HASHES = 2048


def generate_key() -> str:
    """Return a new key as it goes into HOSO_ENCRYPTION_KEYS: base64 of 32 random bytes."""
    return base64.urlsafe_b64encode(os.urandom(32)).decode()


def _master(text: str) -> bytes:
    """Read one configured key: base64 or hex of 32 bytes, or a secret of 32 characters and more (hashed)."""
    text = text.strip()
    if re.fullmatch(r"[0-9a-fA-F]{64}", text):
        return bytes.fromhex(text)
    try:
        raw = base64.urlsafe_b64decode(text.replace("+", "-").replace("/", "_"))
        if len(raw) == 32:
            return raw
    except (binascii.Error, ValueError):
        pass
    if len(text) < _MIN_SECRET_CHARS:
        raise ValueError("each encryption key must be base64 of 32 bytes; make one with: hoso keys generate")
    return hashlib.sha256(b"hoso key:" + text.encode()).digest()


@dataclass(frozen=True)
class _Key:
    master: bytes

    @cached_property
    def id(self) -> bytes:
        return hashlib.sha256(b"hoso key id:" + self.master).digest()[:4]

    @cached_property
    def aead(self) -> AESGCM:
        return AESGCM(hmac.digest(self.master, b"hoso column encryption", "sha256"))

    @cached_property
    def lookup(self) -> hmac.HMAC:
        """The look-up hash with its key taken in; copied for each value, which is cheaper than keying it again."""
        return hmac.new(hmac.digest(self.master, b"hoso look-up hash", "sha256"), digestmod="sha256")

    def lookup_hash(self, text: str) -> bytes:
        state = self.lookup.copy()
        state.update(text.encode())
        return state.digest()


class Cipher:
    """Encrypts, decrypts and hashes column values under the configured keys.

    Raises:
        ValueError: no key, or one that is too short.
    """

    def __init__(self, keys: Sequence[str]) -> None:
        if not keys:
            raise ValueError("at least one encryption key is needed")
        self._keys = [_Key(_master(key)) for key in keys]
        self._by_id = {key.id: key for key in self._keys}
        # A phone is hashed several times on its way through a batch.
        self._hash = lru_cache(maxsize=_REMEMBERED_HASHES)(self._keys[0].lookup_hash)

    def encrypt(self, text: str, column: str) -> bytes:
        """Encrypt `text` for `column` (as `table.column`; a value moved to another column does not decrypt)."""
        first, nonce = self._keys[0], os.urandom(_NONCE_BYTES)
        return _VERSION + first.id + nonce + first.aead.encrypt(nonce, text.encode(), column.encode())

    def encrypt_optional(self, text: str | None, column: str) -> bytes | None:
        """Like `encrypt`, with None staying None."""
        return None if text is None else self.encrypt(text, column)

    def decrypt(self, value: bytes, column: str) -> str:
        """Return the text of `value`.

        Raises:
            UndecipherableValue: its key is not configured, or the value was damaged or moved.
        """
        key = self._by_id.get(value[1:5])
        if value[:1] != _VERSION or key is None:
            raise UndecipherableValue(f"{column}: no key opens it; put the old key back into HOSO_ENCRYPTION_KEYS")
        try:
            return key.aead.decrypt(value[5:_HEADER_BYTES], value[_HEADER_BYTES:], column.encode()).decode()
        except (InvalidTag, ValueError) as error:  # ValueError: cut off within the header
            raise UndecipherableValue(f"{column}: the value is damaged or belongs to another column") from error

    def decrypt_optional(self, value: bytes | None, column: str) -> str | None:
        """Like `decrypt`, with None staying None."""
        return None if value is None else self.decrypt(value, column)

    def is_current(self, value: bytes) -> bool:
        """Say whether `value` is under the first key already."""
        return value[1:5] == self._keys[0].id

    @property
    def first_key_id(self) -> bytes:
        """What values under the first key carry in their bytes 2 to 5."""
        return self._keys[0].id

    @property
    def has_older_keys(self) -> bool:
        """Say whether there may be rows under another key than the first."""
        return len(self._keys) > 1

    def lookup_hash(self, text: str) -> bytes:
        """Hash `text` for an equality search (HMAC-SHA-256 under the first key)."""
        return self._hash(text)

    def lookup_hashes(self, text: str) -> list[bytes]:
        """Hash `text` under every key: rows that are not rotated yet are found as well."""
        return [self._hash(text), *(key.lookup_hash(text) for key in self._keys[1:])]
