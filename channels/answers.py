"""What an HTTP answer proves, before anybody reads a platform's own code (docs: rq-httpx-redis-pitfalls B1)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

from channels.errors import RATE_LIMIT_PAUSE_SECONDS, NeedsHuman, OutcomeUnknown, PlatformDown, RateLimited
from channels.json_guard import MalformedJson, load_json

MAX_RETRY_AFTER_SECONDS = 3600.0  # a platform that asks for more is asked again after an hour


def judge_answer(status: int, headers: Mapping[str, str], body: bytes) -> Mapping[str, Any]:
    """The JSON object of an answer worth reading. `headers` with names in lower case.

    Raises `RateLimited` (429) and `PlatformDown` (503): not accepted. `OutcomeUnknown`: another 5xx, 408, or a 2xx that
    is no JSON object. `NeedsHuman`: a redirect or a 4xx without a platform's answer, such as a wrong address.
    """
    code = f"http_{status}"
    if status == 429:
        pause = read_retry_after(headers)
        raise RateLimited(
            code, "too many requests", retry_after_seconds=RATE_LIMIT_PAUSE_SECONDS if pause is None else pause
        )
    if status == 503:
        raise PlatformDown(code, "the platform is closed for now", retry_after_seconds=read_retry_after(headers))
    if status >= 500 or status == 408:
        raise OutcomeUnknown(code, "the platform or a gateway failed after taking the request")
    document = _read_object(body)
    if document is not None:
        return document
    if 300 <= status < 500:
        raise NeedsHuman(code, "refused without a platform's answer; check the base address and the network between")
    raise OutcomeUnknown("unreadable", "the answer is no JSON object")


def read_retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds to wait by `Retry-After` (seconds, or a date against the answer's own `Date`); None if absent."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        seconds = float(value[:9])
    else:
        moment, sent = _read_date(value), _read_date(headers.get("date", ""))
        if moment is None or sent is None:
            return None
        seconds = (moment - sent).total_seconds()
    return min(max(seconds, 1.0), MAX_RETRY_AFTER_SECONDS)


def _read_date(value: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None else None


def _read_object(body: bytes) -> dict[str, Any] | None:
    try:
        document = load_json(body)
    except MalformedJson:
        return None
    return document if isinstance(document, dict) else None
