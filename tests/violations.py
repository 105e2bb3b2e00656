"""The gate over the emulator's violations: a test that breaks a documented rule of Zalo's without saying so fails.

Emulators within the test process are seen by what they record; those of other processes are asked over HTTP after each
test and before they end (`gate.watch`, `gate.leave`). A test that breaks rules on purpose says so:

    @pytest.mark.provokes_violations                                # at least one
    @pytest.mark.provokes_violations("access_token", "header")      # these rules, each at least once, and no other
    @pytest.mark.provokes_violations(sometimes=True)                # some of its parameters do
"""

import json
import sys
import urllib.request
from contextlib import suppress
from functools import wraps
from typing import Any

import pytest

MARKER = "provokes_violations"
ASK_SECONDS = 10.0
MAX_SHOWN = 10

Violation = dict[str, Any]


class Gate:
    """What was recorded since the last look, in this process and in the emulators that are watched."""

    def __init__(self) -> None:
        self._found: list[Violation] = []
        self._watched: dict[str, set[str]] = {}

    def add(self, violation: Violation) -> None:
        """One more was recorded."""
        self._found.append(violation)

    def watch(self, url: str) -> None:
        """Ask the emulator at this address from now on; it may die and come back."""
        self._watched.setdefault(url, set())

    def leave(self, url: str) -> None:
        """Ask it a last time."""
        self._ask(url)
        self._watched.pop(url, None)

    def take(self) -> list[Violation]:
        """What was recorded since the last call."""
        for url in list(self._watched):
            self._ask(url)
        found, self._found = self._found, []
        return found

    def _ask(self, url: str) -> None:
        seen = self._watched.get(url, set())
        # One that is down tells nothing; what it kept in its state file it tells when it is back.
        with (
            suppress(OSError, ValueError),
            urllib.request.urlopen(url + "/_emulator/violations", timeout=ASK_SECONDS) as said,
        ):
            for violation in json.load(said):
                # Not by number alone: an emulator that was killed may count its last ones again.
                key = json.dumps(violation, sort_keys=True)
                if key not in seen:
                    seen.add(key)
                    self.add(violation)


gate = Gate()


def guard_this_process() -> None:
    """Hear of every violation that an emulator in this process records, if any test brought one. Safe to call again."""
    # Not imported here: tests of other rooms need no emulator. Test modules that do are imported before any test runs.
    module = sys.modules.get("emulator.violations")
    if module is None or hasattr(module.Violations.record, "__wrapped__"):
        return
    record = module.Violations.record

    @wraps(record)
    def record_and_tell(self: Any, **violation: Any) -> None:
        record(self, **violation)
        gate.add(violation)

    module.Violations.record = record_and_tell  # no seam in the product for a test's sake


def judge(item: pytest.Item, found: list[Violation]) -> str | None:
    """What is wrong with the violations that a test caused, as one text; None when they are as it says."""
    marker = item.get_closest_marker(MARKER)
    rules, wanted = {violation["rule"] for violation in found}, set(marker.args) if marker else set()
    if marker and marker.kwargs.get("sometimes"):
        is_as_said = not wanted or rules <= wanted
    else:
        is_as_said = (rules == wanted if wanted else bool(rules)) if marker else not rules
    if is_as_said:
        return None
    heading = (
        f"rules broken: {_names(rules)}; {MARKER}: {(_names(wanted) if wanted else 'any') if marker else 'not marked'}"
    )
    return "\n".join([heading, *(_describe(each) for each in found[:MAX_SHOWN])])


def _names(rules: set[str]) -> str:
    return ", ".join(sorted(rules)) or "none"


def _describe(violation: Violation) -> str:
    return "{method} {path}: {rule} ({code}): {detail}".format_map({"code": None, **violation})
