"""The libraries of the job queues that we are compared with: locked with hashes, installed beside the product's.

They are no part of the product, so neither `.venv` nor `requirements.lock` has them; whatever both need comes from
`.venv`. `make bench` calls this; `--lock` renews the lock from `requirements-peers.in`, at the versions that fit ours.
"""

import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.alternatives import LIBRARIES

HERE = Path(__file__).parent
WANTED = HERE / "requirements-peers.in"
LOCK = HERE / "requirements-peers.lock"
OUR_LOCK = HERE.parent / "requirements.lock"
_STAMP = ".installed"
_PIN = re.compile(r"^([a-z0-9._-]+)==([^\s\\]+)", re.MULTILINE)


def install() -> None:
    """Install what is locked into a folder of its own; does nothing while the lock is unchanged."""
    wanted = LOCK.read_text() + sys.version
    stamp = LIBRARIES / _STAMP
    if stamp.exists() and stamp.read_text() == wanted:
        return
    print("the libraries of the alternatives, once …", flush=True)
    shutil.rmtree(LIBRARIES, ignore_errors=True)
    pip = [
        sys.executable,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--root-user-action",
        "ignore",
    ]
    subprocess.run([*pip, "--require-hashes", "--no-deps", "--target", str(LIBRARIES), "-r", str(LOCK)], check=True)
    stamp.write_text(wanted)


def lock() -> None:
    """Choose versions that fit our own lock, and keep those that it does not have."""
    ours = dict(_PIN.findall(OUR_LOCK.read_text()))
    with tempfile.TemporaryDirectory() as folder:
        constraints, chosen = Path(folder, "constraints.txt"), Path(folder, "chosen.txt")
        constraints.write_text("".join(f"{name}=={version}\n" for name, version in ours.items()))
        compiling = ["uv", "pip", "compile", "--quiet", "--universal", "--python-version", "3.11", "--generate-hashes"]
        plain = ["--no-emit-index-url", "--no-annotate", "--no-header", "-c", str(constraints)]
        subprocess.run(
            [sys.executable, "-m", *compiling, *plain, str(WANTED), "-o", str(chosen)],
            check=True,
            stdout=subprocess.DEVNULL,
        )
        blocks = re.split(r"^(?=\S)", chosen.read_text(), flags=re.MULTILINE)
    kept = [block for block in blocks if (found := _PIN.match(block)) and found[1] not in ours]
    LOCK.write_text("".join(kept))


if __name__ == "__main__":
    if "--lock" in sys.argv:
        lock()
    install()
