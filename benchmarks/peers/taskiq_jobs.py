"""taskiq, a task a message, over a Redis stream with acknowledgement."""

from taskiq_redis import RedisStreamBroker

from benchmarks.peers import post

broker = RedisStreamBroker(url=post.REDIS_URL, queue_name="bench-taskiq")


@broker.task(task_name="send")
async def send(number: int) -> None:
    """Send message `number`."""
    await post.send_async(number)


async def start() -> None:
    """Connect; before the first `enqueue`."""
    await broker.startup()


async def enqueue(number: int) -> None:
    """Make a task for message `number`."""
    await send.kiq(number)
