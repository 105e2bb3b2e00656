"""What the Bot Platform knows: the webhook, its secret, and updates that wait."""

from typing import Any

from emulator.clock import Clock
from emulator.config import EmulatorConfig
from emulator.parts import Part
from emulator.scheduler import Scheduler


class BotPlatform(Part):
    """The state of one bot."""

    def __init__(self, config: EmulatorConfig, clock: Clock, scheduler: Scheduler) -> None:
        self._config = config
        self._clock = clock
        self._scheduler = scheduler
        self.url: str | None = None

    def subscribe(self, url: str | None) -> None:
        """Set the webhook's address."""
        self.url = url

    def view(self) -> dict[str, Any]:
        """Counters as JSON."""
        return {}
