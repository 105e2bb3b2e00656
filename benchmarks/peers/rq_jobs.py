"""RQ, a job a message; run as a module, a worker that forks for no job and has everything loaded."""

from redis import Redis
from rq import Queue, SimpleWorker

from benchmarks.peers.post import REDIS_URL, send

_connection = Redis.from_url(REDIS_URL)
_queue = Queue("bench-rq", connection=_connection)


async def enqueue(number: int) -> None:
    """Make a job for message `number`."""
    _queue.enqueue(send, number, result_ttl=0)


if __name__ == "__main__":
    SimpleWorker([_queue], connection=_connection).work(logging_level="ERROR")
