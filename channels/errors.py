"""Everything that can go wrong between us and a messaging platform.

Each class answers the three questions a sender has: may the message be out, may it be tried again, whose fault is it.

    ChannelError
     ├─ NotSent                   never left, or explicitly not accepted: back to pending, counts as no send
     │   ├─ PlatformDown          refused, no route, no name, 503
     │   ├─ RateLimited           429 or the platform's own "too fast"; carries the pause
     │   ├─ PoolBusy              our own connection limit
     │   └─ TokenUnavailable      no valid access token at this moment
     ├─ OutcomeUnknown            left, and no answer we can trust came back: in doubt, never resent blindly
     ├─ Temporary                 the platform refused for now (class T)
     ├─ Later                     quota or night: carries the earliest time (class L)
     ├─ TokenRejected             the access token was refused, even after one refresh (class R)
     ├─ NeedsHuman                account or configuration: park and alert (class H)
     │   └─ NeedsAuthorization    the refresh token is dead: an OA administrator must consent again
     ├─ RecipientUnreachable      this recipient cannot be reached this way (class P)
     ├─ RecipientRefused          this recipient does not want it (class P)
     ├─ BadMessage                our bug in the request: park and alert (class B)
     └─ UnknownCode               a code in no table: park and alert, never retried blindly

`detail` is one line for an operator and never holds phone numbers, names, tokens or texts.
Which transport failure is which class: docs: rq-httpx-redis-pitfalls B1.
Which code is which class: docs: zalo 2.6, 4.8, 6.6.
"""

from __future__ import annotations

from datetime import datetime
from typing import ClassVar

from channels.later import Until, not_before

RATE_LIMIT_PAUSE_SECONDS = 60.0  # docs: zalo 4.8, row -32: back off at least 60 s


class ChannelError(Exception):
    """Base of every error a channel raises: the platform's `code` (or our own short word) and one plain line."""

    retryable: ClassVar[bool] = False
    """May the same message be tried again on the same channel (at the time the subclass names)?"""
    is_our_fault: ClassVar[bool] = False
    """Is the cause on our side: a bug, a limit or a setting of ours?"""
    is_sent_possible: ClassVar[bool] = False
    """May the message have reached the platform all the same?"""
    counts_as_send: ClassVar[bool] = True
    """Does this attempt use up one of the allowed sends?"""
    needs_alert: ClassVar[bool] = False
    """Should a person be told at once?"""
    try_other_channel: bool = False
    """Should the next channel of the route be used now?"""

    def __init__(self, code: str | None = None, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code = code
        self.detail = detail

    def __str__(self) -> str:
        return ": ".join(part for part in (self.code, self.detail) if part) or type(self).__name__


class NotSent(ChannelError):
    """The request never left, or was answered "not accepted". Put the message back; nothing was used up."""

    retryable = True
    counts_as_send = False

    def __init__(self, code: str | None = None, detail: str = "", *, retry_after_seconds: float | None = None) -> None:
        super().__init__(code, detail)
        self.retry_after_seconds = retry_after_seconds
        """Pause the platform asked for, in seconds; None when it named none."""


class PlatformDown(NotSent):
    """Nobody took the request: refused, connect timeout, name unknown, TLS failed, HTTP 503. Retry on the ladder."""


class RateLimited(NotSent):
    """The platform said "too fast". Slow the whole account down for `retry_after_seconds`, then retry."""

    retry_after_seconds: float

    def __init__(
        self, code: str | None = None, detail: str = "", *, retry_after_seconds: float = RATE_LIMIT_PAUSE_SECONDS
    ) -> None:
        super().__init__(code, detail, retry_after_seconds=retry_after_seconds)


class PoolBusy(NotSent):
    """All our connections were in use for too long. Retry; if it lasts, send fewer at once."""

    is_our_fault = True


class TokenUnavailable(NotSent):
    """No valid access token now (the refresh failed or is somebody else's and slow). Retry on the ladder."""


class OutcomeUnknown(ChannelError):
    """The request left and the answer is missing or unreadable. In doubt: look for the receipt before anything else."""

    is_sent_possible = True


class Temporary(ChannelError):
    """The platform refused for now. Retry on the ladder, at most `max_retries` times when that is set."""

    retryable = True

    def __init__(self, code: str | None = None, detail: str = "", *, max_retries: int | None = None) -> None:
        super().__init__(code, detail)
        self.max_retries = max_retries


class Later(ChannelError):
    """Refused until a known moment (night, quota). Retry not before `not_before(now)`."""

    retryable = True

    def __init__(
        self, code: str | None = None, detail: str = "", *, until: Until, try_other_channel: bool = False
    ) -> None:
        super().__init__(code, detail)
        self.until = until
        self.try_other_channel = try_other_channel

    def not_before(self, now: datetime) -> datetime:
        """The earliest moment for the next try, in UTC; `now` must carry an offset."""
        return not_before(self.until, now)


class TokenRejected(ChannelError):
    """The access token was refused. The adapter refreshes and retries once by itself; when seen outside, also the
    new token was refused: retry on the ladder and alert.
    """

    retryable = True
    needs_alert = True


class NeedsHuman(ChannelError):
    """The account, the app, the template or a setting is wrong. Park and alert; `retry_once` allows one try before."""

    is_our_fault = True
    needs_alert = True

    def __init__(self, code: str | None = None, detail: str = "", *, retry_once: bool = False) -> None:
        super().__init__(code, detail)
        self.retry_once = retry_once


class NeedsAuthorization(NeedsHuman):
    """The refresh token is used up, expired or revoked. Only a new consent by an OA administrator helps."""


class RecipientUnreachable(ChannelError):
    """This person cannot be reached this way: take the next channel if `try_other_channel`, else the officers' list.

    `retry_tomorrow_once`: where no other channel is left, one more try on the next day is worth it.
    """

    def __init__(
        self,
        code: str | None = None,
        detail: str = "",
        *,
        try_other_channel: bool = True,
        retry_tomorrow_once: bool = False,
    ) -> None:
        super().__init__(code, detail)
        self.try_other_channel = try_other_channel
        self.retry_tomorrow_once = retry_tomorrow_once


class RecipientRefused(ChannelError):
    """This person refused such messages. Respect it; `try_other_channel` False means only where the law obliges us."""

    def __init__(self, code: str | None = None, detail: str = "", *, try_other_channel: bool) -> None:
        super().__init__(code, detail)
        self.try_other_channel = try_other_channel


class BadMessage(ChannelError):
    """Our request was wrong (parameter, length, form). Park and alert; the same request will fail again."""

    is_our_fault = True
    needs_alert = True


class UnknownCode(ChannelError):
    """The platform named a code that is in no table. Park and alert; add the code to its table."""

    needs_alert = True


class WebhookError(Exception):
    """Base of what the pure side of a webhook raises."""


class MalformedWebhook(WebhookError):
    """The body is no JSON that we can store (no UTF-8, NUL, lone surrogate, huge number, too deep). Answer 400."""


class BadSignature(WebhookError):
    """The body's signature is missing or wrong. Answer 401 and store nothing."""


class UnknownChannel(LookupError):
    """A setting names a channel that the registry does not have; the message lists those it has."""
