"""`hoso demo --once --json`: what it prints, what it leaves behind, as root and as an ordinary user."""

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import psutil
import pytest

from tests.site import HOSO, ROOT, ProcessLog, clean_environment

FIVE = ["submitted", "supplement", "refused", "accepted", "finished"]
CAPABILITIES = ((), ("dac_read_search",), ("dac_override",))
MAX_SECONDS = 90  # the promise is 30 s on a machine of its own; here other tests run beside


def _as_nobody(capabilities: Sequence[str]) -> list[str]:
    names = ",".join(f"+{name}" for name in capabilities)
    more = [f"--inh-caps={names}", f"--ambient-caps={names}"] if names else []
    return ["setpriv", "--reuid=nobody", "--regid=nogroup", "--clear-groups", *more, "--"]


def _ordinary_user() -> list[str]:
    """The words before a command that run it as user nobody.

    A checkout or an interpreter below /root is closed to others: then the user may look into folders, and no more.
    """
    for capabilities in CAPABILITIES:
        words = _as_nobody(capabilities)
        can_run = [*words, sys.executable, "-c", f"import sys, hoso.cli; assert sys.version == {sys.version!r}"]
        if subprocess.run(can_run, cwd=ROOT, capture_output=True, check=False).returncode == 0:
            return words
    raise AssertionError("user nobody cannot run the interpreter of this checkout")


USERS: dict[str, Callable[[], list[str]]] = {"ourselves": list}
if os.geteuid() == 0:  # otherwise we are an ordinary user ourselves
    USERS["an ordinary user"] = _ordinary_user


@pytest.mark.parametrize("user", USERS)
def test_the_demo_plays_the_five_notices_and_leaves_nothing(data_dir: Path, process_log: ProcessLog, user: str) -> None:
    words = USERS[user]()
    data_dir.mkdir()
    if words:
        shutil.chown(data_dir, "nobody", "nogroup")
    environment = clean_environment() | {"TMPDIR": str(data_dir), "HOME": str(data_dir)}
    begun = time.monotonic()
    done = subprocess.run(
        [*words, *HOSO, "demo", "--once", "--json"],
        cwd=ROOT,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=process_log("demo"),
        timeout=MAX_SECONDS * 2,
        check=False,
    )
    taken = time.monotonic() - begun
    assert done.returncode == 0, done.stdout
    document = json.loads(done.stdout)
    assert document["ok"] is True
    assert document["expected"] == FIVE
    assert len(document["messages"]) == 5
    assert len({message["tracking_id"] for message in document["messages"]}) == 5
    assert {"seq", "at", "channel", "phone", "user_id", "template_id", "text", "request", "answer"} <= set(
        document["messages"][0]
    )
    assert taken < MAX_SECONDS
    assert list(data_dir.iterdir()) == [], "no temporary folder stays"
    left = [process.info for process in psutil.process_iter(["pid", "cmdline"]) if _mentions(process, data_dir)]
    assert left == [], "no process stays"


def _mentions(process: psutil.Process, folder: Path) -> bool:
    try:
        return process.environ().get("TMPDIR") == str(folder) or str(folder) in " ".join(process.cmdline())
    except (psutil.Error, OSError):
        return False
