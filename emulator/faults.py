"""Trouble on order: what `POST /_emulator/faults` sets up, and which of it hits a request.

Pure bookkeeping; `emulator/trouble.py` makes the trouble.
"""

import itertools
import random
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from emulator.errors import BadControl

PLAIN_MODES = frozenset(
    {"http_500", "reset", "no_answer_after_send", "duplicate_receipt", "no_receipt", "expire_token"}
)
MODES_WITH_SECONDS = frozenset({"slow", "late_receipt"})
MODES_INSTEAD = frozenset({"http_500", "reset", "error"})
"""A request gets one of these at most; the next order waits for the next request."""
MAX_SECONDS = 86_400.0
_NUMBER = re.compile(r"\d{1,6}(\.\d{1,6})?", re.ASCII)
_CODE = re.compile(r"-?\d{1,6}", re.ASCII)


@dataclass(slots=True)
class Fault:
    """One order: requests under `path` get `mode`, `times` times (None: always), a `share` of them.

    `seconds` belongs to `slow` and `late_receipt`, `code` to `error`.
    """

    id: int
    path: str
    mode: str
    written: str
    seconds: float = 0.0
    code: int = 0
    times: int | None = None
    share: float = 1.0
    hits: int = 0

    def view(self) -> dict[str, Any]:
        """The order as JSON."""
        return {
            "id": self.id,
            "path": self.path,
            "mode": self.written,
            "times": self.times,
            "share": self.share,
            "hits": self.hits,
        }


class Faults:
    """The orders in force. `draw` gives numbers in [0, 1)."""

    def __init__(self, draw: Callable[[], float] = random.random) -> None:
        self._draw = draw
        self._ids = itertools.count(1)
        self.orders: list[Fault] = []

    def order(self, body: dict[str, Any]) -> Fault:
        """Add an order from its JSON. Raises BadControl."""
        unknown = set(body) - {"path", "mode", "times", "share"}
        if unknown:
            raise BadControl(f"unknown field {min(unknown)!r}; use path, mode, times, share", field=min(unknown))
        mode, seconds, code = _parse_mode(body.get("mode"))
        fault = Fault(
            id=next(self._ids),
            path=_parse_path(body.get("path")),
            mode=mode,
            written=str(body["mode"]),
            seconds=seconds,
            code=code,
            times=_parse_times(body.get("times")),
            share=_parse_share(body.get("share", 1.0)),
        )
        self.orders.append(fault)
        return fault

    def strike(self, path: str) -> list[Fault]:
        """The orders that hit a request to this path, each counted; spent ones are gone."""
        hits: list[Fault] = []
        for fault in self.orders:
            if not path.startswith(fault.path) or not self._is_drawn(fault):
                continue
            if fault.mode in MODES_INSTEAD and any(hit.mode in MODES_INSTEAD for hit in hits):
                continue
            hits.append(fault)
            fault.hits += 1
            if fault.times is not None:
                fault.times -= 1
        self.orders = [fault for fault in self.orders if fault.times != 0]
        return hits

    def clear(self) -> int:
        """Take back all orders; how many there were."""
        count = len(self.orders)
        self.orders = []
        return count

    def _is_drawn(self, fault: Fault) -> bool:
        return fault.share >= 1.0 or self._draw() < fault.share


def _parse_mode(written: object) -> tuple[str, float, int]:
    if isinstance(written, str):
        mode, _, argument = written.partition(":")
        if written in PLAIN_MODES:
            return written, 0.0, 0
        if mode in MODES_WITH_SECONDS and _NUMBER.fullmatch(argument) and float(argument) <= MAX_SECONDS:
            return mode, float(argument), 0
        if mode == "error" and _CODE.fullmatch(argument) and int(argument):
            return mode, 0.0, int(argument)
    known = ", ".join([*sorted(PLAIN_MODES), "slow:<seconds>", "late_receipt:<seconds>", "error:<code>"])
    raise BadControl(f"mode must be one of {known}", field="mode")


def _parse_path(path: object) -> str:
    if not isinstance(path, str) or not (path in {"", "*"} or path.startswith("/")):
        raise BadControl("path must be the beginning of a path, such as /message/template, or *", field="path")
    return "" if path == "*" else path


def _parse_times(times: object) -> int | None:
    if times is None:
        return None
    if isinstance(times, bool) or not isinstance(times, int) or times < 1:
        raise BadControl("times must be a whole number from 1, or left out for always", field="times")
    return times


def _parse_share(share: object) -> float:
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 < share <= 1:
        raise BadControl("share must be a number above 0 and up to 1", field="share")
    return float(share)
