"""What the workers raise.

WorkersError
├── JobNotAllowed     a job in Redis names a function that is not on the list: somebody else writes to our Redis
├── LimitsAway        Redis cannot be asked for a share of the limits: use the fair share instead
└── RuntimeClosed     the worker's loop is not running: install a started WorkerRuntime first
"""


class WorkersError(Exception):
    """Base of everything this room raises on purpose."""


class JobNotAllowed(WorkersError):
    """A job names a function that is not on the list. Find out who can write to Redis; the job is not run."""


class LimitsAway(WorkersError):
    """Redis is away, full or too slow to share limits. Send at this process's fair share until it is back."""


class RuntimeClosed(WorkersError):
    """No worker runtime is running in this process. Start one, and install it, before jobs are worked on."""
