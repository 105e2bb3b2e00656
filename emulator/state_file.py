"""The file behind `--state`: the whole emulator as one JSON document, replaced atomically.

A reader never sees half a file, and what was written survives kill -9 and a power cut (write, fsync, rename, fsync).
"""

import json
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any, BinaryIO

from emulator.envelopes import encode
from emulator.errors import StateFileError

VERSION = 2
ROWS_PER_CHUNK = 250  # a few milliseconds of work, then requests may get their turn


def load_state(path: Path) -> dict[str, Any] | None:
    """The stored document, None when there is no file yet. Raises StateFileError."""
    try:
        raw = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise StateFileError(f"state file {path} cannot be read ({error}); move it away or name another") from error
    if isinstance(raw, dict) and raw.get("version") == 1:
        raw = _from_version_1(raw)
    if not isinstance(raw, dict) or raw.get("version") != VERSION:
        raise StateFileError(f"state file {path} is not of version {VERSION}; move it away or name another")
    return raw


def write_document(head: dict[str, Any], lists: dict[str, Iterable[Any]]) -> Iterator[bytes]:
    """The document in pieces: what is small at once, long lists bit by bit. `head` must not be empty."""
    yield encode({"version": VERSION, **head})[:-1]
    for name, rows in lists.items():
        yield b"," + encode(name) + b":["
        joint, left = b"", iter(rows)
        while chunk := list(islice(left, ROWS_PER_CHUNK)):
            yield joint + encode(chunk)[1:-1]
            joint = b","
        yield b"]"
    yield b"}"


@contextmanager
def replacing(path: Path, *, is_wanted: Callable[[], bool] = lambda: True) -> Iterator[BinaryIO]:
    """A file to write; it takes the place of `path` afterwards, if it is still wanted. Raises StateFileError."""
    temporary = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with temporary.open("wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
        if is_wanted():
            temporary.replace(path)
            _sync_folder(path.parent)
    except (OSError, ValueError) as error:
        raise StateFileError(f"state file {path} cannot be written ({error}); free space or name another") from error
    finally:
        if temporary.is_file():
            temporary.unlink()


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _from_version_1(raw: dict[str, Any]) -> dict[str, Any] | None:
    """What a file of version 1 tells: everything but events that waited. None when it is damaged."""
    try:
        return _renewed(raw)
    except (KeyError, TypeError, IndexError):
        return None


def _renewed(raw: dict[str, Any]) -> dict[str, Any]:
    outbox = {"url": raw["outbox"]["urls"]["oa"], "subscribed": raw["outbox"]["subscribed"], "waiting": []}
    jobs = [job for job in raw["jobs"] if job[1] != "webhook"]
    messages = [[*row, {}] for row in raw["messages"]]
    return {**raw, "version": VERSION, "parts": {"outbox": outbox}, "jobs": jobs, "messages": messages}
