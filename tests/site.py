"""A real site for acceptance and fault tests: the `hoso` processes themselves, seen from outside.

    async with running_site(data_dir, process_log) as site:                 # `hoso up`: everything, supervised
        await site.post_events([event])
        await site.wait_until(lambda: site.messages(phone="84905000001"), what="the notice")

    with start_site(data_dir, process_log, kinds=("emulator", "serve", "worker")) as site:   # one process per kind
        site.kill("worker")
        site.start("worker")

`start_site` is the same for fixtures of a wider scope: it needs no loop, and the asynchronous methods of a site open
what they need for each call, so a site may be used from any loop.
"""

import asyncio
import inspect
import io
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any, Self

import aiohttp
import psutil
import psycopg
from yarl import URL

from tests.command_server import run_command
from tests.engines import RUN_DIR_VARIABLE, register_name, register_secret
from tests.violations import gate

ROOT = Path(__file__).parent.parent
HOSO = (sys.executable, "-m", "hoso")
KINDS = ("emulator", "serve", "bot", "bridge", "worker", "worker-broadcast")
COMMANDS = {"worker-broadcast": ("worker", "--lane=broadcast")}
"""Kinds that are not named as their command is."""
ENGINES = {"postgres": "postgres", "valkey": "redis", "redis": "redis"}
SOURCE = "motcua.test"
APPLICANT = "Trần Thị Kiểm Thử"
READY_SECONDS = 60.0
STOP_SECONDS = 25.0
POLL_SECONDS = 0.02
SINGLE = "application/cloudevents+json"
BATCH = "application/cloudevents-batch+json"

ProcessLog = Callable[[str], IO[bytes]]


