"""`hoso demo`: one dossier through the five notices, on real servers, against the emulator.

Everything lives in a folder of its own, with settings of its own: a demo beside a real site touches nothing of it.
"""

import asyncio
import os
import secrets
import tempfile
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import typer

from dossiers.status import Notice, Status
from hoso.children import children
from hoso.commands.output import print_json
from hoso.demo_chat import Conversation, Turn, bring_catalogue
from hoso.demo_officers import DemoOfficer, bring_officers
from hoso.errors import CommandError, NotReady
from hoso.forked import forking
from hoso.logs import set_up_logging
from hoso.ports import check_free, free_ports
from hoso.settings import ENV_FILE_VARIABLE, PREFIX, Settings, load_settings
from hoso.site import Site, open_site
from hoso.supervisor import Starter, Supervisor

T = TypeVar("T")
PHONE = "84905123456"
READY_SECONDS = 60.0
LISTENING_SECONDS = 15.0
ARRIVAL_SECONDS = 15.0
# A dossier refused because its papers came too late, reopened at the counter: all five notices in one life.
STORY: Sequence[tuple[Status, Notice, str]] = (
    (Status.REGISTERED, Notice.SUBMITTED, "The citizen submits the dossier on the portal."),
    (Status.SUPPLEMENT_REQUIRED, Notice.SUPPLEMENT, "The officer asks for two papers."),
    (Status.REFUSED, Notice.REFUSED, "The deadline passes; the dossier is refused."),
    (Status.ACCEPTED, Notice.ACCEPTED, "The papers are brought to the counter; it is accepted after all."),
    (Status.FINISHED, Notice.FINISHED, "The result is ready."),
)


async def once_it_listens(call: Callable[[], Awaitable[T]], *, seconds: float = LISTENING_SECONDS) -> T:
    """Make a call; again while nobody listens: nothing was sent, and a process that starts anew is back in a moment.

    Raises:
        NotReady: nobody listened within `seconds`.
    """
    deadline = asyncio.get_running_loop().time() + seconds
    while True:
        try:
            return await call()
        except aiohttp.ClientConnectorError:
            if asyncio.get_running_loop().time() >= deadline:
                raise NotReady(f"nobody listened within {seconds:g} s; see the lines above") from None
        await asyncio.sleep(0.1)


@dataclass(frozen=True)
class DemoResult:
    """What was expected, what the emulator's phone shows, and whether they agree."""

    expected: Sequence[str]
    messages: Sequence[Mapping[str, Any]]
    ok: bool
    conversation: Sequence[Turn] = ()
    console: Mapping[str, Any] | None = None

    def as_json(self) -> dict[str, Any]:
        """Return the object of the contract's `demo --once --json`."""
        return {
            "ok": self.ok,
            "expected": list(self.expected),
            "messages": list(self.messages),
            "conversation": [turn.as_json() for turn in self.conversation],
            "console": self.console,
        }


def run_demo(*, once: bool, as_json: bool, port: int | None) -> int:
    """Play the story; with `once` stop after it, else stay up until Ctrl-C. Return the exit code."""
    set_up_logging(level="warning", process="demo")
    with _own_folder(once) as folder:
        settings, key = _settings(folder, once=once, port=port)
        check_free([settings.listen, settings.emulator_listen])
        with open_site(settings, watch_engines=False) as site:
            return asyncio.run(_Demo(site.settings, key, once=once, as_json=as_json).run(site))


@contextmanager
def _own_folder(once: bool) -> Iterator[Path]:
    if once:
        with tempfile.TemporaryDirectory(prefix="hoso-demo-", ignore_cleanup_errors=True) as folder:
            Path(folder).chmod(0o711)  # the embedded PostgreSQL of root runs as another user
            yield Path(folder)
    else:
        yield load_settings().data_dir / "demo"


