"""Tokens of journeys: several messages about one delivery or one trip, paid once (docs: zalo 6.2, grade C)."""

import secrets
from collections import OrderedDict
from dataclasses import asdict, dataclass
from typing import Any

from emulator.clock import DAY_SECONDS
from emulator.errors import Refused
from emulator.parts import Part

TOKEN_DAYS = {
    "token_logistics_7": 7,
    "token_logistics_30": 30,
    "token_coach_bus_7": 7,
    "token_coach_bus_30": 30,
}
MAX_TOKENS = 100_000


@dataclass(frozen=True, slots=True)
class JourneyToken:
    """One token for one phone; it ends at `expires_ms`, ms since 1970."""

    token: str
    type: str
    phone: str
    expires_ms: int


class JourneyTokens(Part):
    """All tokens; the oldest is forgotten beyond the limit."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, JourneyToken] = OrderedDict()

    def make(self, token_type: str, phone: str, now_ms: int) -> JourneyToken:
        """A new token; its type must be one of `TOKEN_DAYS`."""
        life_ms = TOKEN_DAYS[token_type] * DAY_SECONDS * 1000
        made = JourneyToken(secrets.token_urlsafe(32), token_type, phone, now_ms + life_ms)
        self._keep(made)
        return made

    def get(self, token: object) -> JourneyToken | None:
        """The token with this text, expired or not."""
        return self._known.get(token) if isinstance(token, str) else None

    def check(self, written: object, token_type: str | None, phone: str, now_ms: int) -> None:
        """Whether a message of this type may go to the phone with it. Raises Refused: -148, -149, -1491, -150."""
        if written is None or written == "":
            raise Refused(-148, rule="journey_token", detail="a journey template needs journey_token")
        found = self.get(written)
        if found is None or found.phone != phone:
            raise Refused(-149, rule="journey_token", detail="this journey_token was not made for this phone")
        if found.type != token_type:
            raise Refused(-1491, rule="journey_token", detail=f"this template wants a token of type {token_type}")
        if now_ms >= found.expires_ms:
            raise Refused(-150)

    def snapshot(self) -> list[dict[str, Any]]:
        """All tokens as JSON."""
        return [asdict(token) for token in self._known.values()]

    def restore(self, raw: list[dict[str, Any]]) -> None:
        """Take over a snapshot."""
        for token in raw:
            self._keep(JourneyToken(**token))

    def _keep(self, token: JourneyToken) -> None:
        self._known[token.token] = token
        if len(self._known) > MAX_TOKENS:
            self._known.popitem(last=False)