class Site:
    """A running site.

    Attributes:
        url, emulator_url: addresses of `hoso serve` and of the emulator.
        key: a key for `POST /v1/events`, of the source `SOURCE`.
        data_dir: its HOSO_DATA_DIR.
        environment: what its processes run with; also for further `hoso` commands (`hoso(…)`).
        logs: the files that its processes write to.
    """

    def __init__(self, data_dir: Path, process_log: ProcessLog, settings: Mapping[str, str]) -> None:
        port, emulator_port = free_ports(2)
        self.data_dir = data_dir
        self.key = register_secret(secrets.token_urlsafe(24))
        self.environment = clean_environment() | {
            "HOSO_DATA_DIR": str(data_dir),
            "HOSO_LISTEN": f"127.0.0.1:{port}",
            "HOSO_EMULATOR_LISTEN": f"127.0.0.1:{emulator_port}",
            "HOSO_EVENT_KEYS": f"{SOURCE}:{self.key}",
            **settings,
        }
        self.url = f"http://{self.environment['HOSO_LISTEN']}"
        self.emulator_url = f"http://{self.environment['HOSO_EMULATOR_LISTEN']}"
        self.logs: set[Path] = set()
        self._process_log = process_log
        self._processes: dict[str, subprocess.Popen[bytes]] = {}

    # -- processes

    def start(
        self,
        kind: str,
        *,
        settings: Mapping[str, str] | None = None,
        log: IO[bytes] | None = None,
        clock_seconds: float = 0,
    ) -> int:
        """Start one `hoso <kind>` (or `up`) as a process of its own; return its pid. Does not wait.

        A second one of a kind has a number: `worker#2`. `settings` are its own, `log` takes what it writes, and its
        clock is `clock_seconds` ahead.
        """
        known = self._processes.get(kind)
        assert known is None or known.poll() is not None, f"{kind} runs already"
        log = log or self._process_log(kind)
        self.logs.add(Path(log.name))
        base = _base(kind)
        command = [*COMMANDS.get(base, (base,)), *self._options(base)]
        environment = self.environment if base == "up" or "up" not in self._processes else self._as_child()
        self._processes[kind] = subprocess.Popen(
            [*(skewed(clock_seconds) if clock_seconds else HOSO), *command],
            env=environment | dict(settings or {}),
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
        return self._processes[kind].pid

    def pid_of(self, kind: str) -> int:
        """The pid of one of `KINDS`, of the supervisor (`hoso up`), of postgres (its postmaster) or of valkey.

        Raises LookupError while there is none: under a supervisor that is so for a moment after a kill.
        """
        if kind in ENGINES:
            return int(self._engine(kind)["process"]["pid"])
        if (own := self._processes.get("up" if kind == "supervisor" else kind)) is not None and own.poll() is None:
            return own.pid
        return self.supervised(kind)

    def supervised(self, kind: str) -> int:
        """The pid of the supervisor's own process of this kind; as `pid_of` where the test started none."""
        for child in self._children():
            with suppress(psutil.Error):
                if child.status() != psutil.STATUS_ZOMBIE and _kind_of(child.cmdline()) == kind:
                    return child.pid
        raise LookupError(f"no {kind} runs")

    def pids(self) -> dict[str, int]:
        """All of the site's processes that run now, by kind."""
        found = {}
        for kind in ("supervisor", *KINDS, "postgres", "valkey"):
            with suppress(LookupError):
                found[kind] = self.pid_of(kind)
        return found

    def family(self, kind: str) -> list[psutil.Process]:
        """The process of this kind with all that it has started; Raises LookupError while there is none."""
        process = psutil.Process(self.pid_of(kind))
        return [process, *process.children(recursive=True)]

    def kill(self, kind: str, number: int = signal.SIGKILL) -> int:
        """Send a signal (SIGKILL) to the process of this kind; return the pid it had."""
        pid = self.pid_of(kind)
        os.kill(pid, number)
        if kind in self._processes and number == signal.SIGKILL:
            self._processes[kind].wait(timeout=STOP_SECONDS)
        return pid

    def wait_for_end(self, kind: str, timeout: float = STOP_SECONDS) -> int:
        """Wait until a process that `start` started has ended; return its exit code."""
        return self._processes[kind].wait(timeout=timeout)

    def end(self, kind: str) -> int:
        """Stop a process that `start` started (SIGTERM) and forget it; return its exit code."""
        self.kill(kind, signal.SIGTERM)
        code = self.wait_for_end(kind)
        del self._processes[kind]
        return code

    def hoso(
        self,
        *arguments: str,
        stdin: bytes = b"",
        timeout: float = 60,
        environment: Mapping[str, str] | None = None,
    ) -> subprocess.CompletedProcess[bytes]:
        """Run a further `hoso` command on this site; its stderr is kept in the logs too."""
        chosen = environment or self.environment
        return run_hoso(*arguments, environment=chosen, log=self._process_log, stdin=stdin, timeout=timeout)

    # -- servers

    @property
    def postgres_url(self) -> str:
        """Address of the site's PostgreSQL."""
        return self.environment.get("HOSO_DATABASE_URL") or str(self._engine("postgres")["url"])

    @property
    def redis_url(self) -> str:
        """Address of the site's Valkey."""
        return self.environment.get("HOSO_REDIS_URL") or str(self._engine("valkey")["url"])

    @property
    def encryption_keys(self) -> list[str]:
        """The keys of the encrypted columns, as the first process made them."""
        path = self.data_dir / "encryption.keys"
        return path.read_text().split() if path.exists() else []

    def query(self, statement: str, *parameters: object) -> list[tuple[Any, ...]]:
        """The rows of one SQL statement on the site's database."""
        with psycopg.connect(self.postgres_url, autocommit=True) as connection:
            cursor = connection.execute(statement.encode(), parameters)
            return cursor.fetchall() if cursor.description else []

    # -- the event API

    async def post(self, body: bytes, *, content_type: str = BATCH, key: str | None = None) -> tuple[int, Any]:
        """Post raw bytes to /v1/events; return the status and the decoded answer."""
        headers = {"Authorization": f"Bearer {self.key if key is None else key}", "Content-Type": content_type}
        return await _ask("POST", f"{self.url}/v1/events", data=io.BytesIO(body), headers=headers)

    async def post_events(self, events: Sequence[Mapping[str, Any]], *, key: str | None = None) -> list[dict[str, Any]]:
        """Post a batch; return its results. Raises AssertionError for any answer but 200, aiohttp's when none comes."""
        status, answer = await self.post(json.dumps(list(events)).encode(), key=key)
        assert status == 200, f"{status}: {answer}"
        results: list[dict[str, Any]] = answer["results"]
        return results

    async def notices(self, code: str) -> list[dict[str, Any]]:
        """What `GET /v1/dossiers/<code>/notices` says, oldest first; [] for an unknown dossier."""
        headers = {"Authorization": f"Bearer {self.key}"}
        status, answer = await _ask("GET", f"{self.url}/v1/dossiers/{code}/notices", headers=headers)
        assert status in (200, 404), f"{status}: {answer}"
        notices: list[dict[str, Any]] = answer["notices"] if status == 200 else []
        return notices

    async def get(self, path: str) -> tuple[int, Any]:
        """GET a path of `hoso serve`, such as /readyz; return the status and the decoded answer."""
        return await _ask("GET", self.url + path)

    # -- the emulator

    async def emulator(self, method: str, path: str, body: Any = None, **query: object) -> Any:
        """Ask `/_emulator/<path>`; return the decoded answer. Raises AssertionError for any answer but 200."""
        status, answer = await _ask(method, f"{self.emulator_url}/_emulator/{path}", json=body, params=_given(query))
        assert status == 200, f"{status}: {answer}"
        return answer

    async def messages(self, **filters: object) -> list[dict[str, Any]]:
        """What arrived, oldest first; filters: phone, user_id, channel, since, direction."""
        messages: list[dict[str, Any]] = await self.emulator("GET", "messages", **filters)
        return messages

    async def arrived(self, phone: str) -> list[str]:
        """The names of the notices that reached a phone, in order."""
        names = {template["template_id"]: template["name"] for template in (await self._credentials())["templates"]}
        return [names[message["template_id"]] for message in await self.messages(phone=phone, channel="template")]

    async def order_fault(self, path: str, mode: str, **more: object) -> None:
        """`POST /_emulator/faults`, such as `order_fault("/message/template", "http_500", times=3)`."""
        await self.emulator("POST", "faults", {"path": path, "mode": mode, **more})

    async def _credentials(self) -> dict[str, Any]:
        credentials: dict[str, Any] = await self.emulator("GET", "credentials")
        return credentials

    # -- waiting

    async def wait_until(self, holds: Callable[[], Any], timeout: float = 15, *, what: str = "") -> Any:
        """Poll `holds` (may be asynchronous) until it returns something true, and return that.

        Refused and broken connections count as "not yet": a site under test may be on its way down or up.
        """
        return await wait_until(holds, timeout, what=what)

    def wait_ready(self, timeout: float = READY_SECONDS) -> Self:
        """Wait, without a loop, until the doors answer, and no process has ended by itself."""
        doors = [self.url + "/readyz"] if self._runs("serve") else []
        doors += [self.emulator_url + "/_emulator/clock"] if self._runs("emulator") else []
        deadline = time.monotonic() + timeout
        while not all(_answers(door) for door in doors) or not all(map(self._is_up, KINDS)):
            ended = [kind for kind, process in self._processes.items() if process.poll() is not None]
            assert not ended, f"ended before the site was ready: {', '.join(ended)}; see test-logs/"
            assert time.monotonic() < deadline, f"not ready after {timeout:g} s; see test-logs/"
            time.sleep(POLL_SECONDS)
        for key in self.encryption_keys:
            register_secret(key)
        return self

    def stop(self) -> dict[str, int]:
        """End everything in order (SIGTERM, doors first), by force what does not; return the exit codes."""
        order = (*KINDS[1:], "emulator", "up")
        for _, process in sorted(self._processes.items(), key=lambda item: order.index(_base(item[0]))):
            if process.poll() is None:
                process.terminate()
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=STOP_SECONDS)
        self._end_remains()
        return {kind: process.wait(timeout=STOP_SECONDS) for kind, process in self._processes.items()}

    # -- inside

    def _options(self, kind: str) -> list[str]:
        if kind != "emulator":
            return []
        port = self.environment["HOSO_EMULATOR_LISTEN"].rsplit(":", 1)[1]
        state = str(self.data_dir / "emulator.json")
        return ["--port", port, "--webhook", f"{self.url}/webhooks/zalo", "--state", state, "--no-night"]

    def _as_child(self) -> dict[str, str]:
        """The environment that the supervisor gives its own: a further process leaves the servers to it."""
        return self.environment | {
            "HOSO_DATABASE_URL": self.postgres_url,
            "HOSO_REDIS_URL": self.redis_url,
            "HOSO_ENCRYPTION_KEYS": ",".join(self.encryption_keys),
        }

    def _runs(self, kind: str) -> bool:
        return kind in self._processes or "up" in self._processes

    def _is_up(self, kind: str) -> bool:
        try:
            return not self._runs(kind) or self.pid_of(kind) > 0
        except LookupError:
            # With a Zalo of its own a site has no emulator.
            return kind == "emulator" and not _answers(self.emulator_url + "/_emulator/clock")

    def _children(self) -> list[psutil.Process]:
        up = self._processes.get("up")
        try:
            return psutil.Process(up.pid).children(recursive=True) if up is not None else []
        except psutil.NoSuchProcess:
            return []

    def _engine(self, kind: str) -> dict[str, Any]:
        try:
            document = json.loads((self.data_dir / "engines.json").read_text(encoding="utf-8"))
            engine: dict[str, Any] = document["engines"][ENGINES[kind]]
        except (OSError, ValueError, KeyError):
            raise LookupError(f"no {kind} runs") from None
        return engine

    def _end_remains(self) -> None:
        """Kill whatever still runs with this site's data directory: children of a killed supervisor, engines."""
        remains = own_processes(self.data_dir)
        for process in remains:
            with suppress(psutil.Error):
                process.kill()
        psutil.wait_procs(remains, timeout=STOP_SECONDS)


