"""What the SMS gateway knows: messages by their ids, the balance, and reports that wait."""

from typing import Any

from emulator.clock import Clock
from emulator.config import EmulatorConfig
from emulator.parts import Part
from emulator.scheduler import Scheduler


class SmsGateway(Part):
    """The state of one customer's account."""

    def __init__(self, config: EmulatorConfig, clock: Clock, scheduler: Scheduler) -> None:
        self._config = config
        self._clock = clock
        self._scheduler = scheduler
        self.url: str | None = None

    def subscribe(self, url: str | None) -> None:
        """Set the address of reports for messages that name none."""
        self.url = url

    def view(self) -> dict[str, Any]:
        """Counters as JSON."""
        return {}
