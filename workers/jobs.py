"""What RQ may run: plain functions that hand the work to the process's own event loop.

A job waits a few seconds for its work and then returns while the work goes on: RQ's worker is free for the next ring,
and no job outlives RQ's lease. What to do is read from PostgreSQL, so a job run twice or late is harmless.
"""

import structlog
from rq import get_current_job

from storage.errors import DatabaseUnavailable
from workers import bell, runtime

# Long enough that a busy process leaves the next ring to an idle one; short enough to hear SIGTERM and receipts.
WAIT_SECONDS = 5.0

_log = structlog.get_logger(__name__)


def deliver_due(lane: str) -> None:
    """Claim and send what is due in this lane. Safe to run twice, late, or at the same time."""
    worker = runtime.current()
    _answer_bell(lane)
    try:
        worker.run(worker.services.delivery.deliver_due(lane), timeout=WAIT_SECONDS)
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
        _log.warning("receipts_slow")  # what was claimed is taken up again when its lease ends
    except DatabaseUnavailable:
        _log.warning("receipts_postponed", cause="database_unavailable")


def _answer_bell(work: str) -> None:
    job = get_current_job()
    if job is not None:  # None: called directly, nobody rang
        bell.answer(job.connection, work)
