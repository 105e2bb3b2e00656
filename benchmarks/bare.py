"""The floor under any delivery: our HTTP client in a loop, without a row, a retry or a record.

`python -m benchmarks.bare PORT COUNT IN_FLIGHT` sends COUNT messages, always IN_FLIGHT at once, and prints a line of
JSON: when it began and its CPU seconds. The same client and event loop as the worker's, and the same call of the
template method: its request is built, and its answer read, as for a notice.
"""

import asyncio
import json
import sys
import time
from collections.abc import Iterator

from pydantic import SecretStr

from benchmarks.template import PARAMS, TEMPLATE_ID, TOKEN
from channels.http import HttpClient, HttpConfig
from channels.zalo.calls import call_api
from channels.zalo.config import ZaloConfig
from channels.zalo.methods import SendTemplate
from hoso.collector import spare_the_collector
from hoso.loops import run_async

WARM_UP = 300


async def _send_all(http: HttpClient, config: ZaloConfig, numbers: Iterator[int]) -> None:
    token = SecretStr(TOKEN)
    for number in numbers:
        method = SendTemplate(
            phone=SecretStr(f"849{number % 100_000_000:08d}"),
            template_id=TEMPLATE_ID,
            template_data=PARAMS,
            tracking_id=f"m-{number}",
        )
        await call_api(http, config, method, token)


async def _main(port: int, count: int, in_flight: int) -> dict[str, float]:
    config = ZaloConfig(app_id="bench", app_secret=SecretStr("bench"), template_base=f"http://127.0.0.1:{port}")
    spare_the_collector()  # as the worker does
    async with HttpClient(HttpConfig(max_in_flight=in_flight)) as http:
        for first, last in ((-WARM_UP, 0), (0, count)):
            numbers = iter(range(first, last))
            cpu, began = time.process_time(), time.time()
            await asyncio.gather(*(_send_all(http, config, numbers) for _ in range(in_flight)))
    return {"began": began, "cpu": time.process_time() - cpu}


if __name__ == "__main__":
    print(json.dumps(run_async(_main(*map(int, sys.argv[1:4])))))
