"""Telling an operator about wrong signatures loudly at first, and without flooding the log afterwards."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping

import structlog

from channels.base import SignatureOutcome, SignatureVerdict

_log = structlog.get_logger()

FIRST_ALERTS = 5
"""Each of the first ones is logged: a wrong key makes all fail, and after five retries the platform cancels the
subscription (docs: zalo 7.2, "Failure policy")."""
PAUSE_SECONDS = 60.0
MAX_HEADER_NAMES = 40
MAX_NAME_CHARS = 40

_ADVICE = {
    SignatureOutcome.ALTERNATIVE: "the sender signs by another recipe or key: compare HOSO_ZALO_OA_SECRET_KEYS",
    SignatureOutcome.WRONG: "compare HOSO_ZALO_OA_SECRET_KEYS and HOSO_ZALO_APP_ID with the platform's console",
    SignatureOutcome.MISSING: "not from the platform, or a proxy drops the signature header",
}


class SignatureAlarm:
    """Logs signatures that did not fit: names of headers only, never their values and never the body."""

    def __init__(self, platform: str, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._platform = platform
        self._clock = clock
        self._seen = 0
        self._quiet_until = 0.0
        self._not_logged = 0

    def tell(self, verdict: SignatureVerdict, headers: Mapping[str, str], *, let_in: bool) -> None:
        """Log a verdict that is not accepted; `let_in` says whether the event was taken all the same."""
        self._seen += 1
        if self._seen > FIRST_ALERTS and self._clock() < self._quiet_until:
            self._not_logged += 1
            return
        message = "webhook_signature_mismatch"
        if verdict.outcome is SignatureOutcome.ALTERNATIVE:
            message = f"matches alternative recipe {verdict.recipe}"
        _log.error(
            message,
            platform=self._platform,
            outcome=verdict.outcome.value,
            recipe=verdict.recipe,
            let_in=let_in,
            header_names=sorted(name[:MAX_NAME_CHARS] for name in set(headers))[:MAX_HEADER_NAMES],
            since_last_log=self._not_logged,
            advice=_ADVICE.get(verdict.outcome),
        )
        self._not_logged = 0
        self._quiet_until = self._clock() + PAUSE_SECONDS
