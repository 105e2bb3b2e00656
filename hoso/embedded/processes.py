"""Processes as the embedded servers need them: who is alive, ending one, and running as an unprivileged user."""

import os
import pwd
import signal
import subprocess
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypedDict

from hoso.embedded.errors import EmbeddedError

POLL_SECONDS = 0.01


@dataclass(frozen=True)
class ProcessId:
    """A process that cannot be confused with a later one of the same number."""

    pid: int
    born: str
    """Start time in the kernel's ticks since boot; empty where /proc does not exist."""


class RunAs(TypedDict, total=False):
    """Arguments for `subprocess` that drop root's rights."""

    user: int
    group: int
    extra_groups: list[int]


@dataclass(frozen=True)
class ServiceUser:
    """The unprivileged user under whom PostgreSQL runs when we are root."""

    name: str
    uid: int
    gid: int

    @property
    def run_as(self) -> RunAs:
        """Keyword arguments for `subprocess.Popen`."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}


def identify(pid: int) -> ProcessId | None:
    """The process of this number, or None when there is none or only a zombie."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8", errors="replace")
    except FileNotFoundError:
        return None if Path("/proc/self").exists() else _identify_by_signal(pid)
    except ProcessLookupError:
        return None
    # The command in brackets may hold blanks and brackets; the state and the 22nd field come after the last one.
    fields = text.rpartition(")")[2].split()
    return None if fields[0] in "ZX" else ProcessId(pid, fields[19])


def is_alive(process: ProcessId) -> bool:
    """Whether this very process still runs (not a zombie, not a later one with its number)."""
    return identify(process.pid) == process


def end_process(process: ProcessId, steps: Sequence[tuple[signal.Signals, float]]) -> bool:
    """Send each signal in turn and wait its seconds for the end; True when the process has ended."""
    for number, seconds in steps:
        if not is_alive(process):
            return True
        try:
            os.kill(process.pid, number)
        except ProcessLookupError:
            return True
        if wait_for_end(process, seconds):
            return True
    return not is_alive(process)


def wait_for_end(process: ProcessId, timeout_seconds: float) -> bool:
    """Wait until the process has ended; False when it still runs after the time."""
    deadline = time.monotonic() + timeout_seconds
    while is_alive(process):
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def find_titled(prefix: str) -> list[ProcessId]:
    """Processes whose command line begins with this title (PostgreSQL names its children so); [] without /proc."""
    numbers = [int(entry.name) for entry in Path("/proc").glob("[0-9]*")]
    found = [identify(pid) for pid in numbers if process_title(pid).startswith(prefix)]
    return [process for process in found if process is not None]


def process_title(pid: int) -> str:
    """The command line, arguments parted by blanks; empty when there is no such process, or no /proc."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", errors="replace")
    except OSError:
        return ""


def service_user(name: str) -> ServiceUser | None:
    """The user to run PostgreSQL as, None when we are an ordinary user ourselves."""
    if os.geteuid() != 0:
        return None
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        raise EmbeddedError(
            f"PostgreSQL refuses to run as root and there is no user '{name}': name an existing unprivileged user, "
            "run as an ordinary user, or set HOSO_DATABASE_URL"
        ) from None
    return ServiceUser(entry.pw_name, entry.pw_uid, entry.pw_gid)


def user_name(uid: int) -> str:
    """The user's name, or the number in words where the system knows no name."""
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"#{uid}"


def can_enter(directory: Path, user: ServiceUser) -> bool:
    """Whether this user may pass through the directory; asked of the kernel, so ACLs count."""
    answer = subprocess.run(["test", "-x", str(directory)], cwd="/", check=False, **user.run_as)
    return answer.returncode == 0


def _identify_by_signal(pid: int) -> ProcessId | None:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return None
    except PermissionError:
        pass
    return ProcessId(pid, "")
