"""The token keeper: hands out access tokens and refreshes each account once, however many workers ask (docs: zalo 2.5).

A refresh token works once. So a refresh is claimed in the store before the request, its raw answer is recorded before
it is read, and the pair is saved before it is used. A request that got no answer may have used the token up: it is
repeated once at most, then a person is called. Whoever waits gets a token, or an error that says nothing was sent, and
gets it in time: a caller waits for a refresh for a limited time, while the refresh itself goes on to its end.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self

import structlog
from pydantic import SecretStr

from channels.errors import ChannelError, NeedsAuthorization, NotSent, OutcomeUnknown, TokenUnavailable
from channels.http import HttpClient
from channels.json_guard import MalformedJson, load_json
from channels.zalo.calls import call_oauth
from channels.zalo.config import ZaloConfig
from channels.zalo.methods import RefreshToken
from channels.zalo.oauth import TokenPair, read_token_answer
from channels.zalo.token_store import AccountUnknown, RefreshClaim, StoredTokens, TokenState, TokenStore

__all__ = [
    "AccountUnknown",
    "RefreshClaim",
    "StoredTokens",
    "TokenKeeper",
    "TokenPair",
    "TokenState",
    "TokenStore",
]

MAX_TRIES = 2  # docs: zalo 2.5 point 5: not more than once again after a timeout

_log = structlog.get_logger(__name__)


def _utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class _Cached:
    token: SecretStr
    good_until: datetime


class TokenKeeper:
    """Access tokens for one event loop: `async with TokenKeeper(store, http, config) as keeper`.

    `clock` gives the present time with offset, `sleep` waits seconds. On exit a running refresh is waited for: killing
    it between answer and save would cost the account.
    """

    def __init__(
        self,
        store: TokenStore,
        http: HttpClient,
        config: ZaloConfig,
        *,
        clock: Callable[[], datetime] = _utc_now,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        # The claim is held while waiting for a connection of ours and for the answer (docs: zalo 2.5 point 1).
        longest = http.config.pool_seconds + http.config.total_seconds
        if config.refresh_lease_seconds <= longest:
            raise ValueError(f"refresh_lease_seconds must exceed {longest:g}, the longest an OAuth call can take")
        self._store: Final = store
        self._http: Final = http
        self._config: Final = config
        self._clock: Final = clock
        self._sleep: Final = sleep
        self._cache: dict[str, _Cached] = {}
        self._looking: dict[str, asyncio.Task[SecretStr]] = {}  # the look at the store that everybody shares
        self._running: dict[str, asyncio.Task[SecretStr]] = {}  # the refresh that everybody in this process waits for
        self._tasks: set[asyncio.Task[SecretStr]] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Wait for running refreshes to end; their errors were told to those who asked."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def access_token(self, account_id: str) -> SecretStr:
        """A token that is valid now. Raises `TokenUnavailable`, `NeedsHuman`, `UnknownCode`, `AccountUnknown`.

        Waits for a refresh, ours or another process's, at most `token_wait_seconds`; then `TokenUnavailable` with the
        code `refresh_slow`, while the refresh goes on.
        """
        cached = self._cache.get(account_id)
        if cached is not None and self._clock() < cached.good_until:
            return cached.token
        # Whoever comes meanwhile shares the look: a hundred sends under way would read the same row a hundred times.
        task = self._looking.get(account_id)
        if task is None or task.done():
            task = self._looking[account_id] = self._start(self._look(account_id))
        return await asyncio.shield(task)

    async def _look(self, account_id: str) -> SecretStr:
        stored = await self._store.read(account_id)
        left = stored.pair.access_expires_at - self._clock()
        if left <= timedelta(0):
            return await self._shared_rotation(account_id, stored)
        if left > self._config.refresh_margin or stored.state is not TokenState.ACTIVE:
            return self._remember(account_id, stored.pair, self._config.token_cache_seconds)
        return await self._refresh_early(account_id, stored)

    async def refresh(self, account_id: str, *, rejected: SecretStr | None) -> SecretStr:
        """A new token, because the platform refused `rejected` (None: refresh in any case, as the daily chore does).

        When another worker has replaced the refused token already, its successor is returned without a request.
        Waits and raises as `access_token`.
        """
        self._cache.pop(account_id, None)
        stored = await self._store.read(account_id)
        if rejected is not None and stored.pair.access_token != rejected:
            return await self.access_token(account_id)
        return await self._shared_rotation(account_id, stored)

    async def _refresh_early(self, account_id: str, stored: StoredTokens) -> SecretStr:
        # The present token still works, so neither a failure nor somebody else's claim may hold a message up.
        try:
            return await self._wait_for(self._start(self._rotate(account_id, stored, is_patient=False)))
        except ChannelError as exc:
            if self._clock() >= stored.pair.access_expires_at:  # it ended while we waited
                raise
            _log.warning("zalo.early_refresh_failed", account_id=account_id, error=type(exc).__name__, code=exc.code)
            return self._remember(account_id, stored.pair, self._config.early_retry_seconds)

    async def _shared_rotation(self, account_id: str, stored: StoredTokens) -> SecretStr:
        task = self._running.get(account_id)
        if task is None or task.done():
            task = self._running[account_id] = self._start(self._rotate(account_id, stored, is_patient=True))
        return await self._wait_for(task)

    async def _wait_for(self, task: asyncio.Task[SecretStr]) -> SecretStr:
        """The task's result, if it comes within `token_wait_seconds`; the task goes on when the caller does not."""
        timer = asyncio.ensure_future(self._sleep(self._config.token_wait_seconds))
        try:
            await asyncio.wait((task, timer), return_when=asyncio.FIRST_COMPLETED)  # cancels neither, as a shield
        finally:
            timer.cancel()
        if task.done():
            return task.result()
        # Said before the sender's deadline strikes, which could only call the message's outcome unknown.
        raise TokenUnavailable("refresh_slow", "the token refresh did not end in time; nothing was sent")

    def _start(self, rotation: Coroutine[None, None, SecretStr]) -> asyncio.Task[SecretStr]:
        # A task of its own: a caller that is cancelled must not cancel a request that uses the refresh token up.
        task = asyncio.create_task(rotation)
        self._tasks.add(task)
        task.add_done_callback(self._finish)
        return task

    def _finish(self, task: asyncio.Task[SecretStr]) -> None:
        self._tasks.discard(task)
        if not task.cancelled():
            task.exception()  # marks it as seen: everybody who asked may have been cancelled

    async def _rotate(self, account_id: str, stored: StoredTokens, *, is_patient: bool) -> SecretStr:
        """Refresh this version; if somebody else does, wait for it (patient) or go on with the present token."""
        version = stored.version
        give_up_at = self._clock() + timedelta(seconds=self._config.refresh_lease_seconds)
        while True:
            if stored.version != version:
                return self._remember(account_id, stored.pair, self._config.token_cache_seconds)
            if stored.state is not TokenState.ACTIVE:
                raise NeedsAuthorization("needs_authorization", "the OA must be authorized again by an administrator")
            claim = await self._claim(account_id, version)
            if claim is not None:
                return await self._rotate_claimed(account_id, claim)
            if not is_patient:
                return self._remember(account_id, stored.pair, self._config.token_cache_seconds)
            if self._clock() >= give_up_at:
                raise TokenUnavailable("refresh_slow", "another worker's token refresh did not end in time")
            await self._sleep(self._config.refresh_poll_seconds)
            stored = await self._store.read(account_id)

    async def _claim(self, account_id: str, version: int) -> RefreshClaim | None:
        lease = self._config.refresh_lease_seconds
        return await self._store.claim_refresh(account_id, version=version, lease_seconds=lease)

    async def _rotate_claimed(self, account_id: str, claim: RefreshClaim) -> SecretStr:
        old = (await self._store.read(account_id)).pair
        asked_at = self._clock()
        if claim.recorded_answer is not None:
            raw = claim.recorded_answer.get_secret_value()
        elif claim.tries >= MAX_TRIES:  # the processes that made them died
            await self._doubt(account_id, claim)
            raise TokenUnavailable("refresh_in_doubt", "earlier token refreshes got no answer; nothing was sent")
        else:
            raw = await self._ask(account_id, claim)
            await self._store.record_answer(account_id, claim=claim.token, raw=raw)
        pair = await self._read_answer(account_id, claim, raw, asked_at, old)
        return await self._save(account_id, claim, pair)

    async def _ask(self, account_id: str, claim: RefreshClaim) -> bytes:
        """The raw answer of one refresh request; without one the claim is given back before the error goes out."""
        try:
            method = RefreshToken(refresh_token=claim.refresh_token)
            return (await call_oauth(self._http, self._config, method)).body
        except OutcomeUnknown as exc:
            await self._doubt(account_id, claim)
            raise TokenUnavailable("refresh_in_doubt", "the token refresh got no answer; nothing was sent") from exc
        except ChannelError as exc:
            await self._store.release(account_id, claim=claim.token, tries=claim.tries)
            if isinstance(exc, NotSent):
                raise TokenUnavailable("refresh_failed", "the OAuth host took no request; nothing was sent") from exc
            raise

    async def _read_answer(
        self, account_id: str, claim: RefreshClaim, raw: bytes, asked_at: datetime, old: TokenPair
    ) -> TokenPair:
        try:
            return read_token_answer(load_json(raw), now=asked_at, old=old)
        except NeedsAuthorization as exc:
            await self._bury(account_id, claim, exc.code or "dead")
            raise
        except (OutcomeUnknown, MalformedJson) as exc:
            await self._doubt(account_id, claim)
            raise TokenUnavailable("refresh_in_doubt", "the OAuth answer holds no token; nothing was sent") from exc
        except ChannelError:
            await self._store.release(account_id, claim=claim.token, tries=claim.tries)  # refused: nothing was used up
            raise

    async def _save(self, account_id: str, claim: RefreshClaim, pair: TokenPair) -> SecretStr:
        if await self._store.save_pair(account_id, claim=claim.token, pair=pair):
            _log.info("zalo.token_refreshed", account_id=account_id)
            return self._remember(account_id, pair, self._config.token_cache_seconds)
        # The lease ran out under us (a frozen process). What is stored rules; ours is in no row and must not be used.
        _log.error("zalo.refresh_claim_lost", account_id=account_id)
        raise TokenUnavailable("claim_lost", "the token refresh outlived its lease; nothing was sent")

    async def _doubt(self, account_id: str, claim: RefreshClaim) -> None:
        """Put one more unanswered try on the record; raises `NeedsAuthorization` when that was the last allowed."""
        tries = claim.tries + 1
        _log.warning("zalo.refresh_in_doubt", account_id=account_id, tries=tries)
        if tries < MAX_TRIES:
            await self._store.release(account_id, claim=claim.token, tries=tries)
            return
        await self._bury(account_id, claim, "refresh_in_doubt")
        raise NeedsAuthorization("refresh_in_doubt", "two token refreshes got no answer; authorize the OA again")

    async def _bury(self, account_id: str, claim: RefreshClaim, code: str) -> None:
        _log.error("zalo.needs_authorization", account_id=account_id, code=code)
        await self._store.mark_dead(account_id, claim=claim.token, code=code)

    def _remember(self, account_id: str, pair: TokenPair, seconds: float) -> SecretStr:
        good_until = min(self._clock() + timedelta(seconds=seconds), pair.access_expires_at)
        self._cache[account_id] = _Cached(pair.access_token, good_until)
        return pair.access_token
