"""What a site chose for its broadcasts."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from status_bridge.broadcasts import audience_rows
from status_bridge.broadcasts.render import TEMPLATE_PARAMS
from status_bridge.route_policy import USUAL_PRICES, Policy, Prices
from storage.audience_people import CITY_ZONE

ESTIMATE_HOURS: Final = 24
"""An older estimate is no ground for a decision."""
TESTS_PER_HOUR: Final = 10
"""Tests of one person: enough to get a text right, too few to annoy somebody with."""


def _usual(_template_id: str | None) -> Prices:
    return USUAL_PRICES


@dataclass(frozen=True)
class BroadcastConfig:
    """The thresholds, the domains, and what is known of channels, prices and limits.

    `templates`: platform template id → its parameters with their most characters. `per_minute`: channel's name → its
    limit, 0 for none; `unlimited_per_minute` is assumed where there is none. `reserved_share`: of limits and quota,
    what a broadcast leaves to status notices. `account_id`: whose quota by phone it is.
    """

    route: Policy
    templates: Mapping[str, Mapping[str, int]]
    official_domains: Sequence[str]
    prices: Callable[[str | None], Prices] = _usual
    approval_people: int = 100
    approval_cost_vnd: int = 100_000
    canary_percent: float = 1.0
    canary_wait: timedelta = timedelta(minutes=5)
    zone: ZoneInfo = CITY_ZONE
    account_id: str = ""
    per_minute: Mapping[str, int] = field(default_factory=dict)
    unlimited_per_minute: int = 6000
    reserved_share: float = 0.3
    tests_per_hour: int = TESTS_PER_HOUR
    estimate_age: timedelta = timedelta(hours=ESTIMATE_HOURS)
    audience: audience_rows.Policy = field(default_factory=audience_rows.Policy)

    def params_of(self, template_id: str | None) -> Mapping[str, int] | None:
        """Return the parameters of a message's template; None: it is not known. Without an id, the usual one."""
        return TEMPLATE_PARAMS if template_id is None else self.templates.get(template_id)
