"""Celery, a task a message: the prefork pool, late acknowledgement so that a dead worker loses nothing."""

from celery import Celery

from benchmarks.peers import post

app = Celery("bench", broker=post.REDIS_URL.replace("unix://", "redis+socket://").replace("?db=", "?virtual_host="))
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    task_default_queue="bench-celery",
    broker_connection_retry_on_startup=True,
    worker_hijack_root_logger=False,
)


@app.task(name="send")  # type: ignore[untyped-decorator]  # Celery's has no types
def send(number: int) -> None:
    """Send message `number`."""
    post.send(number)


async def enqueue(number: int) -> None:
    """Make a task for message `number`."""
    send.delay(number)
