"""Questions of citizens from the webhook to the answer at the platform: real `serve` and `bot` processes.

The platform is the lean provider; every message is signed, verified, stored, understood and answered by the handlers of
the product. No figure comes of a run in which a question is missing, was answered out of its citizen's order, or an
answer came that nobody had begun. `python -m benchmarks.chat [RATE SECONDS [KILLS]]` runs one by hand.
"""

import asyncio
import json
import os
import random
import signal
import statistics
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import psycopg

from benchmarks.folders import new_folder
from benchmarks.provider_process import Provider, running_provider
from channels.zalo.routes import WEBHOOK_PATH
from channels.zalo.signature import SIGNATURE_HEADER, sign
from hoso.embedded import start_engines
from hoso.logs import set_up_logging
from hoso.loops import run_async
from hoso.ports import free_ports
from hoso.process import own_command
from hoso.settings import Settings, load_settings
from storage.crypto import generate_key
from storage.migrations import migrate

CITIZENS = 2_000
WARM_UP = 100
LEASE_SECONDS = 5
"""After this a dead process's messages are taken up again; a site has 60 (HOSO_CHAT_LEASE_SECONDS)."""
PATIENCE_SECONDS = 60.0
QUESTIONS = (
    "Xin chào",
    "hồ sơ của tôi tới đâu rồi ạ?",
    "lam giay khai sinh can giay to gi",
    "bao giờ thì có kết quả hồ sơ của tôi",
    "lệ phí đăng ký kết hôn bao nhiêu",
    "cảm ơn nhé",
    "mấy giờ thì mở cửa",
)


