"""Where the servers' data and sockets lie.

Data lies under the data directory, `<data>/postgres` and `<data>/valkey`. One exception: as root PostgreSQL runs as an
unprivileged user, who cannot pass a 0700 folder such as /root; folders of others are never opened, so the data then
lies at a fixed place under /var/lib, and `<data>/postgres.location` says where.
"""

import hashlib
import os
import stat
import tempfile
from contextlib import suppress
from pathlib import Path

from hoso.embedded.errors import DataDirError
from hoso.embedded.processes import ServiceUser, can_enter

FALLBACK_ROOT = Path("/var/lib/bao-ho-so")
LOCATION_FILE = "postgres.location"
SOCKET_PATH_MAX_BYTES = 100
"""sun_path holds 108 bytes on Linux and 104 on macOS, with the final NUL. docs: performance 1"""
PRIVATE_MODE = 0o700
PASSABLE_MODE = 0o711
_SHORT_PREFIX = "hoso-"


def own_mode() -> int:
    """Mode of directories that we create: private, but as root passable for the user who runs PostgreSQL."""
    return PASSABLE_MODE if os.geteuid() == 0 else PRIVATE_MODE


def make_directory(path: Path, mode: int) -> Path:
    """Create a directory (and its parents) with this mode whatever the umask; an existing one is left as it is."""
    if not path.is_dir():
        if not path.parent.is_dir():
            make_directory(path.parent, mode)
        path.mkdir(exist_ok=True)
        path.chmod(mode)
    return path


def choose_postgres_home(data_dir: Path, user: ServiceUser | None, fallback_root: Path = FALLBACK_ROOT) -> Path:
    """PostgreSQL's home directory, the same at every start; created when missing.

    Raises DataDirError when data that once was there cannot be reached any more, rather than starting an empty one.
    """
    pointer = data_dir / LOCATION_FILE
    if pointer.exists():
        home = Path(pointer.read_text(encoding="utf-8").strip())
        if not home.is_dir():
            raise DataDirError(f"PostgreSQL's data should be in {home} ({pointer} says so) but is not: restore it")
        return home
    home = data_dir / "postgres"
    if user is None or can_enter(data_dir, user):
        return make_directory(home, own_mode())
    if home.exists():
        raise DataDirError(
            f"user '{user.name}', who runs PostgreSQL, cannot reach {home} any more: "
            f"let others pass through the folders above it, or move {data_dir} and set HOSO_DATA_DIR"
        )
    home = make_directory(fallback_root / _digest(data_dir), PASSABLE_MODE)
    if not can_enter(home, user):
        raise DataDirError(f"user '{user.name}' can reach neither {data_dir} nor {home}: set HOSO_DATA_DIR elsewhere")
    pointer.write_text(f"{home}\n", encoding="utf-8")
    return home


def choose_socket_dir(home: Path, socket_name: str) -> Path:
    """The place of a private directory for a Unix socket: `<home>/run`, or a short one under the temporary folder.

    The short one serves long paths, and commas and quotes, which separate directories for PostgreSQL.
    """
    directory = home / "run"
    socket_bytes = len(os.fsencode(directory / socket_name))
    if socket_bytes <= SOCKET_PATH_MAX_BYTES and not any(character in str(directory) for character in ',"'):
        return directory
    return Path(tempfile.gettempdir()) / f"{_SHORT_PREFIX}{os.geteuid()}-{_digest(home)}"


def make_socket_dir(directory: Path, user: ServiceUser | None) -> None:
    """Create it for the user who runs the server. Raises DataDirError when it exists and is not private to him."""
    uid, gid = (user.uid, user.gid) if user else (os.geteuid(), os.getegid())
    try:
        directory.mkdir(mode=PRIVATE_MODE)
    except FileExistsError:
        _check_private(directory, uid)
    else:
        os.chown(directory, uid, gid)


def remove_short_dir(directory: Path) -> None:
    """Leave nothing under the temporary folder; a socket directory beside the data stays."""
    if directory.name.startswith(_SHORT_PREFIX):
        with suppress(OSError):  # somebody else's file in it: not ours to remove
            directory.rmdir()


def _check_private(directory: Path, uid: int) -> None:
    found = directory.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != uid or stat.S_IMODE(found.st_mode) & 0o077:
        raise DataDirError(f"{directory} is not a private directory of user {uid}: remove it and try again")


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