@contextmanager
def start_site(
    data_dir: Path,
    process_log: ProcessLog,
    *,
    settings: Mapping[str, str] | None = None,
    kinds: Sequence[str] = ("up",),
) -> Iterator[Site]:
    """Run a site until the end of the block: `hoso up`, or each of `kinds` as a process of its own.

    Args:
        data_dir: HOSO_DATA_DIR (the fixture `data_dir`); its embedded servers belong to this site alone.
        process_log: the fixture of that name; every process writes into a log of its own.
        settings: further environment, such as `{"HOSO_SWEEP_SECONDS": "0.5"}`.
        kinds: of `KINDS`, in the order of their start; the first that needs the embedded servers starts and owns them.
    """
    site = Site(data_dir, process_log, settings or {})
    gate.watch(site.emulator_url)
    try:
        for kind in kinds:
            site.start(kind)
        yield site.wait_ready()
    finally:
        gate.leave(site.emulator_url)
        site.stop()


@asynccontextmanager
async def running_site(
    data_dir: Path,
    process_log: ProcessLog,
    *,
    settings: Mapping[str, str] | None = None,
    kinds: Sequence[str] = ("up",),
) -> AsyncIterator[Site]:
    """`start_site` for asynchronous tests: the loop goes on while processes start and stop."""
    manager = start_site(data_dir, process_log, settings=settings, kinds=kinds)
    site = await asyncio.to_thread(manager.__enter__)
    try:
        yield site
    finally:
        await asyncio.to_thread(manager.__exit__, None, None, None)