@dataclass
class Questions:
    """The platform's side: what was asked, and when."""

    settings: Settings
    url: str
    asked: dict[str, float] = field(default_factory=dict)
    refused: int = 0

    async def ask(self, session: aiohttp.ClientSession, number: int, citizen: int) -> None:
        """Post one signed message; the platform repeats what is not answered with 200."""
        message_id, now_ms = f"q-{number:07d}", str(time.time_ns() // 1_000_000)
        document = {
            "app_id": self.settings.app_id,
            "user_id_by_app": str(citizen),
            "event_name": "user_send_text",
            "timestamp": now_ms,
            "sender": {"id": str(246_845_883_529_000_000 + citizen)},
            "recipient": {"id": self.settings.oa_id},
            "message": {"msg_id": message_id, "text": QUESTIONS[number % len(QUESTIONS)]},
        }
        body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
        mac = sign(app_id=self.settings.app_id, body=body, timestamp=now_ms, secret=self.settings.oa_secret_keys[0])
        headers = {SIGNATURE_HEADER: f"mac={mac}", "Content-Type": "application/json"}
        self.asked[message_id] = time.time()
        async with session.post(self.url + WEBHOOK_PATH, data=body, headers=headers) as answer:
            await answer.read()
            self.refused += answer.status != 200

    async def ask_many(self, count: int, rate: float, *, first: int = 0) -> None:
        """Ask at random moments, so many a second on average; each citizen asks again when all have asked."""
        dice, due = random.Random(1), asyncio.get_running_loop().time()
        timeout = aiohttp.ClientTimeout(total=30)
        connector = aiohttp.TCPConnector(limit=200)
        async with aiohttp.ClientSession(timeout=timeout, connector=connector) as session, asyncio.TaskGroup() as group:
            for number in range(first, first + count):
                group.create_task(self.ask(session, number, number % CITIZENS))
                due += dice.expovariate(rate)
                await asyncio.sleep(max(0.0, due - asyncio.get_running_loop().time()))


@dataclass
class ChatSite:
    """Servers and processes under measurement."""

    postgres_url: str
    environment: dict[str, str]
    questions: Questions
    provider: Provider
    processes: dict[str, asyncio.subprocess.Process] = field(default_factory=dict)

    async def start(self, name: str) -> None:
        """Start a process of ours."""
        self.processes[name] = await asyncio.create_subprocess_exec(*own_command(name), env=self.environment)

    async def kill(self, name: str) -> None:
        """Kill it, as a failing machine would."""
        self.processes[name].send_signal(signal.SIGKILL)
        await self.processes[name].wait()

    def cpu_seconds(self, name: str) -> float:
        """What it has taken so far."""
        times = psutil.Process(self.processes[name].pid).cpu_times()
        return times.user + times.system

    def unfinished(self) -> list[tuple[Any, ...]]:
        """States and notes of messages that are not worked on to their end, or set aside."""
        with psycopg.connect(self.postgres_url) as connection:
            return connection.execute(
                "SELECT state, note, count(*) FROM inbox WHERE kind = 'message' AND state <> 'done' GROUP BY 1, 2"
            ).fetchall()

    async def settle(self) -> None:
        """Wait until everything is answered.

        Raises:
            RuntimeError: something is not.
        """
        deadline = time.monotonic() + PATIENCE_SECONDS
        while left := self.unfinished():
            if time.monotonic() > deadline or any(state == "failed" for state, *_ in left):
                raise RuntimeError(f"not answered: {left}")
            await asyncio.sleep(0.1)


@asynccontextmanager
async def chat_site(folder: Path, provider: Provider, postgres_url: str, redis_url: str) -> AsyncIterator[ChatSite]:
    """Start `serve` and `bot` beside these servers."""
    (port,) = free_ports(1)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("HOSO_")} | {
        "HOSO_ENV_FILE": "",
        "HOSO_DATA_DIR": str(folder),
        "HOSO_DATABASE_URL": postgres_url,
        "HOSO_REDIS_URL": redis_url,
        "HOSO_ENCRYPTION_KEYS": generate_key(),
        "HOSO_ZALO_TEMPLATE_BASE": provider.url,
        "HOSO_LISTEN": f"127.0.0.1:{port}",
        "HOSO_CHAT_LEASE_SECONDS": str(LEASE_SECONDS),
        "HOSO_LOG_LEVEL": "error",
    }
    settings = load_settings(zalo_template_base=provider.url, data_dir=folder)
    site = ChatSite(postgres_url, environment, Questions(settings, f"http://127.0.0.1:{port}"), provider)
    try:
        await site.start("serve")
        await site.start("bot")
        await _until_ready(site.questions.url)
        yield site
    finally:
        for process in site.processes.values():
            if process.returncode is None:
                process.terminate()
            await process.wait()


async def _until_ready(url: str) -> None:
    async with asyncio.timeout(PATIENCE_SECONDS), aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{url}/readyz") as answer:
                    if answer.status == 200:
                        return
            except aiohttp.ClientError:
                pass
            await asyncio.sleep(0.1)


@dataclass(frozen=True)
class Talked:
    """What came of a run, from the tables and from the provider."""

    waits_ms: Sequence[float] = field(repr=False)
    """From the webhook's request until the platform had the (first) answer; sorted."""
    missing: int
    out_of_order: int
    repeated: int
    """Answers that came a second time, after a kill in between."""
    per_s: float

    def wait_ms(self, share: float) -> float:
        """The time that this share of the questions stayed under."""
        return round(self.waits_ms[min(int(len(self.waits_ms) * share), len(self.waits_ms) - 1)], 1)


