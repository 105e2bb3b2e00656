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
from collections.abc import Generator, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

SUFFIX = ".spool"
DAMAGED_SUFFIX = ".damaged"


def encode_line(record: bytes) -> bytes:
    """Return the line for a record; its checksum covers the record."""
    return b"%08x %s\n" % (zlib.crc32(record), base64.b64encode(record))


def decode_lines(content: bytes) -> tuple[list[bytes], int]:
    """Return the whole records in order, and how many complete lines were damaged (a torn last line is none)."""
    *lines, tail = content.split(b"\n")
    records = [_decode_line(line) for line in lines if line]
    whole = [record for record in records if record is not None]
    damaged = len(records) - len(whole)
    # The line break is the last byte written: a tail that is complete but for it counts as well.
    last = _decode_line(tail) if tail else None
    return (whole if last is None else [*whole, last]), damaged


def _decode_line(line: bytes) -> bytes | None:
    checksum, _, text = line.partition(b" ")
    try:
        record = base64.b64decode(text, validate=True)
        return record if len(checksum) == 8 and int(checksum, 16) == zlib.crc32(record) else None
    except (binascii.Error, ValueError):
        return None


class SpoolWriter:
    """A new file that only this process appends to; it stays locked until closed or until the process dies."""

    def __init__(self, directory: Path) -> None:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        while True:
            # The time first, so that sorting by name is sorting by age; then what makes it this incarnation's own.
            self.path = directory / f"{time.time_ns():020d}-{os.getpid()}-{secrets.token_hex(4)}{SUFFIX}"
            self._fd = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
            fcntl.flock(self._fd, fcntl.LOCK_EX)
            if os.fstat(self._fd).st_nlink:  # else somebody drained it between these two lines
                break
            os.close(self._fd)
        self._size = 0
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
                os.ftruncate(self._fd, self._size)
            raise
        self._size += len(data)

    def close(self) -> None:
        """Give the file up for draining."""
        os.close(self._fd)


@dataclass(frozen=True, slots=True)
class Found:
    """What a file without a living writer held."""

    path: Path
    records: list[bytes]
    damaged: int


def take_abandoned(directory: Path) -> Generator[Found, None, None]:
    """Yield the files that nobody writes to, oldest first, each locked while the caller works on it."""
    for path in sorted(directory.glob(f"*{SUFFIX}")):
        try:
            fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # another process was faster
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
            if os.fstat(fd).st_nlink:
                yield Found(path, *decode_lines(path.read_bytes()))
        except BlockingIOError:
            continue  # its writer lives, or somebody drains it
        finally:
            os.close(fd)


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
