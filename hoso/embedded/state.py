"""The state file `engines.json`: which servers run, where, and which process will stop them. Holds no secret."""

import json
import os
from dataclasses import asdict, dataclass
from pathlib import Path

from hoso.embedded.processes import ProcessId

STATE_FILE = "engines.json"
STATE_VERSION = 1


@dataclass(frozen=True)
class EngineRecord:
    """One running server."""

    process: ProcessId
    url: str
    """Address without any password."""
    started_at: str
    """ISO 8601, UTC."""
    owner: ProcessId | None
    """The process that will stop it; None when it was left running on purpose."""


def read_state(data_dir: Path) -> dict[str, EngineRecord]:
    """Records by engine name; empty when the file is missing or unreadable (the life locks then tell the truth)."""
    try:
        document = json.loads((data_dir / STATE_FILE).read_text(encoding="utf-8"))
        return {name: _parse(entry) for name, entry in document["engines"].items()}
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return {}


def write_state(data_dir: Path, engines: dict[str, EngineRecord]) -> None:
    """Replace the file in one step, readable by everybody; without engines it is removed."""
    path = data_dir / STATE_FILE
    if not engines:
        path.unlink(missing_ok=True)
        return
    document = {"version": STATE_VERSION, "engines": {name: asdict(record) for name, record in engines.items()}}
    fresh = path.with_name(f"{STATE_FILE}.{os.getpid()}.new")
    try:
        fresh.write_text(json.dumps(document, indent=2) + "\n", encoding="utf-8")
        fresh.chmod(0o644)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _parse(entry: dict[str, object]) -> EngineRecord:
    owner = entry["owner"]
    return EngineRecord(
        process=_parse_process(entry["process"]),
        url=str(entry["url"]),
        started_at=str(entry["started_at"]),
        owner=None if owner is None else _parse_process(owner),
    )


def _parse_process(value: object) -> ProcessId:
    if not isinstance(value, dict):
        raise TypeError("a process is an object with pid and born")
    return ProcessId(int(value["pid"]), str(value["born"]))
