"""docs/emulator.md takes a stranger from nothing to a received webhook: its five minutes, played as printed."""

import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

import pytest

from emulator import EmulatorConfig, create_app, credentials
from emulator.citizen import ACTS
from emulator.faults import MODES_WITH_SECONDS, PLAIN_MODES
from tests.site import ROOT, ask, clean_environment, free_ports, wait_until
from tests.violations import gate

PAGE = ROOT / "docs" / "emulator.md"
BLOCK = re.compile(r"^<!-- walk: (start|run|save (\S+)) -->\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PORTS = ("9090", "8000")
STOP_SECONDS = 10
PHONE = "84905123456"


def read_page() -> str:
    return PAGE.read_text(encoding="utf-8")


class Walk:
    """The blocks of the page, run one after the other in a folder, as by a reader with three terminals."""

    def __init__(self, folder: Path, ports: dict[str, str], process_log: Callable[[str], IO[bytes]]) -> None:
        self.folder = folder
        self.url = f"http://127.0.0.1:{ports['9090']}"
        self.said: list[str] = []
        self.receiver_said = folder / "receiver.out"
        self._ports = ports
        self._log = process_log
        self._running: list[subprocess.Popen[bytes]] = []

    def port(self, printed: str) -> str:
        """The port that stands in for one of the page's."""
        return self._ports[printed]

    def start(self, block: str) -> None:
        """What runs on: its last line in the background, everything before it first."""
        *before, last = self._adapted(block).strip().splitlines()
        assert before in ([], ["./scripts/bootstrap.sh"]), "the tests run in an environment that is there already"
        words = last.split()
        is_receiver = not words[0].endswith("hoso")
        with self.receiver_said.open("ab") if is_receiver else self._log("emulator") as said:
            process = subprocess.Popen(
                words,
                cwd=self.folder,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=said,
                stderr=self._log(Path(words[0]).name),
                start_new_session=True,
            )
        self._running.append(process)

    def run(self, block: str) -> str:
        """What ends by itself; returns what it said. Raises CalledProcessError."""
        script = self._adapted(block)
        done = subprocess.run(
            ["bash", "-euc", script],
            cwd=self.folder,
            env=self._environment(),
            capture_output=True,
            check=True,
            timeout=30,
        )
        self.said.append(done.stdout.decode())
        return self.said[-1]

    def save(self, name: str, block: str) -> None:
        """A file that the reader is to save."""
        (self.folder / name).write_text(self._adapted(block), encoding="utf-8")

    def stop(self) -> None:
        while self._running:
            process = self._running.pop()
            os.killpg(process.pid, signal.SIGTERM)
            process.wait(STOP_SECONDS)

    def _adapted(self, block: str) -> str:
        """The block with free ports: two test runs may go on at the same time. Nothing else is changed."""
        for printed, free in self._ports.items():
            block = re.sub(rf"\b{printed}\b", free, block)
        return block.replace(".venv/bin/hoso emulator", f"{Path(sys.executable).parent}/hoso emulator")

    def _environment(self) -> dict[str, str]:
        return clean_environment() | {"HOSO_EMULATOR_LISTEN": f"127.0.0.1:{self._ports['9090']}"}


@pytest.fixture
def walk(tmp_path: Path, process_log: Callable[[str], IO[bytes]]) -> Iterator[Walk]:
    ports = dict(zip(PORTS, map(str, free_ports(2)), strict=True))
    walk = Walk(tmp_path, ports, process_log)
    gate.watch(walk.url)
    yield walk
    gate.leave(walk.url)
    walk.stop()


async def answers(url: str) -> bool:
    return (await ask("GET", f"{url}/_emulator/clock"))[0] == 200


def listens(port: int) -> bool:
    with socket.create_connection(("127.0.0.1", port), 3):
        return True


async def test_the_five_minutes_end_in_verified_webhooks(walk: Walk) -> None:
    for kind, name, block in BLOCK.findall(read_page()):
        if kind == "start":
            walk.start(block)
            await wait_until(lambda: answers(walk.url), 30, what="the emulator")
            if "receiver" in block:  # a reader takes longer to the next terminal than it takes to start
                await wait_until(lambda: listens(int(walk.port("8000"))), what="the receiver")
        elif kind == "run":
            walk.run(block)
        else:
            walk.save(name, block)
    credentials_said, sent, hooked, wrote, replied, violations = walk.said
    assert credentials()["oa_secret_key"] in credentials_said
    assert all('"error":0' in said for said in (sent, replied))
    assert '"subscribed":true' in hooked
    assert "user_send_text" in wrote
    assert violations == "[]"

    def verified() -> bool:
        lines = walk.receiver_said.read_text().splitlines()
        return {"verified user_received_message", "verified user_send_text"} <= set(lines)

    await wait_until(verified, 15, what="both webhooks")
    assert "not signed" not in walk.receiver_said.read_text()
    arrived = (await ask("GET", f"{walk.url}/_emulator/messages?phone={PHONE}"))[1]
    assert [message["channel"] for message in arrived] == ["template", "oa"]


async def test_the_receiver_refuses_a_forged_event_and_takes_the_consoles_trial(walk: Walk) -> None:
    blocks = BLOCK.findall(read_page())
    (receiver,) = [block for kind, _, block in blocks if kind.startswith("save")]
    walk.save("receiver.py", receiver)
    walk.start(next(block for kind, _, block in blocks if kind == "start" and "receiver" in block))
    url = f"http://127.0.0.1:{walk.port('8000')}/"
    forged = {"json": {"event_name": "follow", "timestamp": "1"}, "headers": {"X-ZEvent-Signature": "mac=" + "0" * 64}}

    async def status(**how: Any) -> int:
        return (await ask("POST", url, **how))[0]

    assert await wait_until(lambda: status(json={}), 15) == 200
    assert await status(**forged) == 401


def test_the_page_names_every_address_of_the_emulator() -> None:
    routes = {
        f"{route.method} {route.resource.canonical}"
        for route in create_app(EmulatorConfig()).router.routes()
        if route.resource and route.resource.canonical.startswith("/_emulator") and route.method != "HEAD"
    }
    named = re.findall(r"^\| `((?:GET|POST|DELETE) /_emulator/[^`]*)` \|", read_page(), re.MULTILINE)
    assert {re.sub(r"<(\w+)>", r"{\1}", address) for address in named} == routes


def test_the_page_has_every_setting_as_it_is() -> None:
    spec = importlib.util.spec_from_file_location("emulator_settings", ROOT / "scripts" / "emulator_settings.py")
    assert spec
    assert spec.loader
    script = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    assert script.renew(read_page()) == read_page(), "run: .venv/bin/python scripts/emulator_settings.py"


def test_the_page_names_every_fault_and_every_act() -> None:
    page = read_page()
    modes = {match.partition(":")[0] for match in re.findall(r"^\| `([a-z_0-9]+(?::<\w+>)?)` \|", page, re.MULTILINE)}
    assert PLAIN_MODES | MODES_WITH_SECONDS | {"error"} <= modes
    table = page.partition("### What a citizen does")[2].partition("\n## ")[0]
    named = {name for line in table.splitlines() for name in re.findall(r"`(\w+)`", line.split(" | ")[0])}
    assert named == {*ACTS, "quote"}


async def test_the_emulator_alone_starts_within_two_seconds_of_work(walk: Walk) -> None:
    """Processor time, which a busy machine does not stretch as it does the clock's."""
    started = os.times()
    walk.start(".venv/bin/hoso emulator")
    await wait_until(lambda: answers(walk.url), 30, what="the emulator")
    walk.stop()
    ended = os.times()
    spent = ended.children_user + ended.children_system - started.children_user - started.children_system
    assert spent < 2