def judge(site: ChatSite, first: int, count: int) -> Talked:
    """Compare what was asked with what is in the transcript and what came to the platform."""
    asked = {f"q-{number:07d}" for number in range(first, first + count)}
    with psycopg.connect(site.postgres_url) as connection:
        rows = connection.execute(
            "SELECT m.entry_id, m.citizen_id, m.part, m.message_id FROM messages m ORDER BY m.entry_id, m.part"
        ).fetchall()
    arrived: dict[str, float] = site.provider.ask("chat")
    questions = {entry: message for entry, _, part, message in rows if part == 0}
    waits, answered, kept = [], set[str](), 0
    told: defaultdict[int, list[float]] = defaultdict(list)
    for entry, citizen, part, message in rows:
        if part == 0 or questions.get(entry) not in asked or message is None:
            continue
        kept += 1
        told[citizen].append(arrived[message])
        if part == 1:
            answered.add(questions[entry])
            waits.append((arrived[message] - site.questions.asked[questions[entry]]) * 1000)
    out_of_order = sum(moments != sorted(moments) for moments in told.values())
    moments = sorted(arrived.values())
    seconds = max(moments[-1] - site.questions.asked[min(asked)], 1e-9)
    repeated = len(arrived) - len([1 for _, _, part, message in rows if part > 0 and message is not None])
    return Talked(sorted(waits), len(asked - answered), out_of_order, repeated, len(answered) / seconds)


async def _run(site: ChatSite, first: int, rate: float, seconds: float, kills: int = 0) -> tuple[Talked, float]:
    """Ask, killing the bot in between; return what came of it and the bot's CPU microseconds a question."""
    count = int(rate * seconds)
    before = site.cpu_seconds("bot")
    asking = asyncio.create_task(site.questions.ask_many(count, rate, first=first))
    for _ in range(kills):
        await asyncio.sleep(seconds / (kills + 1))
        await site.kill("bot")
        await site.start("bot")
    await asking
    await site.settle()
    took = site.cpu_seconds("bot") - before
    talked = judge(site, first, count)
    if site.questions.refused or talked.missing or talked.out_of_order or (talked.repeated and not kills):
        raise RuntimeError(f"{site.questions.refused} refused at the door; {talked!r}")
    return talked, took / count * 1e6


async def _measure(
    folder: Path, provider: Provider, postgres_url: str, redis_url: str, runs: Sequence[tuple[float, float, int]]
) -> dict[str, Any]:
    """Return the figures of runs (questions a second, seconds, kills of the bot process)."""
    figures: dict[str, Any] = {"citizens": CITIZENS, "lease_seconds": LEASE_SECONDS}
    async with chat_site(folder, provider, postgres_url, redis_url) as site:
        await site.questions.ask_many(WARM_UP, 50)
        await site.settle()
        first = WARM_UP
        for rate, seconds, kills in runs:
            print(f"  {rate:g} questions a second, {kills} kills …", file=sys.stderr, flush=True)
            talked, cpu_us = await _run(site, first, rate, seconds, kills)
            first += int(rate * seconds)
            name = f"at_{rate:g}_per_s" + (f"_{kills}_kills" if kills else "")
            figures[name] = {
                "questions": len(talked.waits_ms),
                "p50_ms": talked.wait_ms(0.5),
                "p95_ms": talked.wait_ms(0.95),
                "p99_ms": talked.wait_ms(0.99),
                "mean_ms": round(statistics.fmean(talked.waits_ms), 1),
                "answered_per_s": round(talked.per_s, 1),
                "lost": talked.missing,
                "repeated": talked.repeated,
                "bot_cpu_us": None if kills else round(cpu_us),
            }
    return figures


RUNS = ((5.0, 10.0, 0), (200.0, 15.0, 0), (200.0, 20.0, 2))


def measure(folder: Path, runs: Sequence[tuple[float, float, int]] = RUNS) -> dict[str, Any]:
    """Start servers of their own, and return the figures."""
    with start_engines(folder) as engines, running_provider() as provider:
        assert engines.postgres_url is not None
        assert engines.redis_url is not None
        migrate(engines.postgres_url)
        return run_async(_measure(folder, provider, engines.postgres_url, engines.redis_url, runs))


if __name__ == "__main__":
    set_up_logging(level="error", process="bench")
    given = [float(word) for word in sys.argv[1:]]
    chosen = RUNS if not given else ((given[0], given[1], int(given[2]) if len(given) > 2 else 0),)
    print(json.dumps(measure(new_folder("chat"), chosen), indent=2))
