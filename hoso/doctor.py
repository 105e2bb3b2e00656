"""`hoso doctor`: looks at everything a site needs and says, one line each, ok, warn or fail and what to do."""

import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta

import aiohttp
import typer
from redis.asyncio import Redis
from redis.exceptions import RedisError

from channels.errors import ChannelError
from channels.http import HttpClient
from channels.zalo.auth import TokenKeeper
from channels.zalo.client import ZaloClient
from channels.zalo.methods import TemplateInfo
from hoso import parts
from hoso.commands.output import print_json
from hoso.doctor_audit import look_at_audit_log
from hoso.doctor_channels import look_at_channels
from hoso.doctor_guard import look_at_brake, look_at_mark, look_at_stuck
from hoso.errors import BadSettings, NotReady
from hoso.findings import Finding, Verdict
from hoso.linking_settings import ONE_TIME_CODE
from hoso.logs import set_up_logging
from hoso.loops import run_async
from hoso.moments import utc_now
from hoso.outgoing import look_at_outgoing
from hoso.settings import Settings, load_settings
from hoso.site import Site, open_site
from status_bridge.composition import platform_parameters
from storage import accounts, partitions
from storage.database import Database
from storage.errors import DatabaseUnavailable, StorageError

MIN_POSTGRES = 150_000
MAX_CLOCK_DIFFERENCE_SECONDS = 2.0
REFRESH_TOKEN_WARNING = timedelta(days=14)

Check = Callable[[Site, Database], AsyncIterator[Finding]]


def run_doctor(*, as_json: bool) -> int:
    """Look, print, and return the exit code: 0 nothing failed, 3 a server or secret is missing, 1 anything else."""
    set_up_logging(level="error", process="doctor")
    findings = list(_examine())
    if as_json:
        print_json([{"part": f.part, "verdict": f.verdict, "detail": f.detail} for f in findings])
    else:
        width = max(len(finding.part) for finding in findings)
        for finding in findings:
            typer.echo(f"{finding.verdict:<4}  {finding.part:<{width}}  {finding.detail}")
    failed = [finding for finding in findings if finding.verdict == "fail"]
    return 0 if not failed else 3 if any(finding.is_missing for finding in failed) else 1


def _examine() -> Iterator[Finding]:
    try:
        settings = load_settings()
    except BadSettings as error:
        yield Finding("settings", "fail", str(error), is_missing=True)
        return
    yield _settings_finding(settings)
    try:
        with _site(settings) as site:
            yield from run_async(_examine_site(site))
    except NotReady as error:
        yield Finding("postgresql", "fail", str(error), is_missing=True)


@contextmanager
def _site(settings: Settings) -> Iterator[Site]:
    with open_site(settings) as site:
        _ = site.cipher  # a bad key is found here
        yield site


def _settings_finding(settings: Settings) -> Finding:
    if settings.is_stand_in:
        detail = (
            f"no Zalo is set up: the emulator at {settings.emulator_url} stands in; set HOSO_ZALO_APP_ID to go live"
        )
        return Finding("settings", "warn", detail)
    if settings.zalo_webhook_mode == "log":
        return Finding(
            "settings", "warn", "webhooks with wrong signatures are let in; set HOSO_ZALO_WEBHOOK_MODE=enforce"
        )
    return Finding("settings", "ok", "complete")


async def _examine_site(site: Site) -> list[Finding]:
    findings: list[Finding] = []
    async with site.database() as database:
        for check in CHECKS:
            try:
                findings += [finding async for finding in check(site, database)]
            except DatabaseUnavailable as error:
                findings.append(Finding("postgresql", "fail", f"does not answer: {error}", is_missing=True))
            except StorageError as error:
                findings.append(Finding(check.__name__.strip("_"), "fail", str(error), is_missing=True))
    return findings


async def _postgres(_: Site, database: Database) -> AsyncIterator[Finding]:
    asked = time.time()
    row = (await database.fetch("SELECT current_setting('server_version_num')::int AS version, now() AS now"))[0]
    if row["version"] < MIN_POSTGRES:
        yield Finding("postgresql", "fail", f"version {row['version'] // 10_000} is too old; use 15 or newer")
    else:
        yield Finding("postgresql", "ok", f"version {row['version'] // 10_000}, schema up to date")
    difference = abs(row["now"].timestamp() - asked)
    verdict: Verdict = "ok" if difference < MAX_CLOCK_DIFFERENCE_SECONDS else "warn"
    advice = "" if verdict == "ok" else "; synchronise both machines' clocks"
    yield Finding("clock", verdict, f"{difference:.1f} s from the database's{advice}")
    made = await partitions.ensure(database)
    yield Finding("partitions", "ok", f"made {', '.join(made)}" if made else f"{partitions.MONTHS_AHEAD} months ahead")