def _settings(folder: Path, *, once: bool, port: int | None) -> tuple[Settings, str]:
    """Make the demo's own settings in the environment, for us and for the child processes; return them and the key."""
    given = {name: os.environ[name] for name in ("HOSO_LISTEN", "HOSO_EMULATOR_LISTEN") if name in os.environ}
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        del os.environ[name]
    key = secrets.token_urlsafe(24)
    if port is not None and port > 0:
        addresses = {"HOSO_LISTEN": f"127.0.0.1:{port}", "HOSO_EMULATOR_LISTEN": f"127.0.0.1:{port + 1}"}
    elif once or port == 0:
        server, emulator = free_ports(2)
        addresses = {"HOSO_LISTEN": f"127.0.0.1:{server}", "HOSO_EMULATOR_LISTEN": f"127.0.0.1:{emulator}"}
    else:
        addresses = given
    os.environ.update(
        addresses
        | {
            ENV_FILE_VARIABLE: "",
            "HOSO_DATA_DIR": str(folder),
            "HOSO_EVENT_KEYS": f"demo:{key}",
            "HOSO_LOG_LEVEL": "error",
            "HOSO_LOG_FORMAT": "text",
        }
    )
    return load_settings(), key


class _Demo:
    def __init__(self, settings: Settings, key: str, *, once: bool, as_json: bool) -> None:
        self._settings = settings
        self._key = key
        self._once = once
        self._as_json = as_json
        self._all_ready = asyncio.Event()
        self._officers: list[DemoOfficer] = []

    async def run(self, site: Site) -> int:
        async with forking() as start:
            return await self._run(site, start)

    async def _run(self, site: Site, start: Starter) -> int:
        supervisor = Supervisor(children(site), engines=site.engines, start=start, on_event=self._hear)
        supervising = asyncio.create_task(supervisor.run())
        playing = asyncio.create_task(self._play(site))
        try:
            await asyncio.wait([supervising, playing], return_when=asyncio.FIRST_COMPLETED)
            if not playing.done():
                return 1 if self._once else 0  # stopped by Ctrl-C in the middle
            result = playing.result()
            self._report(result)
            if not self._once:
                await supervising
                return 0
            return 0 if result.ok else 1
        finally:
            playing.cancel()
            if not supervising.done():
                supervisor.stop()
                await supervising
            await asyncio.gather(playing, return_exceptions=True)

    def _hear(self, event: str, facts: dict[str, Any]) -> None:
        if event == "all_ready":
            self._all_ready.set()
        elif event in ("child_died", "child_not_started", "engine_failed"):
            typer.echo(f"demo: {event}: {facts}", err=True)

    def _say(self, line: str) -> None:
        if not self._as_json:
            typer.echo(line)

    async def _play(self, site: Site) -> DemoResult:
        self._say("Starting PostgreSQL, Valkey, the emulator and the whole system …")
        try:
            async with asyncio.timeout(READY_SECONDS):
                await self._all_ready.wait()
        except TimeoutError:
            raise NotReady(f"the system was not ready within {READY_SECONDS:g} s; see the lines above") from None
        self._say(f"Phones to watch: {self._settings.emulator_url}/")
        await bring_catalogue(site)
        self._officers = await bring_officers(site)
        timeout = aiohttp.ClientTimeout(total=30)
        async with aiohttp.ClientSession(timeout=timeout) as session:
            return replace(await self._play_story(session), console=self._console())

    def _console(self) -> dict[str, Any]:
        """Where officers work, and what lets them in."""
        first, second = self._officers
        url = f"http://{self._settings.listen}/console/"
        return {"url": url, **first.as_json(), "second": second.as_json()}

    async def _play_story(self, session: aiohttp.ClientSession) -> DemoResult:
        now = datetime.now(self._settings.zone)
        code = f"H17.33.2-{now:%y%m%d}-{secrets.randbelow(10_000):04d}"
        await self._emulator(session, "POST", "phones", json={"phone": PHONE, "name": "Minh Châu", "follows": True})
        since = max((message["seq"] for message in await self._messages(session, 0)), default=0)
        self._say(f"Dossier {code}:")
        arrived: list[Mapping[str, Any]] = []
        for number, (status, notice, line) in enumerate(STORY):
            handled = now - timedelta(minutes=len(STORY) - number)
            await self._post(session, self._event(code, number, status, handled, now))
            arrived = await self._wait_for(session, since, number + 1)
            self._say(f"  {'✓' if len(arrived) == number + 1 else '✗'} {notice:<10}  {line}")
            if len(arrived) <= number:
                break  # the rest would only wait as long
            if not self._once:
                await asyncio.sleep(1)
        await asyncio.sleep(1)  # one more would be one too many
        arrived = await self._messages(session, since)
        names = await self._template_names(session)
        expected = [notice.value for _, notice, _ in STORY]
        received = [names.get(str(message["template_id"]), "?") for message in arrived]
        if received != expected:
            return DemoResult(expected, arrived, ok=False)
        self._say("The citizen writes to the account:")
        turns = await Conversation(partial(self._emulator, session), PHONE, self._say).play(code)
        return DemoResult(expected, arrived, all(turn.ok for turn in turns), turns)

    def _event(self, code: str, number: int, status: Status, handled: datetime, now: datetime) -> dict[str, Any]:
        deadline = (now + timedelta(days=5)).replace(hour=17, minute=0, second=0, microsecond=0)
        data: dict[str, Any] = {
            "status": int(status),
            "procedure_code": "1.001193",
            "procedure_name": "Đăng ký khai sinh",
            "agency": {"code": "H17.33.2", "name": "UBND phường Hải Châu"},
            "applicant": {"name": "Nguyễn Thị Minh Châu", "phone": PHONE},
            "submitted_at": (now - timedelta(minutes=len(STORY))).isoformat(),
            "due_at": deadline.isoformat(),
        }
        if status is Status.SUPPLEMENT_REQUIRED:
            items = ["Bản sao giấy chứng sinh", "Giấy tờ tùy thân của cha, mẹ"]
            data["supplement"] = {"items": items, "deadline": deadline.isoformat()}
        elif status is Status.REFUSED:
            data["reason"] = "Quá hạn bổ sung giấy tờ."
        elif status is Status.FINISHED:
            data["result"] = {
                "place": "Bộ phận một cửa, UBND phường Hải Châu",
                "hours": "07:30–11:30 và 13:30–17:30, thứ Hai đến thứ Sáu",
                "bring": ["Giấy hẹn", "Căn cước"],
                "postal": False,
            }
        return {
            "specversion": "1.0",
            "id": f"demo-{code}-{number}",
            "source": "demo",
            "type": "hoso.dossier.status",
            "time": handled.isoformat(),
            "subject": code,
            "data": data,
        }

    async def _post(self, session: aiohttp.ClientSession, event: dict[str, Any]) -> None:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/cloudevents+json"}
        url = f"http://{self._settings.listen}/v1/events"
        async with await once_it_listens(lambda: session.post(url, json=event, headers=headers)) as answer:
            if answer.status != 200:
                raise CommandError(f"the event was answered with {answer.status}: {await answer.text()}")

    async def _wait_for(self, session: aiohttp.ClientSession, since: int, count: int) -> list[Mapping[str, Any]]:
        deadline = asyncio.get_running_loop().time() + ARRIVAL_SECONDS
        while True:
            arrived = await self._messages(session, since)
            if len(arrived) >= count or asyncio.get_running_loop().time() > deadline:
                return arrived
            await asyncio.sleep(0.05)

    async def _messages(self, session: aiohttp.ClientSession, since: int) -> list[Mapping[str, Any]]:
        answer = await self._emulator(session, "GET", f"messages?phone={PHONE}&channel=template&since={since}")
        messages: list[Mapping[str, Any]] = answer if isinstance(answer, list) else answer["messages"]
        return [message for message in messages if message["seq"] > since]

    async def _template_names(self, session: aiohttp.ClientSession) -> dict[str, str]:
        known = await self._emulator(session, "GET", "credentials")
        return {str(template["template_id"]): template["name"] for template in known["templates"]}

    async def _emulator(self, session: aiohttp.ClientSession, method: str, path: str, **options: Any) -> Any:
        url = f"{self._settings.emulator_url}/_emulator/{path}"
        async with await once_it_listens(lambda: session.request(method, url, **options)) as answer:
            answer.raise_for_status()
            return await answer.json()

    def _report(self, result: DemoResult) -> None:
        if self._as_json:
            print_json(result.as_json())
            return
        typer.echo(
            "All five notices arrived, each once, and the questions were answered."
            if result.ok
            else "The phone does not show what was expected."
        )
        if not self._once:
            typer.echo("")
            typer.echo(f"  Phones          {self._settings.emulator_url}/")
            typer.echo(f"  Event API       http://{self._settings.listen}/docs")
            typer.echo(f"  Key for events  {self._key}")
            typer.echo("")
            typer.echo(f"  Console         http://{self._settings.listen}/console/")
            for officer in self._officers:
                typer.echo(f"    {officer.login:<13} password {officer.password}  code now {officer.code}")
                typer.echo(f"                  for an app: {officer.address}")
            typer.echo("")
            typer.echo("Write to the account from the phones' page and it answers.")
            typer.echo("Ctrl-C stops everything.")
