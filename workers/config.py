"""What delivery, the sweeper and the worker process must be told; quantities with their units and sources."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

# docs: design 7: at once, 30 s, 2 min, 10 min, 30 min, 2 h, 6 h, 12 h, then the officers' list.
RETRY_LADDER_SECONDS = (0.0, 30.0, 120.0, 600.0, 1800.0, 7200.0, 21600.0, 43200.0)


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True)


class DeliveryConfig(_Section):
    """The window, the lease and the patience of delivery."""

    in_flight: int = Field(
        default=100, ge=1, le=1000, description="messages of one lane under way at once, per process"
    )
    # docs: rq-httpx-redis-pitfalls A1: recovery after a crash is ours to define, 30 to 60 s.
    lease_seconds: float = Field(default=60.0, gt=0, description="after this a silent worker's notice is in doubt")
    # Covers the HTTP client's queue (10 s) and its total deadline (25 s), and ends before the lease does.
    send_deadline_seconds: float = Field(default=45.0, gt=0, description="longest that one send may take")
    claim_linger_seconds: float = Field(default=0.003, ge=0, description="wait for more free slots before a claim")
    record_batch: int = Field(default=100, ge=1, le=1000, description="outcomes in one statement")
    record_linger_seconds: float = Field(default=0.005, ge=0, description="wait for more outcomes before a statement")
    # docs: rq-httpx-redis-pitfalls B3.3: at least five minutes.
    in_doubt_wait_seconds: float = Field(default=300.0, gt=0, description="how long a receipt may end a doubt")
    # docs: rq-httpx-redis-pitfalls B3.2: eSMS knows a RequestId for 24 hours; an hour less, for what is under way.
    idempotent_seconds: float = Field(
        default=23 * 3600.0, gt=0, description="how long the same message may be repeated where the platform knows it"
    )
    give_up_after_seconds: float = Field(
        default=3 * 86400.0, gt=0, description="a notice that could not be sent for so long goes to the officers' list"
    )
    # What waits at the gate is claimed: should its process die meanwhile, it would be in doubt without having left.
    limit_wait_seconds: float = Field(
        default=2.0, gt=0, description="longest wait for a send's share of rate and quota"
    )
    no_account_seconds: float = Field(
        default=30 * 86400.0, ge=0, description="how long a phone without a Zalo account is not tried there again"
    )
    refused_seconds: float = Field(
        default=180 * 86400.0, ge=0, description="how long a person who refused a channel is left alone there"
    )
    cannot_receive_seconds: float = Field(
        default=86400.0, ge=0, description="how long a channel rests that could not reach a person for the moment"
    )
    drain_seconds: float = Field(default=30.0, ge=0, description="at shutdown, how long sends under way may go on")
    record_patience_seconds: float = Field(default=5.0, ge=0, description="at shutdown, how long outcomes are retried")

    @model_validator(mode="after")
    def _deadline_ends_before_lease(self) -> Self:
        # Otherwise a send could still be under way when others already call it in doubt.
        if self.send_deadline_seconds >= self.lease_seconds:
            raise ValueError("send_deadline_seconds must be below lease_seconds; raise the lease or lower the deadline")
        return self


class SweeperConfig(_Section):
    """How often the sweeper looks, and when it stops trusting the bell."""

    interval_seconds: float = Field(default=2.0, gt=0, description="pause between two rounds")
    in_doubt_wait_seconds: float = Field(default=300.0, gt=0, description="doubt after an expired lease")
    # docs: rq-httpx-redis-pitfalls B3.3: one resend, never a third send.
    max_sends: int = Field(default=2, ge=1, le=2, description="sends that may ever reach one person for one notice")
    # docs: design 3.3: a backlog is collapsed to what still holds.
    # Longer than the minute for which a platform asks for peace (-32): that is no reason to say less.
    overtaken_after_seconds: float = Field(
        default=120.0, gt=0, description="what waits longer gives way to a newer notice of its dossier"
    )
    merges_notices: bool = Field(
        default=False, description="notices over the day's limit are said together: they are not released one by one"
    )
    overtaken_every_seconds: float = Field(default=5.0, gt=0, description="how often such retries are looked for")
    partitions_every_seconds: float = Field(default=3600.0, gt=0, description="how often missing partitions are made")
    direct_after_seconds: float = Field(
        default=10.0, ge=0, description="work that waited longer is done here, whatever the bell says"
    )
    max_backoff_seconds: float = Field(default=30.0, gt=0, description="longest pause while PostgreSQL is away")


class WorkerConfig(_Section):
    """One worker process."""

    worker_ttl_seconds: int = Field(default=60, ge=20, description="RQ's own registration; bounds its blocking reads")
    redis_retry_seconds: float = Field(default=1.0, gt=0, description="first pause when Redis went away; doubles")
    max_redis_retry_seconds: float = Field(default=10.0, gt=0, description="longest pause while Redis is away")
    start_seconds: float = Field(default=30.0, gt=0, description="longest that opening the services may take")
