"""Looks after the accounts' tokens: refreshed also when nobody writes, and a call for help before one dies.

A refresh token that lies idle for three months is dead, and only an administrator's consent brings the account back
(docs: zalo 2.4, 2.5). Every worker process does this; the token keeper lets one of them refresh.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog

from channels.errors import ChannelError
from channels.zalo.health import HealthState, TokenHealth, token_health
from channels.zalo.token_store import StoredTokens
from storage.errors import DatabaseUnavailable, StorageError
from workers import metrics

LOOK_SECONDS = 3600.0  # well inside the token keeper's margin, so that no access token runs out idle
REPEAT_SECONDS = 24 * 3600.0  # one line a day and account, not one an hour

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Finding:
    """One account's health."""

    account_id: str
    health: TokenHealth

    @property
    def text(self) -> str:
        """One line for the staff."""
        if self.health.state is HealthState.DEAD:
            words = "đã mất quyền gửi tin. Quản trị viên cần cấp quyền lại: hoso accounts authorize"
        else:
            days = 0 if self.health.days_left is None else int(self.health.days_left)
            words = f"sẽ mất quyền gửi tin sau {days} ngày. Chạy: hoso accounts refresh {self.account_id}"
        return f"Báo Hồ Sơ: tài khoản {self.account_id} {words}"


class TokenCare:
    """`await run()` until cancelled, or `await look()` once.

    Args:
        accounts: the ids of all accounts.
        read: what is stored of an account's tokens.
        renew: gets an account's access token, which refreshes it when little of its life is left.
        tell: takes one line for the staff; must not block or raise.
        clock: the present time with offset.
        sleep: waits seconds.
    """

    def __init__(
        self,
        accounts: Callable[[], Awaitable[Sequence[str]]],
        read: Callable[[str], Awaitable[StoredTokens]],
        renew: Callable[[str], Awaitable[object]],
        tell: Callable[[str], None],
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._accounts = accounts
        self._read = read
        self._renew = renew
        self._tell = tell
        self._clock = clock
        self._sleep = sleep
        self._last_told: dict[tuple[str, HealthState], datetime] = {}

    async def run(self) -> None:
        """Look every hour until cancelled; what goes wrong is looked at again."""
        while True:
            try:
                await self.look()
            except StorageError as error:
                _log.warning("token_care_waits", error=type(error).__name__)
            await self._sleep(LOOK_SECONDS)

    async def look(self) -> list[Finding]:
        """Renew what nears its end, judge every account, and tell of those that are not well."""
        findings = []
        for account_id in await self._accounts():
            with suppress(LookupError):  # it has no tokens yet
                findings.append(Finding(account_id, await self._judge(account_id)))
        _show(findings)
        for finding in findings:
            if finding.health.state is not HealthState.OK and self._is_time_to_tell(finding):
                level = _log.error if finding.health.needs_alarm else _log.warning
                level("account_not_well", account_id=finding.account_id, health=finding.health.state.value)
                self._tell(finding.text)
        return findings

    async def _judge(self, account_id: str) -> TokenHealth:
        await self._renew_safely(account_id)
        try:
            return token_health(await self._read(account_id), self._clock())
        except DatabaseUnavailable:
            raise
        except StorageError as error:  # its tokens cannot be read with our keys; the other accounts' can
            _log.error("token_unreadable", account_id=account_id, error=type(error).__name__)
            return TokenHealth(HealthState.DEAD)

    async def _renew_safely(self, account_id: str) -> None:
        try:
            await self._renew(account_id)
        except DatabaseUnavailable:
            raise
        except (ChannelError, LookupError, StorageError) as error:  # the account's row tells what it means
            _log.warning("token_not_renewed", account_id=account_id, error=type(error).__name__)

    def _is_time_to_tell(self, finding: Finding) -> bool:
        key, now = (finding.account_id, finding.health.state), self._clock()
        last = self._last_told.get(key)
        if last is not None and now - last < timedelta(seconds=REPEAT_SECONDS):
            return False
        self._last_told[key] = now
        return True


def _show(findings: Iterable[Finding]) -> None:
    for finding in findings:
        for state in HealthState:
            metrics.ACCOUNTS.labels(finding.account_id, state.value).set(finding.health.state is state)
        if finding.health.days_left is not None:
            metrics.REFRESH_DAYS.labels(finding.account_id).set(finding.health.days_left)
