"""Token pairs: what they are, and how an OAuth answer becomes one (docs: zalo 2.3, 2.4, 2.6)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError

from channels.errors import OutcomeUnknown
from channels.http import HttpClient
from channels.zalo.calls import call_oauth
from channels.zalo.config import ZaloConfig
from channels.zalo.error_codes import OAUTH, classify
from channels.zalo.methods import ExchangeCode
from channels.zalo.types import TokenAnswer

REFRESH_TOKEN_LIFE = timedelta(days=90)  # docs: zalo 2.4: 3 months from issue
# Where `expires_in` is missing or odd: the shortest life any source names, so that we refresh early, never late.
FALLBACK_ACCESS_LIFE = timedelta(hours=1)
MAX_ACCESS_LIFE = timedelta(days=30)


class TokenPair(BaseModel):
    """An access token (25 hours) and the single-use refresh token that replaces it."""

    model_config = ConfigDict(frozen=True, hide_input_in_errors=True)

    access_token: SecretStr
    refresh_token: SecretStr
    access_expires_at: datetime
    """UTC."""
    refresh_expires_at: datetime | None = None
    """UTC; None when nobody told us the issue date."""


async def exchange_code(http: HttpClient, config: ZaloConfig, method: ExchangeCode, *, now: datetime) -> TokenPair:
    """The first pair after a consent. Raises `ChannelError`; a code is single use, so start the consent again then."""
    response = await call_oauth(http, config, method)
    return read_token_answer(response.document, now=now, old=None)


def read_token_answer(document: Mapping[str, Any], *, now: datetime, old: TokenPair | None) -> TokenPair:
    """The pair in an OAuth answer; `now` is the time of the request.

    Without `access_token` it is a failure whatever the status: the code's error, or `OutcomeUnknown` when not even a
    code is there. Without `refresh_token` the one of `old` is kept (docs: zalo 2.3).
    """
    try:
        answer = TokenAnswer.model_validate(document)
    except ValidationError as exc:
        raise OutcomeUnknown("unreadable", "the OAuth answer is not readable") from exc
    if answer.access_token is None or not answer.access_token.get_secret_value().strip():
        if answer.error:
            raise classify(OAUTH, answer.error, answer.reason)
        raise OutcomeUnknown("no_access_token", "the OAuth answer holds neither a token nor an error code")
    refresh_token, refresh_expires_at = _read_refresh(answer, now, old)
    return TokenPair(
        access_token=answer.access_token,
        refresh_token=refresh_token,
        access_expires_at=now + _life(answer.expires_in, FALLBACK_ACCESS_LIFE, MAX_ACCESS_LIFE),
        refresh_expires_at=refresh_expires_at,
    )


def _read_refresh(answer: TokenAnswer, now: datetime, old: TokenPair | None) -> tuple[SecretStr, datetime | None]:
    if answer.refresh_token is not None and answer.refresh_token.get_secret_value().strip():
        return answer.refresh_token, now + _life(
            answer.refresh_token_expires_in, REFRESH_TOKEN_LIFE, 4 * REFRESH_TOKEN_LIFE
        )
    if old is None:
        raise OutcomeUnknown(
            "no_refresh_token", "the first OAuth answer holds no refresh token; start the consent again"
        )
    return old.refresh_token, old.refresh_expires_at


def _life(seconds: int | None, fallback: timedelta, longest: timedelta) -> timedelta:
    if seconds is None or seconds <= 0:
        return fallback
    return min(timedelta(seconds=min(seconds, 10**9)), longest)
