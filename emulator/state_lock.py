"""One emulator per state file: two would overwrite each other's tokens, and neither would notice."""

import fcntl
from pathlib import Path
from typing import IO

from emulator.errors import StateFileError


class StateLock:
    """A lock beside the state file, held while an emulator runs; the system lifts it when the process dies."""

    def __init__(self, state_file: Path) -> None:
        self._state_file = state_file
        self._held: IO[bytes] | None = None

    def take(self) -> None:
        """Hold it from now on. Raises StateFileError when another emulator does, or it cannot be made."""
        path = self._state_file.with_name(self._state_file.name + ".lock")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            held = path.open("ab")
        except OSError as error:
            raise StateFileError(f"{path} cannot be written ({error}); name another with --state") from error
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            held.close()
            reason = f"state file {self._state_file} is used by another emulator; stop it or name another file"
            raise StateFileError(reason) from error
        except OSError:
            held.close()  # a file system without locks: then nobody can be kept away
            return
        self._held = held

    def free(self) -> None:
        """Let others have it. The file stays: to delete it would let two hold two files of the same name."""
        if self._held:
            self._held.close()
            self._held = None
