"""The account's RSA key pair: the platform makes it and keeps the private half (docs: zalo 6.2, grade C)."""

import asyncio
import base64
import binascii
from typing import Any

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from emulator.parts import Part

KEY_BITS = 2048
PUBLIC_EXPONENT = 65_537
_OAEP = padding.OAEP(mgf=padding.MGF1(algorithm=hashes.SHA256()), algorithm=hashes.SHA256(), label=None)


class RsaKeys(Part):
    """One key pair, or none yet."""

    def __init__(self) -> None:
        self._private: rsa.RSAPrivateKey | None = None

    @property
    def public_key(self) -> str | None:
        """The public half as PEM (SubjectPublicKeyInfo), None before `make`."""
        if self._private is None:
            return None
        encoding, form = serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        return self._private.public_key().public_bytes(encoding, form).decode()

    async def make(self) -> None:
        """Make the pair, in a thread: it takes a good part of a second."""
        made = await asyncio.to_thread(rsa.generate_private_key, PUBLIC_EXPONENT, KEY_BITS)
        self._private = self._private or made

    def decrypt(self, written: str) -> str:
        """The text behind base64 of OAEP with SHA-256. Raises ValueError when it is not for this key, or no base64."""
        if self._private is None:
            raise ValueError("there is no key")
        try:
            return self._private.decrypt(base64.b64decode(written, validate=True), _OAEP).decode()
        except binascii.Error as error:
            raise ValueError("this is no base64") from error

    def snapshot(self) -> str | None:
        """The private key as PEM; it opens nothing but this emulator."""
        if self._private is None:
            return None
        encoding, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
        return self._private.private_bytes(encoding, form, serialization.NoEncryption()).decode()

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""
        if raw is not None:
            private = serialization.load_pem_private_key(raw.encode(), password=None)
            if not isinstance(private, rsa.RSAPrivateKey):
                raise ValueError("this is no RSA key")
            self._private = private
