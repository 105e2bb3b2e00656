"""Passwords: what makes a good one, and argon2id in threads of its own.

Hashing takes memory on purpose, so only a few run at once, others wait their turn, and beyond a queue's length people
are asked to come back: many sign-ins at the same time cost time, never the server. Parameters: OWASP Password Storage
Cheat Sheet (argon2id, 46 MiB, one pass, one lane).
"""

from __future__ import annotations

import asyncio
import re
import secrets
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Final, TypeVar

from aiohttp import web
from argon2 import PasswordHasher
from argon2.exceptions import Argon2Error, InvalidHashError
from argon2.low_level import Type

from dossiers.text import fold

MIN_PASSWORD_CHARS: Final = 12
MAX_PASSWORD_CHARS: Final = 256
MIN_DIFFERENT_CHARS: Final = 5
_LEAST_NAME_CHARS = 4
_MEMORY_KIB = 47_104
_PASSES = 1
_LANES = 1
AT_ONCE: Final = 2
"""Hashes computed at the same time: 92 MiB at most."""
MAX_WAITING: Final = 40
"""Hashes waiting for their turn: some seconds of patience."""

_ALPHABET: Final = "abcdefghjkmnpqrstuvwxyz23456789"
"""For passwords that are read out or copied by hand: nothing that looks like something else."""
_DISGUISES: Final = str.maketrans(
    {"0": "o", "1": "i", "3": "e", "4": "a", "5": "s", "7": "t", "@": "a", "$": "s", "!": "i"}
)
_RUNS: Final = ("0123456789" * 3, "9876543210" * 3, "abcdefghijklmnopqrstuvwxyz" * 2, "qwertyuiopasdfghjklzxcvbnm" * 2)

_COMMON_WORDS: Final = Path(__file__).parent / "common_passwords.txt"
"""What is left of common passwords when digits and signs are taken away."""

T = TypeVar("T")


class TooBusy(Exception):
    """More sign-ins wait than could be judged soon: try again in a moment."""


def normal(password: str) -> str:
    """Return a password as it is hashed: keyboards write the same Vietnamese letter in one piece or in two."""
    return unicodedata.normalize("NFC", password)


def temporary_password() -> str:
    """Return a password to be handed over once, such as `k7fq-…`: 79 random bits, easy to copy."""
    return "-".join("".join(secrets.choice(_ALPHABET) for _ in range(4)) for _ in range(4))


def find_faults(password: str, *, login: str, name: str) -> list[str]:
    """Return what is wrong with a new password, as words' keys below `sign_in.faults`; empty: nothing."""
    text = normal(password)
    faults = []
    if len(text) < MIN_PASSWORD_CHARS:
        faults.append("short")
    if len(text) > MAX_PASSWORD_CHARS:
        return ["long"]
    if _is_common(text):
        faults.append("common")
    if _tells_owner(text, login, name):
        faults.append("own_name")
    return faults


@cache
def _common() -> re.Pattern[str]:
    """What common passwords are made of: one of the words again and again, or several of them."""
    words = _COMMON_WORDS.read_text(encoding="ascii").split()
    return re.compile(f"(?:{'|'.join(sorted(words, key=len, reverse=True))})+")


def _is_common(text: str) -> bool:
    plain = fold(text).replace(" ", "")
    if len(set(plain)) < MIN_DIFFERENT_CHARS or any(plain in run for run in _RUNS):
        return True
    if plain.isdigit():
        return True  # dates and phone numbers
    disguised = re.sub(r"^[^a-z@$]+|[^a-z@$]+$", "", plain).translate(_DISGUISES)
    cores = {re.sub(r"[^a-z]", "", plain), re.sub(r"[^a-z]", "", disguised)}
    return any(_common().fullmatch(core) for core in cores)


def _tells_owner(text: str, login: str, name: str) -> bool:
    plain = re.sub(r"[^a-z0-9]", "", fold(text))
    whole = re.sub(r"[^a-z0-9]", "", fold(name))
    parts = [re.sub(r"[^a-z0-9]", "", part) for part in (login, *re.split(r"[._-]", login))]
    return any(part in plain for part in (*parts, whole) if len(part) >= _LEAST_NAME_CHARS)


class Passwords:
    """Hashes and compares, two at a time, away from the event loop.

    Args:
        memory_kib: of one hash, in KiB; tests take less.
    """

    def __init__(self, *, memory_kib: int = _MEMORY_KIB, passes: int = _PASSES) -> None:
        self._hasher = PasswordHasher(time_cost=passes, memory_cost=memory_kib, parallelism=_LANES, type=Type.ID)
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="argon2")
        self._waiting = 0
        self._nobody: str | None = None

    async def hash(self, password: str) -> str:
        """Return the PHC string of a password.

        Raises:
            TooBusy: too many wait.
        """
        return await self._run(lambda: self._hasher.hash(normal(password)))

    async def is_right(self, password_hash: str | None, password: str) -> bool:
        """Return whether a password is the one of a hash; None, nobody's, takes as long and is never right.

        Raises:
            TooBusy: too many wait.
        """
        return await self._run(lambda: self._compare(password_hash, password))

    def is_dated(self, password_hash: str) -> bool:
        """Return whether a hash was made with other parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)

    def close(self) -> None:
        """Let the threads go."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _compare(self, password_hash: str | None, password: str) -> bool:
        if self._nobody is None:
            self._nobody = self._hasher.hash(secrets.token_urlsafe())
        try:
            is_equal = self._hasher.verify(password_hash or self._nobody, normal(password)[: MAX_PASSWORD_CHARS + 1])
        except (Argon2Error, InvalidHashError):
            return False
        return is_equal and password_hash is not None

    async def _run(self, work: Callable[[], T]) -> T:
        if self._waiting >= MAX_WAITING:
            raise TooBusy
        self._waiting += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, work)
        finally:
            self._waiting -= 1


PASSWORDS = web.AppKey("passwords", Passwords)


def bring_passwords(app: web.Application) -> None:
    """Give the console its threads for passwords; they end with it."""
    passwords = app[PASSWORDS] = Passwords()

    async def close(_app: web.Application) -> None:
        passwords.close()

    app.on_cleanup.append(close)
