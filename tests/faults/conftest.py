"""Sites to break: one that all tests share, each with dossiers of its own, and fresh ones."""

import os
import secrets
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

import pytest

from tests.engines import RUN_DIR_VARIABLE, fresh_data_dir
from tests.faults.invariants import watch_states
from tests.faults.trial import SETTINGS
from tests.site import ROOT, Site, start_site


def _logs(name: str, files: ExitStack) -> Callable[[str], IO[bytes]]:
    """As the fixture `process_log`, which lives no longer than one test."""
    folder = ROOT / "test-logs" / Path(os.environ[RUN_DIR_VARIABLE]).name
    return lambda kind: files.enter_context((folder / f"{name}-{kind}.log").open("ab", buffering=0))


@contextmanager
def _site(**settings: str) -> Iterator[Site]:
    with ExitStack() as stack:
        data_dir = stack.enter_context(fresh_data_dir())
        logs = _logs(f"faults-{secrets.token_hex(3)}", stack)
        site = stack.enter_context(start_site(data_dir, logs, settings={**SETTINGS, **settings}))
        watch_states(site.postgres_url)
        yield site


@pytest.fixture(scope="package")
def _shared_site() -> Iterator[Site]:
    with _site() as site:
        yield site


@pytest.fixture(scope="module")
def patient_site() -> Iterator[Site]:
    """A site whose sends end in doubt by the platform's doing alone, not because a machine stood still."""
    with _site(HOSO_LEASE_SECONDS="20") as site:
        yield site


@pytest.fixture
def shared_site(_shared_site: Site) -> Site:
    """The site that all fault tests of this process break, one after the other; whole again at the start of each."""
    if "supervisor" not in _shared_site.pids():
        _shared_site.start("up")
    return _shared_site.wait_ready()


@pytest.fixture
def fresh_site(data_dir: Path, process_log: Callable[[str], IO[bytes]]) -> Iterator[Site]:
    """A site of this test's own."""
    with start_site(data_dir, process_log, settings=SETTINGS) as site:
        watch_states(site.postgres_url)
        yield site