async def wait_until(holds: Callable[[], Any], timeout: float = 15, *, what: str = "") -> Any:
    """Poll `holds` (may be asynchronous) until it returns something true; return that, or fail after the timeout."""
    deadline = time.monotonic() + timeout
    last: Any = None
    while True:
        try:
            last = holds()
            if inspect.isawaitable(last):
                last = await last
            if last:
                return last
        except (aiohttp.ClientError, OSError, psycopg.OperationalError, LookupError) as error:
            last = error
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {what or holds}; last: {str(last)[:2000]}"
        await asyncio.sleep(POLL_SECONDS)


def run_hoso(
    *arguments: str,
    environment: Mapping[str, str],
    log: ProcessLog,
    stdin: bytes = b"",
    timeout: float = 60,
    as_typed: bool = False,
) -> subprocess.CompletedProcess[bytes]:
    """Run a `hoso` command to its end; its stderr is kept in the logs too (stdout may show what was asked for).

    It is forked (`tests/command_server.py`), which costs a tenth; `as_typed`: started by its whole command line.
    """
    if as_typed:
        done = subprocess.run(
            [*HOSO, *arguments],
            env=dict(environment),
            cwd=ROOT,
            input=stdin,
            capture_output=True,
            timeout=timeout,
            check=False,
        )
    else:
        done = run_command(*arguments, environment=environment, stdin=stdin, timeout=timeout)
    log("hoso-" + (arguments[0] if arguments else "alone")).write(done.stderr)
    return done


