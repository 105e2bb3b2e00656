"""A `hoso` command whose clock is wrong: `python -m tests.faults.skewed SECONDS hoso COMMAND…`.

Wall clocks only; what counts seconds goes on as before. The servers are other processes and keep their own time.
"""

import datetime
import sys
import time
from typing import Any

import psycopg  # noqa: F401 - before the clock is changed: it adapts the true datetime


class _Any(type):
    def __instancecheck__(cls, instance: object) -> bool:
        return isinstance(instance, _TRUE)


_TRUE = datetime.datetime


def set_off(seconds: float) -> None:
    """Let every module that is imported from now on see a clock that is so many seconds ahead."""
    offset = datetime.timedelta(seconds=seconds)
    true_time, true_time_ns = time.time, time.time_ns

    class Skewed(_TRUE, metaclass=_Any):
        @classmethod
        def now(cls, tz: datetime.tzinfo | None = None) -> Any:
            return _TRUE.now(tz) + offset

        @classmethod
        def utcnow(cls) -> Any:
            return _TRUE.utcnow() + offset

    datetime.datetime = Skewed  # type: ignore[misc] # that is the point
    time.time = lambda: true_time() + seconds
    time.time_ns = lambda: true_time_ns() + round(seconds * 1e9)


if __name__ == "__main__":
    set_off(float(sys.argv[1]))
    sys.argv = sys.argv[2:]
    from hoso.cli import main

    main()
