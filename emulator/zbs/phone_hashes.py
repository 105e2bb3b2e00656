"""Whose phone a hash is. The platform knows every number; an emulator knows those that it has met.

A phone is met when it is registered, gets a message or does something. A hash of any other is nobody's: no Zalo
account, -118. Register a phone first (`POST /_emulator/phones`) to send to its hash.
"""

import hashlib
import re

from emulator.phones import Phone, PhoneBook

_HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)


def hash_phone(written: str) -> str:
    """Lowercase SHA-256 hex of a phone as it is written; the platform wants bare `84…` (docs: zalo 6.2, 14)."""
    return hashlib.sha256(written.encode()).hexdigest()


def is_hash(value: object) -> bool:
    """Whether this looks like such a hash."""
    return isinstance(value, str) and _HASH.fullmatch(value) is not None


class PhoneHashes:
    """Finds phones by hash. Nothing is worked out before somebody asks, so that sends by phone cost nothing more."""

    def __init__(self, phones: PhoneBook) -> None:
        self._phones = phones
        self._latest: Phone | None = None
        self._hashed: set[str] = set()
        self._right: dict[str, str] = {}
        self._wrong: set[str] = set()

    def find(self, hashed: str) -> str | None:
        """The `84…` number behind a hash, None when it is nobody's. Raises ValueError for a hash of `+84…` or `0…`."""
        number = self._right.get(hashed)
        if number is None:
            self._learn()
            number = self._right.get(hashed)
        if number is None and hashed in self._wrong:
            raise ValueError("this is the hash of another way to write the number")
        return number

    def _learn(self) -> None:
        known = self._phones.all()
        latest, self._latest = self._latest, known[-1] if known else None
        for phone in reversed(known):  # new ones come last
            if phone is latest:
                break
            number = phone.phone
            if number not in self._hashed:
                self._hashed.add(number)
                self._right[hash_phone(number)] = number
                self._wrong.update((hash_phone("+" + number), hash_phone("0" + number[2:])))
