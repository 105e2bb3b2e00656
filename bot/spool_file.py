"""One file of the spool: lines of `checksum base64`, held by a lock while its writer lives.

A line that was cut short by a crash has no valid checksum and is left out; the whole lines before it and after it
count. All functions here block: call them in a thread.
"""

from __future__ import annotations

import base64
import binascii
import fcntl
import os
import secrets
import time
import zlib
from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

SUFFIX = ".spool"
DAMAGED_SUFFIX = ".damaged"


def encode_line(record: bytes) -> bytes:
    """Return the line for a record; its checksum covers the record."""
    return b"%08x %s\n" % (zlib.crc32(record), base64.b64encode(record))


def decode_lines(lines: Iterable[bytes]) -> Iterator[bytes | None]:
    """Yield the record of each line (as a binary file gives them), None for a damaged one; a torn last line is none."""
    for line in lines:
        text = line.removesuffix(b"\n")
        record = _decode_line(text) if text else None
        # The line break is the last byte written: a tail that is complete but for it counts as well.
        if record is not None or (text and text != line):
            yield record


def read_batches(path: Path, *, max_records: int, max_bytes: int) -> Generator[list[bytes | None], None, None]:
    """Yield a file's records, None for damaged ones, never reading further than the batch that is asked for.

    A batch ends with the record that makes it `max_records` long or `max_bytes` large.
    """
    batch: list[bytes | None] = []
    size_bytes = 0
    with path.open("rb") as file:
        for record in decode_lines(file):
            batch.append(record)
            size_bytes += len(record or b"")
            if len(batch) >= max_records or size_bytes >= max_bytes:
                yield batch
                batch, size_bytes = [], 0
    if batch:
        yield batch


def _decode_line(line: bytes) -> bytes | None:
    checksum, _, text = line.partition(b" ")
    try:
        record = base64.b64decode(text, validate=True)
        return record if len(checksum) == 8 and int(checksum, 16) == zlib.crc32(record) else None
    except (binascii.Error, ValueError):
        return None


def new_owner() -> str:
    """Return a name for this incarnation of this process: two never share one."""
    return f"{os.getpid()}-{secrets.token_hex(4)}"


def _owner(path: Path) -> str:
    return path.stem.partition("-")[2]


class SpoolWriter:
    """A new file that only its owner appends to; it stays locked until closed or until the process dies.

    An owner's files sort by name in the order of their making (`after` is the one before), whatever the clock does.
    """

    def __init__(self, directory: Path, owner: str, after: SpoolWriter | None = None) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.born_ns: int = max(time.time_ns(), after.born_ns + 1 if after else 0)
        while True:
            # The time first, so that sorting by name is sorting by age.
            self.path = directory / f"{self.born_ns:020d}-{owner}{SUFFIX}"
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            if os.fstat(self._fd).st_nlink:  # else somebody drained it between these two lines
                break
            os.close(self._fd)
        self.size_bytes = 0
        _sync_directory(directory)

    def append(self, records: Iterable[bytes]) -> None:
        """Write records and return when they are on the disk. Raises OSError; nothing of them counts then."""
        # The line break in front ends whatever an append that failed may have left behind.
        data = b"\n" + b"".join(encode_line(record) for record in records)
        try:
            _write_all(self._fd, data)
            os.fdatasync(self._fd)
        except OSError:
            with suppress(OSError):
                os.ftruncate(self._fd, self.size_bytes)
            raise
        self.size_bytes += len(data)

    def close(self) -> None:
        """Unlock the file; whether others may drain it then is said at `take_abandoned`."""
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def lock_again(self) -> None:
        """Lock a file that was closed, without writing to it any more; one that a person deleted is let be."""
        if self._fd < 0:
            with suppress(FileNotFoundError):
                self._fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
                fcntl.flock(self._fd, fcntl.LOCK_EX)


def take_abandoned(directory: Path) -> Generator[Path, None, None]:
    """Yield the files without a living owner, oldest first, each locked while the caller works on it.

    An owner's files are stored in their order by one process at a time: the lock on its oldest file, by the owner or
    by whoever drains it, protects the later ones as well.
    """
    taken_owners = set()
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        if _owner(path) in taken_owners:
            continue
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # another process was faster, and stored it
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if _is_at(path, fd):
                yield path
        except BlockingIOError:
            taken_owners.add(_owner(path))  # it lives, or somebody drains what it left
        finally:
            os.close(fd)


def _is_at(path: Path, fd: int) -> bool:
    """Say whether the open file still has its name: it may have been stored, or set aside, before we had the lock."""
    try:
        return os.path.samestat(path.stat(), os.fstat(fd))
    except FileNotFoundError:
        return False


def remove(path: Path) -> None:
    """Delete a file whose records are all stored."""
    path.unlink(missing_ok=True)
    _sync_directory(path.parent)


def set_aside(path: Path) -> None:
    """Keep a file that was not wholly readable, where draining does not look."""
    path.rename(path.with_suffix(DAMAGED_SUFFIX))
    _sync_directory(path.parent)


def _write_all(fd: int, data: bytes) -> None:
    view = memoryview(data)
    while view:
        view = view[os.write(fd, view) :]


def _sync_directory(directory: Path) -> None:
    fd = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
