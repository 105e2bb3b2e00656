"""Who runs what: the tests' files shared between the workers of pytest-xdist."""

from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

SITE_GROUPS = {"acceptance": "sites", "browser": "sites", "faults": "faults"}
"""Folders whose tests run whole sites or Chromium, and the group in which one worker runs them in turn."""


class _FilesAndGroups(LoadScopeScheduling):
    """A site is eight processes: three of them at once on two cores make each other late, and take longer than in turn.

    The groups are long and come first by their names; the files of the others fill the third worker, and the rest.
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.split("::", 1)[0]
        _, _, path = file.partition("tests/")
        return SITE_GROUPS.get(path.split("/", 1)[0], file)


def make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Return the scheduler of a run with several workers."""
    return _FilesAndGroups(config, log)
