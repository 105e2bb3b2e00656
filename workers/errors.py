"""What the workers raise.

WorkersError
├── JobNotAllowed     a job in Redis names a function that is not on the list: somebody else writes to our Redis
└── RuntimeClosed     the worker's loop is not running: install a started WorkerRuntime first
"""


class WorkersError(Exception):
    """Base of everything this room raises on purpose."""


class JobNotAllowed(WorkersError):
    """A job names a function that is not on the list. Find out who can write to Redis; the job is not run."""


class RuntimeClosed(WorkersError):
    """No worker runtime is running in this process. Start one, and install it, before jobs are worked on."""
