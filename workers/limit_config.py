"""How fast each endpoint may be called, and what a lane must leave to the more urgent ones."""

from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field, field_validator

SMALLEST_PER_MINUTE = 10
"""A limit below this cannot be shared in whole permits."""
STATUS_RESERVE = 0.05
"""Share of the burst that a status notice leaves to what is urgent."""
BURST_SECONDS = 2.0
SMALLEST_BURST = 4.0
VALID_SECONDS = 0.25
"""For so long a permit in a process's hand is good; unused, it is lost, so nobody sits on permits."""


class EndpointLimit(BaseModel):
    """One account's door at a platform. `per_minute` 0: no limit of ours, which costs nothing."""

    model_config = ConfigDict(frozen=True)

    account: str = Field(default="-", description="our account at the platform")
    per_minute: int = Field(default=0, ge=0, description="requests in any 60 s, of all processes together")
    has_daily_quota: bool = Field(default=False, description="the quota in its answers is the account's, for a day")

    @field_validator("per_minute")
    @classmethod
    def _shareable(cls, value: int) -> int:
        if 0 < value < SMALLEST_PER_MINUTE:
            raise ValueError(f"must be 0 (no limit) or at least {SMALLEST_PER_MINUTE} a minute")
        return value


class LimitsConfig(BaseModel):
    """The endpoints by channel name, and what a broadcast leaves alone. Channels that are not listed have no limit."""

    model_config = ConfigDict(frozen=True)

    endpoints: Mapping[str, EndpointLimit] = Field(default_factory=dict)
    reserved_share: float = Field(
        default=0.3, ge=0, le=0.9, description="share of the burst and of the daily quota that a broadcast leaves"
    )
    # docs: rq-httpx-redis-pitfalls A6: a hung Redis must not hang a send.
    redis_seconds: float = Field(default=0.3, gt=0, description="slower than this, Redis counts as away")
    beat_seconds: float = Field(default=1.0, gt=0, description="pause between two heartbeats")
    silent_seconds: float = Field(default=5.0, gt=0, description="a process that is silent for so long is not counted")
    unknown_workers: int = Field(default=4, ge=1, description="how many share while Redis was never seen")
