"""OAuth tokens as the platform keeps them: rotating, single use, with a life that follows the emulator's clock.

docs: zalo 2.1 to 2.6
"""

import secrets
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from emulator.config import CODE_SECONDS, EmulatorConfig
from emulator.credentials import ACCESS_TOKEN, REFRESH_TOKEN
from emulator.errors import Refused
from emulator.pkce import check_verifier

REMEMBERED_TOKENS = 1_000  # spent tokens that still tell "used" from "never seen"
TokenState = Literal["valid", "expired", "unknown"]


@dataclass(slots=True)
class Code:
    """An authorisation code, waiting ten minutes for its exchange."""

    expires_ms: int
    challenge: str | None


@dataclass(slots=True)
class TokenBook:
    """The one account's tokens. Times are ms since 1970."""

    access_token: str = ACCESS_TOKEN
    access_expires_ms: int = 0
    refresh_token: str = REFRESH_TOKEN
    refresh_expires_ms: int = 0
    former_access: dict[str, int] = field(default_factory=dict)
    spent_refresh: list[str] = field(default_factory=list)
    codes: dict[str, Code] = field(default_factory=dict)
    granted_callback: str | None = None
    """The console's callback address when the account consented, None if there was none."""
    granted_permissions: list[str] = field(default_factory=list)
    """What the app asked for when the account consented."""

    @classmethod
    def fresh(cls, config: EmulatorConfig, now_ms: int) -> "TokenBook":
        """The fixed first pair, valid from now on."""
        return cls(
            access_expires_ms=now_ms + config.access_token_seconds * 1000,
            refresh_expires_ms=now_ms + config.refresh_token_seconds * 1000,
            granted_callback=config.callback_url,
            granted_permissions=list(config.permissions),
        )

    def check_access(self, token: str, now_ms: int) -> TokenState:
        """What an access token is worth now."""
        expires_ms = self.access_expires_ms if token == self.access_token else self.former_access.get(token)
        if expires_ms is None:
            return "unknown"
        return "valid" if now_ms < expires_ms else "expired"

    def expire_access(self) -> None:
        """The current access token stops working now; only a refresh helps."""
        self.access_expires_ms = 0

    def is_grant_over(self, config: EmulatorConfig) -> bool:
        """Whether callback address or permissions are no longer those consented to (docs: zalo 2.6, grade C).

        A console where no callback address was set is no promise, so setting the first one ends nothing.
        """
        if not config.grant_ends_on_change:
            return False
        if self.granted_callback is not None and config.callback_url != self.granted_callback:
            return True
        return config.permissions != tuple(self.granted_permissions)

    def issue_code(self, now_ms: int, challenge: str | None) -> str:
        """A code for the callback, good for one exchange. Nothing else changes until then."""
        self.codes = {code: kept for code, kept in self.codes.items() if kept.expires_ms > now_ms}
        code = "emulator-code-" + secrets.token_urlsafe(24)
        self.codes[code] = Code(expires_ms=now_ms + CODE_SECONDS * 1000, challenge=challenge)
        return code

    def exchange_code(self, code: str, verifier: str | None, config: EmulatorConfig, now_ms: int) -> dict[str, str]:
        """A new pair for a code. Raises Refused(-14005) for a spent or expired code or a verifier that does not fit."""
        known = self.codes.pop(code, None)
        if known is None or now_ms >= known.expires_ms:
            raise Refused(-14005, rule="code", detail="the code is unknown, expired or already used")
        check_verifier(known.challenge, verifier, config)
        self.granted_callback, self.granted_permissions = config.callback_url, list(config.permissions)
        self._spend_refresh(config, now_ms)
        self._mint_access(config, now_ms)
        return self._answer(config)

    def refresh(self, token: str, config: EmulatorConfig, now_ms: int) -> dict[str, str]:
        """A new pair for a refresh token, which is spent by it. Raises Refused(-14014).

        With `refresh_answer_omits_token` only the access token is new, and the refresh token stays good.
        """
        if token in self.spent_refresh:
            raise Refused(-14014, rule="refresh_token_reused", detail="this refresh token was used before")
        if token != self.refresh_token:
            raise Refused(-14014, rule="refresh_token", detail="this refresh token was never issued")
        if now_ms >= self.refresh_expires_ms or self.is_grant_over(config):
            raise Refused(-14014)
        self._mint_access(config, now_ms)
        if config.refresh_answer_omits_token:
            return {name: value for name, value in self._answer(config).items() if "refresh" not in name}
        self._spend_refresh(config, now_ms)
        return self._answer(config)

    def _mint_access(self, config: EmulatorConfig, now_ms: int) -> None:
        self.former_access[self.access_token] = 0 if config.old_token_dies_at_refresh else self.access_expires_ms
        self.former_access = dict(list(self.former_access.items())[-REMEMBERED_TOKENS:])
        # Real ones have several hundred characters (docs: zalo 2.3).
        self.access_token = "emulator-access-" + secrets.token_urlsafe(150)
        self.access_expires_ms = now_ms + config.access_token_seconds * 1000

    def _spend_refresh(self, config: EmulatorConfig, now_ms: int) -> None:
        self.spent_refresh = [*self.spent_refresh[-REMEMBERED_TOKENS:], self.refresh_token]
        self.refresh_token = "emulator-refresh-" + secrets.token_urlsafe(150)
        self.refresh_expires_ms = now_ms + config.refresh_token_seconds * 1000

    def _answer(self, config: EmulatorConfig) -> dict[str, str]:
        """The pair as the platform writes it: seconds are strings (docs: zalo 2.3)."""
        told = {
            "access_token": self.access_token,
            "refresh_token": self.refresh_token,
            "expires_in": str(config.access_token_seconds),
        }
        if config.tell_refresh_token_life:
            told["refresh_token_expires_in"] = str(config.refresh_token_seconds)
        return told

    def snapshot(self) -> dict[str, Any]:
        """Everything as JSON."""
        return asdict(self)

    @classmethod
    def restored(cls, raw: dict[str, Any]) -> "TokenBook":
        """The tokens of a snapshot."""
        return cls(**{**raw, "codes": {code: Code(**kept) for code, kept in raw["codes"].items()}})
