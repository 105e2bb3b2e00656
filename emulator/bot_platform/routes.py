"""The addresses of this face: `/bot<TOKEN>/<method>`, and what people do beside it."""

from aiohttp import web

from emulator.bot_platform import people, receiving, sending
from emulator.bot_platform.gate import Method, call_method
from emulator.config import EmulatorConfig
from emulator.state import EMULATOR

METHODS: dict[str, Method] = {**receiving.METHODS, **sending.METHODS}


def add_routes(app: web.Application) -> None:
    """Hang this face into the application. Names are case-sensitive; any HTTP method is taken, as on the platform."""
    people.add_routes(app)
    app.router.add_route("*", "/bot{token}/{method}", answer_call)
    app.router.add_route("*", "/bot{token}", answer_call)
    app.router.add_route("*", "/bot{token}/{method}/{rest:.*}", refuse_path)


async def answer_call(request: web.Request) -> web.StreamResponse:
    """Any call of any method."""
    return await call_method(request, _find_method(request.match_info.get("method", ""), request.app[EMULATOR].config))


async def refuse_path(request: web.Request) -> web.StreamResponse:
    """A longer path is no method: 404."""
    return await call_method(request, None)


def _find_method(name: str, config: EmulatorConfig) -> Method | None:
    if name == "testWebhook" and config.bot_test_webhook:
        return receiving.probe_webhook
    if name == "sendVoice" and config.bot_send_voice:
        return sending.send_voice
    return METHODS.get(name)
