"""The floor under any webhook: a bare aiohttp handler that reads the body and answers 200, in its own process."""

import asyncio
import signal
import sys

from aiohttp import web

from benchmarks.webhook_events import PATH
from hoso.loops import run_async


async def _take(request: web.Request) -> web.Response:
    await request.read()
    return web.json_response({"status": "ok"})


async def serve(port: int) -> None:
    """Serve until SIGTERM."""
    app = web.Application()
    app.add_routes([web.post(PATH, _take), web.get("/readyz", _take)])
    # As the real one in everything that costs: the same loop, no access log.
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, backlog=1024, reuse_address=True).start()
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await stop.wait()
    await runner.cleanup()


if __name__ == "__main__":
    run_async(serve(int(sys.argv[1])))
