"""dramatiq, an actor's message a message."""

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from benchmarks.peers import post

broker = RedisBroker(url=post.REDIS_URL)
dramatiq.set_broker(broker)


@dramatiq.actor(queue_name="bench-dramatiq")
def send(number: int) -> None:
    """Send message `number`."""
    post.send(number)


async def enqueue(number: int) -> None:
    """Make a message for message `number`."""
    send.send(number)
