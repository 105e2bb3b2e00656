"""A process that passes the gate as fast as it can and prints how often: `limits_main.py URL PER_MINUTE SECONDS`."""

import asyncio
import sys
import time

from workers.limit_config import EndpointLimit, LimitsConfig
from workers.limits import Limits


async def pass_for(url: str, per_minute: int, seconds: float) -> int:
    """Print `ready`, wait for a line, and pass for so many seconds; return how often."""
    config = LimitsConfig(endpoints={"zalo_template": EndpointLimit(account="oa", per_minute=per_minute)})
    passed = 0
    async with Limits(url, config) as limits:
        await limits.beat()
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        end = time.monotonic() + seconds

        async def go() -> None:
            nonlocal passed
            while time.monotonic() < end:
                await limits.enter("zalo_template", "status", seconds=30)
                passed += time.monotonic() < end

        await asyncio.gather(*(go() for _ in range(20)))
    return passed


if __name__ == "__main__":
    print(asyncio.run(pass_for(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))), flush=True)
