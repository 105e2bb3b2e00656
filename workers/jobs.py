"""What RQ may run: plain functions that hand the work to the process's own event loop.

A job waits a moment for its work and then returns while the work goes on: RQ's worker is free for the next ring, and no
job outlives RQ's lease. What to do is read from PostgreSQL, so a job run twice or late is harmless.
"""

import time

import structlog
from rq import get_current_job

from storage.errors import DatabaseUnavailable
from workers import bell, runtime

# Long enough that a busy process does not hear hundreds of rings a second; an urgent one is heard no later than this.
WAIT_SECONDS = 0.2
# The same for a process with room for more: a ring costs as much as several sends.
REST_SECONDS = 0.02
PASS_ON_SECONDS = 0.05
MAX_HOPS = 20
"""How often a ring is passed on while nobody who serves its lane is free; the sweeper of one that does looks anyhow."""

_log = structlog.get_logger(__name__)


def deliver_due(lane: str, hops: int = 0) -> None:
    """Claim and send what is due in this lane. Safe to run twice, late, or at the same time.

    A process that does not serve the lane passes the ring on; `hops` counts that.
    """
    worker = runtime.current()
    if lane not in worker.services.lanes:
        _pass_on(lane, hops + 1)
        return
    _answer_bell(lane)
    try:
        goes_on = worker.run(worker.services.delivery.answer(lane), timeout=WAIT_SECONDS)
        if goes_on:
            time.sleep(REST_SECONDS)  # in RQ's thread
    except TimeoutError:
        _log.debug("delivery_goes_on", lane=lane)
    except DatabaseUnavailable:
        _log.warning("delivery_postponed", lane=lane, cause="database_unavailable")


def apply_receipts() -> None:
    """Apply the receipts that wait in the inbox. Safe to run twice, late, or at the same time."""
    worker = runtime.current()
    _answer_bell("receipts")
    try:
        worker.run(worker.services.apply_receipts(), timeout=WAIT_SECONDS)
    except TimeoutError:
        _log.debug("receipts_go_on")
    except DatabaseUnavailable:
        _log.warning("receipts_postponed", cause="database_unavailable")


def _pass_on(lane: str, hops: int) -> None:
    from workers.queues import FAILURE_TTL_SECONDS, JOB_TTL_SECONDS, make_queue  # it names our jobs

    job = get_current_job()
    if job is None or hops > MAX_HOPS:
        _answer_bell(lane)  # so that the next ring is one
        return
    time.sleep(PASS_ON_SECONDS)  # in RQ's thread: whoever serves the lane comes first, for it has waited longer
    make_queue(job.connection, job.origin).enqueue_call(
        "workers.jobs.deliver_due",
        args=(lane, hops),
        ttl=JOB_TTL_SECONDS,
        result_ttl=0,
        failure_ttl=FAILURE_TTL_SECONDS,
        description=f"ring for {lane}, passed on",
    )


def _answer_bell(work: str) -> None:
    job = get_current_job()
    if job is not None:  # None: called directly, nobody rang
        bell.answer(job.connection, work)
