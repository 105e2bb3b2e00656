"""Makes jobs: `python -m benchmarks.peers.produce MODULE FIRST COUNT RATE`, RATE a second or, with 0, as fast as it
goes.

Prints a line of JSON: when it began, its CPU seconds, and, when paced, the moment after each job was made, by
message.
"""

import asyncio
import importlib
import json
import sys
import time
from typing import Any


async def _produce(module: str, first: int, count: int, rate: float) -> dict[str, Any]:
    peer = importlib.import_module(module)
    if hasattr(peer, "start"):
        await peer.start()
    cpu, began, made = time.process_time(), time.time(), {}
    for number in range(first, first + count):
        if rate:
            await asyncio.sleep(max(0.0, began + (number - first) / rate - time.time()))
        await peer.enqueue(number)
        if rate:
            made[f"m-{number}"] = time.time()
    return {"began": began, "cpu": time.process_time() - cpu, "made": made}


if __name__ == "__main__":
    print(json.dumps(asyncio.run(_produce(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])))))
