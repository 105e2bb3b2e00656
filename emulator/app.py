"""The emulator as an aiohttp application, and the runner that serves it."""

import asyncio
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import contextmanager, suppress

from aiohttp import web

from emulator import causes, control, developer, oauth, pages
from emulator.bot_platform import routes as bot_platform
from emulator.config import EmulatorConfig
from emulator.oa import routes as oa
from emulator.sms import routes as sms
from emulator.state import EMULATOR, Emulator
from emulator.trouble import make_trouble
from emulator.watch import keep_requests, limit_rate
from emulator.zbs import routes as zbs

MAX_BODY_BYTES = 8 * 1024 * 1024  # a photo of 5 MiB as base64
SHUTDOWN_SECONDS = 1.0
DEFAULT_HOST = "127.0.0.1"
DEFAULT_PORT = 9090
FACES = tuple(face.add_routes for face in (oauth, zbs, oa, bot_platform, sms, control, causes, developer, pages))


def create_app(config: EmulatorConfig | None = None) -> web.Application:
    """An emulator with all its faces. Raises StateFileError when the state file is damaged."""
    app = web.Application(middlewares=[keep_requests, make_trouble, limit_rate], client_max_size=MAX_BODY_BYTES)
    app[EMULATOR] = Emulator(config or EmulatorConfig())
    for add_routes in FACES:
        add_routes(app)
    app.cleanup_ctx.append(_keep_running)
    app.on_shutdown.append(_end_streams)
    return app


async def run(
    config: EmulatorConfig,
    *,
    host: str = DEFAULT_HOST,
    port: int = DEFAULT_PORT,
    ready: Callable[[str], None] | None = None,
) -> None:
    """Serve until cancelled or SIGTERM; the state is saved on the way out.

    Port 0 takes a free one; `ready` is told the address, such as `http://127.0.0.1:9090`, once it answers. Raises
    OSError when the port is taken and StateFileError when the state file is damaged or cannot be written.
    """
    runner = web.AppRunner(create_app(config), access_log=None, shutdown_timeout=SHUTDOWN_SECONDS)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, backlog=1024).start()
        if ready:
            ready(f"http://{_written(host)}:{runner.addresses[0][1]}")
        with _stop_on_sigterm() as stopped:
            await stopped.wait()
    finally:
        await runner.cleanup()


async def _keep_running(app: web.Application) -> AsyncIterator[None]:
    emulator = app[EMULATOR]
    await emulator.start()
    yield
    await emulator.stop()


async def _end_streams(app: web.Application) -> None:
    app[EMULATOR].hub.close()


@contextmanager
def _stop_on_sigterm() -> Iterator[asyncio.Event]:
    stopped, loop = asyncio.Event(), asyncio.get_running_loop()
    # Only the main thread may handle signals; elsewhere the owner cancels.
    is_set = False
    with suppress(NotImplementedError, RuntimeError, ValueError):
        loop.add_signal_handler(signal.SIGTERM, stopped.set)
        is_set = True
    try:
        yield stopped
    finally:
        if is_set:
            loop.remove_signal_handler(signal.SIGTERM)


def _written(host: str) -> str:
    return f"[{host}]" if ":" in host else host
