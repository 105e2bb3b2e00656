"""What an emulator is made of, as the whole sees it: things that start, stop and are kept in the state file."""

from typing import Any, Protocol


class Part:
    """One side of the emulator with a state of its own. Those that only remember need no start and stop."""

    async def start(self) -> None:
        """Begin to work, on the running event loop."""

    async def stop(self) -> None:
        """End; what was under way is in the next snapshot."""

    def snapshot(self) -> Any:
        """Everything worth keeping, as JSON."""
        return None

    def restore(self, raw: Any) -> None:
        """Take over a snapshot."""


class Door(Protocol):
    """Where a platform's events go: the address of somebody's webhook."""

    url: str | None

    def subscribe(self, url: str | None) -> None:
        """Set the address; None lets events wait."""
        ...

    def view(self) -> dict[str, Any]:
        """Counters as JSON."""
        ...