async def _redis(site: Site, _: Database) -> AsyncIterator[Finding]:
    redis = Redis.from_url(site.redis_url, socket_timeout=2, socket_connect_timeout=2, decode_responses=True)
    try:
        await redis.ping()
        memory = await redis.info("memory")
        kept = await redis.info("persistence")
    except (RedisError, OSError) as error:
        detail = (
            f"does not answer ({type(error).__name__}); check HOSO_REDIS_URL. Notices go out all the same, more slowly"
        )
        yield Finding("redis", "fail", detail, is_missing=True)
        return
    finally:
        await redis.aclose()
    if memory.get("maxmemory_policy") != "noeviction":
        yield Finding("redis", "warn", "set maxmemory-policy to noeviction, or events of the stream may be dropped")
    elif not int(kept.get("aof_enabled", 0)):
        yield Finding("redis", "warn", "set appendonly to yes, or events of the stream are lost at a crash")
    else:
        yield Finding("redis", "ok", "keeps what it takes")


async def _accounts(site: Site, database: Database) -> AsyncIterator[Finding]:
    await parts.seed_account(site.settings, database, site.cipher)
    known = await accounts.all_accounts(database)
    if not known:
        yield Finding(
            "account", "fail", "none; give it a pair of tokens with: hoso accounts add OA_ID", is_missing=True
        )
    for account in known:
        yield _account_finding(account)


def _account_finding(account: accounts.Account) -> Finding:
    part = f"account {account.id}"
    if account.state != "active":
        detail = f"needs a new consent of its admin (code {account.state_code}): hoso accounts authorize"
        return Finding(part, "fail", detail, is_missing=True)
    if account.has_unsaved_answer or account.refresh_tries > 1:
        return Finding(part, "warn", f"a refresh did not end well; try: hoso accounts refresh {account.id}")
    ends = account.refresh_expires_at
    if ends is not None and ends < datetime.now(UTC) + REFRESH_TOKEN_WARNING:
        return Finding(part, "warn", f"its refresh token ends on {ends:%Y-%m-%d}: hoso accounts refresh {account.id}")
    quota = "" if account.quota_remaining is None else f", {account.quota_remaining} messages left today"
    return Finding(part, "ok", f"token version {account.version}{quota}")


@asynccontextmanager
async def _zalo(site: Site, database: Database) -> AsyncIterator[ZaloClient]:
    config = parts.zalo_config(site.settings)
    store = accounts.AccountStore(database, site.cipher)
    async with HttpClient() as http, TokenKeeper(store, http, config, clock=utc_now, sleep=parts.sleep) as keeper:
        yield ZaloClient(http, keeper, config, account_id=site.settings.oa_id)


async def _templates(site: Site, database: Database) -> AsyncIterator[Finding]:
    wanted, ids = platform_parameters(), site.settings.templates
    async with _zalo(site, database) as client:
        for notice, rules in wanted.items():
            template_id = ids.get(notice)
            if template_id is None:
                variable = "CODE" if notice == ONE_TIME_CODE else notice.upper()
                yield Finding(f"template {notice}", "warn", f"not set: HOSO_ZALO_TEMPLATE_{variable}")
                continue
            try:
                described = await client.call(TemplateInfo(template_id=template_id))
            except (ChannelError, LookupError) as error:
                yield Finding(f"template {notice}", "fail", f"{template_id}: the platform does not tell: {error}")
                if not isinstance(error, ChannelError) or error.retryable:
                    return  # the others would say the same
                continue
            theirs = {param.name: param.max_length for param in described.list_params}
            yield _compare(notice, template_id, {name: int(rule["max"]) for name, rule in rules.items()}, theirs)


def _compare(notice: str, template_id: str, ours: dict[str, int], theirs: dict[str, int | None]) -> Finding:
    part = f"template {notice}"
    if missing := sorted(set(theirs) ^ set(ours)):
        return Finding(part, "fail", f"{template_id}: parameters differ: {', '.join(missing)}")
    shorter = sorted(name for name, limit in theirs.items() if limit is not None and limit < ours[name])
    if shorter:
        return Finding(part, "fail", f"{template_id}: the platform allows less text in: {', '.join(shorter)}")
    return Finding(part, "ok", f"{template_id}: {len(ours)} parameters agree")


async def _webhook(site: Site, _: Database) -> AsyncIterator[Finding]:
    url = f"{site.settings.base_url}/webhooks/zalo"
    try:
        timeout = aiohttp.ClientTimeout(total=5)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.post(url, data=b"{}") as answer:
            status = answer.status
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        yield Finding("webhook", "warn", f"{url} does not answer ({type(error).__name__}); is `hoso serve` running?")
        return
    verdict: Verdict = "ok" if status == 200 else "warn"
    yield Finding("webhook", verdict, f"{url} answers {status} to the platform's probe")


async def _channels(site: Site, _: Database) -> AsyncIterator[Finding]:
    async for finding in look_at_channels(site.settings):
        yield finding


CHECKS: Sequence[Check] = (
    _postgres, _redis, look_at_brake, look_at_mark, look_at_stuck, _accounts, _templates, _webhook, _channels,
    look_at_outgoing, look_at_audit_log,
)  # fmt: skip
"""In the order in which they are told."""
