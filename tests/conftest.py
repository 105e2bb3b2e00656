"""Fixtures for real servers, and the watch over what is logged and over the rules of the platforms."""

import importlib
import importlib.util
import logging
import os
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any

import pytest
import structlog

from hoso.embedded import EngineSet
from tests import engines, log_leaks, violations
from tests.sharing import make_scheduler

LOGS = Path(__file__).parent.parent / "test-logs"
ROOMS = ("bot", "channels", "console", "dossiers", "emulator", "hoso", "status_bridge", "storage", "workers")
RUN_DIR = pytest.StashKey[Path]()
HANDLER = pytest.StashKey[logging.Handler]()
LEAKS = pytest.StashKey[list[log_leaks.Leak]]()


def pytest_configure(config: pytest.Config) -> None:
    """Make the run's directory and an empty log folder; a worker of xdist gets its controller's."""
    if hasattr(config, "workerinput"):
        run_dir = Path(config.workerinput["hoso_run_dir"])
        worker = config.workerinput["workerid"]
    else:
        engines.choose_temporary_folder()
        engines.remove_dead_runs()
        run_dir = engines.create_run_dir()
        worker = "main"
        _remove_old_logs()
    config.stash[RUN_DIR] = run_dir
    os.environ[engines.RUN_DIR_VARIABLE] = str(run_dir)
    logs = LOGS / run_dir.name
    logs.mkdir(parents=True, exist_ok=True)
    handler = logging.FileHandler(logs / f"{worker}.log", encoding="utf-8", delay=True)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s %(message)s"))
    config.stash[HANDLER] = handler
    config.add_cleanup(handler.close)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist where the run's directory is."""
    node.workerinput["hoso_run_dir"] = str(node.config.stash[RUN_DIR])


@pytest.hookimpl(trylast=True)  # after xdist has ended its workers
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Search all logs for personal data and secrets; a find fails the run."""
    config = session.config
    if hasattr(config, "workerinput"):
        return
    run_dir = config.stash[RUN_DIR]
    logs = LOGS / run_dir.name
    for home in ("postgres", "valkey"):
        if (log := run_dir / "var" / home / "server.log").exists():
            shutil.copy(log, logs / f"{home}.log")
    needles = log_leaks.read_needles(run_dir)
    if importlib.util.find_spec("emulator.credentials"):
        credentials = importlib.import_module("emulator.credentials")
        needles |= dict.fromkeys(log_leaks.fixed_credentials(credentials), "secret")
    config.stash[LEAKS] = log_leaks.find_leaks(logs, needles)
    if config.stash[LEAKS]:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Say where the logs tell too much."""
    if leaks := config.stash.get(LEAKS, []):
        terminalreporter.section(f"{len(leaks)} personal data or secrets in logs", red=True)
        for line in log_leaks.summarise(leaks):
            terminalreporter.line(line)


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop the run's servers, whatever way the run ended."""
    if not hasattr(config, "workerinput") and RUN_DIR in config.stash:
        engines.remove_run_dir(config.stash[RUN_DIR])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """With `--dist loadfile`, what runs whole sites is kept together (`tests/sharing.py`)."""
    return make_scheduler(config, log) if config.getvalue("dist") == "loadfile" else None


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Keep what a test wrote to stderr, where processes log."""
    outcome: Any = yield
    report: pytest.TestReport = outcome.get_result()
    if report.when == "teardown":
        written = "".join(text for title, text in report.sections if "stderr" in title)
        if written:
            path = LOGS / item.config.stash[RUN_DIR].name / f"stderr-{_worker()}.log"
            with path.open("a", encoding="utf-8", errors="replace") as log:
                log.write(f"{item.nodeid}\n{written}\n")


@pytest.fixture(autouse=True)
def _logs_are_kept(pytestconfig: pytest.Config) -> Iterator[None]:
    """Keep every record from INFO up, and our own ones from DEBUG; structlog's go the same way.

    A test that runs a command in its own process sets up the product's logging: afterwards it is as it was, for a
    handler to a closed stderr answers each later record with a stack, source lines of tests and their phones included.
    """
    handler, root = pytestconfig.stash[HANDLER], logging.getLogger()
    before, level = list(root.handlers), root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    for room in ROOMS:
        logging.getLogger(room).setLevel(logging.DEBUG)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    yield
    structlog.reset_defaults()
    structlog.contextvars.clear_contextvars()
    root.setLevel(level)
    root.handlers[:] = before


@pytest.fixture(autouse=True)
def _no_rule_is_broken_unknowingly(request: pytest.FixtureRequest) -> Iterator[None]:
    """Look at the emulators after the test (see `tests/violations.py`)."""
    violations.guard_this_process()
    yield
    if wrong := violations.judge(request.node, violations.gate.take()):
        pytest.fail(wrong, pytrace=False)


@pytest.fixture(scope="session")
def shared_engines(pytestconfig: pytest.Config) -> EngineSet:
    """PostgreSQL and Valkey, one pair for all workers of the run; fast rather than durable."""
    return engines.start_shared_engines(pytestconfig.stash[RUN_DIR])


@pytest.fixture(scope="session")
def _template_database(shared_engines: EngineSet, pytestconfig: pytest.Config) -> str:
    engines.ensure_template(pytestconfig.stash[RUN_DIR], shared_engines.postgres_url or "")
    return engines.TEMPLATE_DATABASE


@pytest.fixture
def postgres_url(shared_engines: EngineSet, _template_database: str) -> Iterator[str]:
    """A database of this test's own, with the product's schema and no rows."""
    with engines.clean_database(shared_engines.postgres_url or "", template=_template_database) as url:
        yield url


@pytest.fixture
def empty_postgres_url(shared_engines: EngineSet) -> Iterator[str]:
    """A database of this test's own without any table."""
    with engines.clean_database(shared_engines.postgres_url or "") as url:
        yield url


@pytest.fixture
def redis_url(shared_engines: EngineSet) -> Iterator[str]:
    """An empty Valkey database of this test's own."""
    with engines.clean_redis(shared_engines.redis_url or "") as url:
        yield url


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A path for HOSO_DATA_DIR (not yet there) that an unprivileged PostgreSQL can reach; removed at the end."""
    with engines.fresh_data_dir() as path:
        yield path


@pytest.fixture
def process_log(request: pytest.FixtureRequest) -> Iterator[Callable[[str], IO[bytes]]]:
    """`process_log("serve")` opens a kept log file to pass as a process's stdout and stderr."""
    folder = LOGS / request.config.stash[RUN_DIR].name
    test = re.sub(r"[^\w.-]+", "_", request.node.nodeid)[-120:]
    with ExitStack() as files:
        yield lambda name: files.enter_context((folder / f"{test}-{name}.log").open("ab", buffering=0))


def _worker() -> str:
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def _remove_old_logs() -> None:
    """Empty the folder, but for the logs of another run that still goes on."""
    for old in LOGS.glob("*"):
        if old.is_dir() and not engines.is_live_run(old.name):
            shutil.rmtree(old, ignore_errors=True)
        elif not old.is_dir():
            old.unlink(missing_ok=True)
