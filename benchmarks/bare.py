"""The floor under any delivery: our HTTP client in a loop, without a row, a retry or a record.

`python -m benchmarks.bare PORT COUNT IN_FLIGHT` sends COUNT messages, always IN_FLIGHT at once, and prints a line of
JSON: when it began and its CPU seconds. The same client, event loop and POST as the worker's.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from benchmarks.template import HEADERS, PATH, body
from channels.http import HttpClient, HttpConfig, PlatformRequest
from hoso.collector import spare_the_collector
from hoso.process import run_async

WARM_UP = 300


async def _send_all(http: HttpClient, url: str, numbers: Iterator[int]) -> None:
    for number in numbers:
        await http.request(PlatformRequest("bench", "POST", url, HEADERS, body=body(number)))


async def _main(port: int, count: int, in_flight: int) -> dict[str, float]:
    url = f"http://127.0.0.1:{port}{PATH}"
    spare_the_collector()  # as the worker does
    async with HttpClient(HttpConfig(max_in_flight=in_flight)) as http:
        for first, last in ((-WARM_UP, 0), (0, count)):
            numbers = iter(range(first, last))
            cpu, began = time.process_time(), time.time()
            await asyncio.gather(*(_send_all(http, url, numbers) for _ in range(in_flight)))
    return {"began": began, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    print(json.dumps(run_async(_main(*map(int, sys.argv[1:4])))))
