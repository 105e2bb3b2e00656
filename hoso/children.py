"""The child processes of a site on one machine, as the supervisor starts them."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import aiohttp

from hoso.process import own_command
from hoso.settings import Settings
from hoso.site import Site
from hoso.supervisor import ChildSpec

# Doors close first, then who works behind them; the emulator last, so that what is under way still gets its answer.
_STOP_ORDER = {"serve": 0, "bridge": 0, "bot": 1, "worker": 1, "worker-broadcast": 1, "emulator": 2}
_KINDS: Mapping[str, Sequence[str]] = {
    "serve": ("serve",),
    "bot": ("bot",),
    "bridge": ("bridge",),
    "worker": ("worker", "--lane=urgent", "--lane=status"),
    # Apart, so that a large broadcast takes neither time nor memory from what cannot wait.
    "worker-broadcast": ("worker", "--lane=broadcast"),
}


async def answers(url: str) -> bool:
    """Say whether `url` answers 200."""
    try:
        timeout = aiohttp.ClientTimeout(total=2)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as answer:
            return answer.status == 200
    except (aiohttp.ClientError, OSError, TimeoutError):
        return False


def children(site: Site, *, extra: Mapping[str, str] | None = None) -> list[ChildSpec]:
    """Return the processes of a whole site; with the emulator while it stands in for Zalo."""
    settings = site.settings
    environment = site.environment() | dict(extra or {})

    async def serve_ready() -> bool:
        return await answers(f"http://{settings.listen}/readyz")

    async def emulator_ready() -> bool:
        return await answers(f"{settings.emulator_url}/_emulator/clock")

    specs = [
        ChildSpec(
            name=name,
            argv=own_command(*command),
            env=environment,
            stop_order=_STOP_ORDER[name],
            ready=serve_ready if name == "serve" else None,
        )
        for name, command in _KINDS.items()
    ]
    if settings.is_stand_in:
        argv = own_command("emulator", *_emulator_options(settings))
        specs.insert(0, ChildSpec("emulator", argv, environment, _STOP_ORDER["emulator"], emulator_ready))
    return specs


def _emulator_options(settings: Settings) -> list[str]:
    _, port = settings.emulator_listen.rsplit(":", 1)
    state: Path = settings.data_dir / "emulator.json"
    # The night rule is off: nobody is woken, and who tries the system in the evening wants to see something.
    return ["--port", port, "--webhook", f"http://{settings.listen}/webhooks/zalo", "--state", str(state), "--no-night"]
