"""The chat frameworks that the dispatcher is compared with: locked with hashes, in a folder that only they see.

They want other versions of what the product uses (pydantic, aiohttp), so they bring all of theirs along. `make bench`
calls `install`; `python -m benchmarks.chat_libraries --lock` renews the lock.
"""

import shutil
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent
WANTED = HERE / "requirements-chat-peers.in"
LOCK = HERE / "requirements-chat-peers.lock"
LIBRARIES = HERE.parent / ".bench-peers" / "chat"
_STAMP = ".installed"
_PIP = ("-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--root-user-action", "ignore")


def install() -> None:
    """Install what is locked; does nothing while the lock is unchanged."""
    wanted = LOCK.read_text() + sys.version
    stamp = LIBRARIES / _STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("the chat frameworks of the comparison, once …", flush=True)
    shutil.rmtree(LIBRARIES, ignore_errors=True)
    own = ("--require-hashes", "--no-deps", "--target", str(LIBRARIES), "-r", str(LOCK))
    subprocess.run([sys.executable, *_PIP, *own], check=True)
    stamp.write_text(wanted)


def lock() -> None:
    """Choose versions."""
    compiling = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
    plain = ["--no-emit-index-url", "--no-annotate", "--no-header"]
    subprocess.run(
        [sys.executable, "-m", *compiling, *plain, str(WANTED), "-o", str(LOCK)], check=True, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    if "--lock" in sys.argv:
        lock()
    install()
