"""The account's templates as the platform describes them, kept for an hour, to check a message before it is sent.

A check must never be the reason why a message does not go out: what cannot be asked is not checked, and whoever sends
waits for a description for a short time only. Bad news is believed only if it is fresh, since a template may have been
changed in the meantime.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import structlog

from channels.base import TemplateContent
from channels.errors import ChannelError
from channels.zalo.client import ZaloClient
from channels.zalo.filling import TemplateRules
from channels.zalo.methods import TemplateInfo
from channels.zalo.types import TemplateDescription

GOOD_SECONDS: Final = 3600.0
"""How long a description counts."""
BAD_NEWS_SECONDS: Final = 60.0
"""How old a description may be that has a message refused; and the pause after one could not be had."""
WAIT_SECONDS: Final = 3.0
"""How long a message waits for a description; then it goes out unchecked."""

_log = structlog.get_logger(__name__)
_Key = tuple[str, str]  # account, template


@dataclass(frozen=True, slots=True)
class _Entry:
    rules: TemplateRules | None  # None: it could not be had
    loaded_at: float
    good_until: float


class TemplateCatalog:
    """Descriptions of templates for one event loop; `clock` gives seconds that only grow."""

    def __init__(
        self, client: ZaloClient, *, clock: Callable[[], float] = time.monotonic, wait_seconds: float = WAIT_SECONDS
    ) -> None:
        self._client = client
        self._clock = clock
        self._wait_seconds = wait_seconds
        self._entries: dict[_Key, _Entry] = {}
        self._locks: dict[_Key, asyncio.Lock] = {}
        self._failed: set[_Key] = set()  # those whose failure was logged

    async def check(self, template: TemplateContent, *, account_id: str | None = None) -> TemplateDescription | None:
        """The template's description, after its parameters (in NFC) were found right; None: it could not be checked.

        Raises `BadMessage`, which names the parameter and the limit; `NeedsHuman` for a template that is switched off.
        """
        key = (account_id or self._client.account_id, template.template_id)
        entry = self._entries.get(key)
        if entry is None or entry.good_until <= self._clock():
            entry = await self._load(key, entry)
        problem = None if entry.rules is None else entry.rules.find_problem(template.params)
        if problem is not None and self._clock() - entry.loaded_at > BAD_NEWS_SECONDS:
            entry = await self._load(key, entry, is_old_enough=False)
            problem = None if entry.rules is None else entry.rules.find_problem(template.params)
        if problem is not None:
            raise problem.to_error()
        return None if entry.rules is None else entry.rules.described

    def peek(self, template_id: str, *, account_id: str | None = None) -> TemplateDescription | None:
        """The description as last had, however old, without asking anybody; None: there is none yet."""
        entry = self._entries.get((account_id or self._client.account_id, template_id))
        return None if entry is None or entry.rules is None else entry.rules.described

    async def describe(self, template_id: str, *, account_id: str | None = None) -> TemplateDescription | None:
        """The description, from memory if it is not older than an hour; None: it could not be had."""
        key = (account_id or self._client.account_id, template_id)
        entry = self._entries.get(key)
        if entry is None or entry.good_until <= self._clock():
            entry = await self._load(key, entry)
        return None if entry.rules is None else entry.rules.described

    async def _load(self, key: _Key, old: _Entry | None, *, is_old_enough: bool = True) -> _Entry:
        """A newer entry than `old`: one asks; the others wait for it or, if that is enough, go on with the old one."""
        lock = self._locks.setdefault(key, asyncio.Lock())
        if is_old_enough and lock.locked() and old is not None and old.rules is not None:
            return old
        async with lock:
            present = self._entries.get(key)
            if present is not None and present is not old:
                return present
            entry = self._entries[key] = await self._ask(key)
            return entry

    async def _ask(self, key: _Key) -> _Entry:
        account_id, template_id = key
        began_at = self._clock()
        try:
            async with asyncio.timeout(self._wait_seconds):
                described = await self._client.call(TemplateInfo(template_id=template_id), account_id=account_id)
        except (ChannelError, TimeoutError) as exc:
            self._note_failure(key, exc)
            return _Entry(None, began_at, self._clock() + BAD_NEWS_SECONDS)
        self._failed.discard(key)
        return _Entry(TemplateRules(described), began_at, began_at + GOOD_SECONDS)

    def _note_failure(self, key: _Key, error: Exception) -> None:
        if key in self._failed:
            return
        self._failed.add(key)
        code = error.code if isinstance(error, ChannelError) else None
        _log.warning(
            "zalo.template_not_checked", account_id=key[0], template_id=key[1], error=type(error).__name__, code=code
        )
