"""The queues, their jobs and the Redis connections: everything that RQ must be told, in one place.

A job says that there is work, never what the work is (docs: rq-httpx-redis-pitfalls, rules 1, 4 and 6). One queue per
worker process: with several, RQ pops without its intermediate list and a crash loses the job (A1). workers/lanes.py
says which one that is.
"""

from collections.abc import Callable
from types import MappingProxyType
from typing import Any, Final, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from rq import Queue
from rq.job import Job
from rq.serializers import JSONSerializer

from workers import jobs
from workers.errors import JobNotAllowed
from workers.lanes import LANES, QUEUE, RECEIPTS, STATUS_LANE

__all__ = [
    "ALLOWED_JOBS",
    "FAILURE_TTL_SECONDS",
    "JOB_TIMEOUT_SECONDS",
    "JOB_TTL_SECONDS",
    "LANES",
    "QUEUE",
    "RECEIPTS",
    "STATUS_LANE",
    "WEB_TIMEOUT_SECONDS",
    "LaneJob",
    "call_for",
    "make_queue",
    "web_connection",
    "worker_connection",
]

# Whoever can write to Redis can name any function of any module (docs: rq-httpx-redis-pitfalls A3); only these run.
ALLOWED_JOBS: Final = MappingProxyType(
    {"workers.jobs.deliver_due": jobs.deliver_due, "workers.jobs.apply_receipts": jobs.apply_receipts}
)

JOB_TIMEOUT_SECONDS = 60  # RQ's lease on a job; the job itself returns after seconds (workers/jobs.py)
JOB_TTL_SECONDS = 300  # a bell that nobody heard for so long was replaced many times over by the sweeper
FAILURE_TTL_SECONDS = 300  # RQ's default keeps arguments and tracebacks for a year
WEB_TIMEOUT_SECONDS = 0.5  # docs: rq-httpx-redis-pitfalls A6, "Web path client"


class LaneJob(Job):
    """An RQ job that runs nothing but the functions on the list, calls nothing back and posts nothing."""

    @property
    def func(self) -> Callable[..., Any]:
        """The function on the list.

        Raises:
            JobNotAllowed: the job names another function, or a method of a stored object.
        """
        function = ALLOWED_JOBS.get(str(self.func_name))
        if function is None or self.instance is not None:
            raise JobNotAllowed("a job names a function that is not allowed; check who can write to Redis")
        return cast("Callable[..., Any]", function)

    @property
    def success_callback(self) -> None:
        """None: a name read from Redis is not imported."""

    @property
    def failure_callback(self) -> None:
        """None: a name read from Redis is not imported."""

    @property
    def stopped_callback(self) -> None:
        """None: a name read from Redis is not imported."""

    def send_webhooks(self, *_: object, **__: object) -> None:
        """Nothing: an address read from Redis is not called."""


def make_queue(connection: "Redis", name: str = QUEUE) -> Queue:
    """Return a queue on `connection`, for enqueueing and for listening alike."""
    return Queue(
        name,
        connection=connection,
        default_timeout=JOB_TIMEOUT_SECONDS,
        job_class=LaneJob,
        serializer=JSONSerializer,
    )


def call_for(work: str) -> tuple[str, tuple[str | int, ...]]:
    """Return the job function's name and its arguments for `work`: a lane's name, or 'receipts'."""
    if work == RECEIPTS:
        return "workers.jobs.apply_receipts", ()
    return "workers.jobs.deliver_due", (work,)


def web_connection(url: str) -> "Redis":
    """Return a client for paths that somebody waits for: half a second at most, no retries."""
    return Redis.from_url(
        url,
        socket_timeout=WEB_TIMEOUT_SECONDS,
        socket_connect_timeout=WEB_TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 0),
    )


def worker_connection(url: str, *, worker_ttl_seconds: int = 60) -> "Redis":
    """Return a client for the worker's blocking reads.

    RQ blocks for `worker_ttl - 15` seconds; the socket waits a little longer, so that silence is told from a dead
    server. No retries here: the listening loop (workers/process.py) is the one that tries again.
    """
    # A socket file knows no keep-alive.
    keepalive = {} if url.startswith("unix:") else {"socket_keepalive": True}
    return Redis.from_url(
        url,
        socket_timeout=worker_ttl_seconds - 5,
        socket_connect_timeout=5,
        health_check_interval=30,
        retry=Retry(NoBackoff(), 0),
        **keepalive,
    )