def clean_environment() -> dict[str, str]:
    """Our environment without any HOSO_ setting, and with no `.env` read."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")}
    return kept | {"HOSO_ENV_FILE": ""}


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 on which nobody listens now."""
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [probe.getsockname()[1] for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def own_processes(data_dir: Path) -> list[psutil.Process]:
    """All processes that run with this data directory: `hoso` processes by their environment, servers by theirs."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error, OSError):
            if process.pid != os.getpid() and _belongs_to(process, str(data_dir)):
                found.append(process)
    return found


def make_event(code: str, status: int, phone: str | None, *, at: datetime | None = None, **data: Any) -> dict[str, Any]:
    """A dossier event of the contract with an id of its own; `at` is its time (now), `data` replaces fields of data."""
    at = at or datetime.now(UTC)
    due = (at + timedelta(days=5)).replace(microsecond=0)
    filled: dict[str, Any] = {
        "status": status,
        "procedure_code": "1.001193",
        "procedure_name": "Đăng ký khai sinh",
        "agency": {"code": "H17.33.2", "name": "UBND phường Hải Châu"},
        "applicant": {"name": register_applicant(), "phone": phone, "email": None},
        "submitted_at": at.isoformat(),
        "received_at": at.isoformat(),
        "due_at": due.isoformat(),
    }
    if status == 5:
        filled["supplement"] = {"items": ["Bản sao giấy chứng sinh"], "deadline": due.isoformat()}
    elif status in (3, 8):
        filled["reason"] = "Thiếu giấy tờ theo quy định."
    elif status == 9:
        filled["result"] = {"place": "Bộ phận một cửa", "hours": "07:30–11:30", "bring": ["Giấy hẹn"], "postal": False}
    return {
        "specversion": "1.0",
        "id": f"evt-{uuid.uuid4()}",
        "source": SOURCE,
        "type": "hoso.dossier.status",
        "time": at.isoformat(),
        "subject": code,
        "data": filled | data,
    }


def make_code(number: int) -> str:
    """A dossier code for the n-th dossier of a test run."""
    return f"H17.33.2-260302-{number:04d}"


_registered_in: set[str] = set()


def register_applicant() -> str:
    """The applicant of `make_event`; no log may hold the name."""
    if (run := os.environ[RUN_DIR_VARIABLE]) not in _registered_in:
        _registered_in.add(run)
        register_name(APPLICANT)
    return APPLICANT


async def ask(method: str, url: str | URL, **options: Any) -> tuple[int, Any, Mapping[str, str]]:
    """One request on a connection of its own; return status, decoded answer and headers."""
    timeout = aiohttp.ClientTimeout(total=30)
    async with aiohttp.ClientSession(timeout=timeout) as session, session.request(method, url, **options) as answer:
        # A server that refuses a large body answers before it has read it: the rest must not wait to be written.
        unsent = answer.connection.transport if answer.connection else None
        body = await answer.read()
        if unsent is not None:
            unsent.abort()
    await asyncio.sleep(0)  # an aborted connection is closed in the loop's next turn
    is_json = answer.content_type.endswith("json")
    return answer.status, json.loads(body) if is_json else body.decode(errors="replace"), answer.headers


async def _ask(method: str, url: str, **options: Any) -> tuple[int, Any]:
    return (await ask(method, url, **options))[:2]


def skewed(clock_seconds: float) -> tuple[str, ...]:
    """`hoso` with a clock that is so many seconds ahead (see tests/faults/skewed.py)."""
    return (sys.executable, "-m", "tests.faults.skewed", str(clock_seconds), "hoso")


def _base(kind: str) -> str:
    return kind.partition("#")[0]


def _kind_of(command: Sequence[str]) -> str | None:
    """The kind of the `hoso` process with this command line; `fork-server` is who forks a supervisor's processes."""
    if tuple(command[1:3]) == ("-m", "hoso.fork_server"):
        return "fork-server"
    if tuple(command[1:3]) != HOSO[1:] or len(command) < 4:
        return None
    return next((kind for kind, words in COMMANDS.items() if tuple(command[3:5]) == words), command[3])


def _given(query: Mapping[str, object]) -> dict[str, str]:
    return {name: str(value) for name, value in query.items() if value is not None}


def _answers(url: str) -> bool:
    host, _, rest = url.removeprefix("http://").partition("/")
    name, port = host.rsplit(":", 1)
    try:
        with socket.create_connection((name, int(port)), timeout=3) as connection:
            connection.sendall(f"GET /{rest} HTTP/1.0\r\nHost: {host}\r\n\r\n".encode())
            return connection.recv(64).split(b" ")[1:2] == [b"200"]
    except OSError:
        return False


def _belongs_to(process: psutil.Process, data_dir: str) -> bool:
    if process.environ().get("HOSO_DATA_DIR") == data_dir:
        return True
    return any(argument.startswith(data_dir + "/") for argument in process.cmdline()) or (
        process.name() in ("postgres", "valkey-server") and process.cwd().startswith(data_dir + "/")
    )
