"""taskiq, a task a message, over a Redis stream with acknowledgement."""

import os

from taskiq_redis import RedisStreamBroker

from benchmarks.peers import post

IS_OURS = os.environ.get("BENCH_OUR_CLIENT") == "1"
broker = RedisStreamBroker(url=post.REDIS_URL, queue_name="bench-taskiq")


@broker.task(task_name="send")
async def send(number: int) -> None:
    """Send message `number`."""
    await post.send_async(number)


@broker.task(task_name="send_with_our_client")
async def send_with_our_client(number: int) -> None:
    """Send message `number` through our HTTP client."""
    await post.send_async_with_our_client(number)


async def start() -> None:
    """Connect; before the first `enqueue`."""
    await broker.startup()


async def enqueue(number: int) -> None:
    """Make a task for message `number`."""
    await (send_with_our_client if IS_OURS else send).kiq(number)
