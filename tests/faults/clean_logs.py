"""Faults of servers, networks and platforms are waited for; a line that tells of a fault of our own is none of that."""

from collections.abc import Mapping
from pathlib import Path

from tests.site import Site

OF_OUR_OWN = (
    '"chore_died"',
    '"drain_failed"',
    '"duty_failed"',
    '"inbox_entry_refused"',
    '"outcomes_lost"',
    '"outcomes_refused"',
    '"receipts_failed"',
    '"request_failed"',
    '"runtime_died"',
    '"runtime_hangs"',
    '"send_bug"',
    '"spool_file_set_aside"',
    '"sweep_failed"',
    "exception was never retrieved",
    "hoso: unexpected",
)


def sizes(site: Site) -> dict[Path, int]:
    """How long the site's logs are now; kept to look only at what comes later."""
    return {path: path.stat().st_size for path in site.logs if path.is_file()}


def lines_of_our_own(site: Site, before: Mapping[Path, int]) -> list[str]:
    """The lines since then that no fault excuses, a few of them."""
    found = []
    for path in site.logs:
        if path.is_file():
            with path.open("rb") as log:
                log.seek(before.get(path, 0))
                text = log.read().decode(errors="replace")
            found += [line[:500] for line in text.splitlines() if any(mark in line for mark in OF_OUR_OWN)]
    return found[:20]
