"""RQ's worker, made to fit: it runs our jobs only, takes no commands from Redis, and leaves signals to the process."""

from typing import Any

import structlog
from redis import Redis
from rq import SimpleWorker
from rq.exceptions import StopRequested
from rq.serializers import JSONSerializer
from rq.timeouts import BaseDeathPenalty
from rq.worker import WorkerStatus

from workers.queues import QUEUE, LaneJob, make_queue

MAX_REDIS_PAUSE_SECONDS = 10.0

_log = structlog.get_logger(__name__)


class NoAlarm(BaseDeathPenalty):
    """No alarm signal around a job: the job's own `asyncio.timeout` is the limit (docs: rq-httpx-redis-pitfalls A2)."""

    def setup_death_penalty(self) -> None:
        """Set nothing up."""

    def cancel_death_penalty(self) -> None:
        """Take nothing back."""


class LaneWorker(SimpleWorker):
    """One queue, JSON, the listed jobs, in this thread (no fork: clients stay warm)."""

    death_penalty_class = NoAlarm
    max_connection_wait_time = MAX_REDIS_PAUSE_SECONDS

    def __init__(self, connection: "Redis", name: str, *, worker_ttl_seconds: int, queue: str = QUEUE) -> None:
        super().__init__(
            [make_queue(connection, queue)],
            name=name,
            connection=connection,
            worker_ttl=worker_ttl_seconds,
            job_class=LaneJob,
            serializer=JSONSerializer,
            default_result_ttl=0,
            log_job_description=False,
        )

    def stop(self) -> None:
        """Leave after the job under way, or at once when there is none; for a signal's handler, in this thread.

        Raises:
            StopRequested: out of the blocking read, which RQ's loop expects.
        """
        self._stop_requested = True
        if self.get_state() != WorkerStatus.BUSY:
            raise StopRequested

    def subscribe(self) -> None:
        """Nothing: RQ's command channel takes shutdown and kill from anybody who can publish (A3)."""

    def _install_signal_handlers(self) -> None:
        """Nothing: `run_worker` handles signals for the whole life of the process, also while Redis is away."""

    def handle_exception(self, job: Any, *exc_info: Any) -> None:
        """Say which job failed with which error; RQ's own line has arguments and a traceback with values."""
        _log.error("job_failed", job=job.id, error=getattr(exc_info[0], "__name__", "?"))
