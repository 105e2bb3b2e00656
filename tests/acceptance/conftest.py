"""One real site for all acceptance tests of a worker, and dossiers and phones that no other test uses."""

import itertools
import os
import re
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import pytest

from tests.engines import RUN_DIR_VARIABLE, fresh_data_dir
from tests.site import ROOT, ProcessLog, Site, make_code, start_site

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Dossier:
    """A dossier code and the phone of its applicant, in the emulator's form."""

    code: str
    phone: str


@pytest.fixture
def new_dossier() -> Callable[[], Dossier]:
    """Makes dossiers that no other test of this site has."""

    def make() -> Dossier:
        number = next(_numbers)
        return Dossier(make_code(number), f"84905{number:06d}")

    return make


@pytest.fixture
def dossier(new_dossier: Callable[[], Dossier]) -> Dossier:
    """One such dossier."""
    return new_dossier()


@pytest.fixture(scope="session")
def site_log() -> Iterator[ProcessLog]:
    """`process_log` for processes that outlive a test."""
    folder = ROOT / "test-logs" / Path(os.environ[RUN_DIR_VARIABLE]).name
    worker = os.environ.get("PYTEST_XDIST_WORKER", "main")
    with ExitStack() as files:

        def open_log(name: str) -> IO[bytes]:
            path = folder / f"acceptance-{worker}-{re.sub(r'[^a-z-]', '_', name)}.log"
            return files.enter_context(path.open("ab", buffering=0))

        yield open_log


@pytest.fixture(scope="session")
def site(site_log: ProcessLog) -> Iterator[Site]:
    """`hoso up` without any setting but addresses and a key for events, shared by a worker's tests."""
    with fresh_data_dir() as data_dir, start_site(data_dir, site_log) as started:
        yield started
