"""A process full of workers that all want a token: `python -m tests.integration.channels.token_worker <JSON>`.

It says `ready`, waits for a line, lets its workers ask at once, and prints what each got: the token's hash, or the
error's class and code. `die` says where the process is to be killed: before or after the raw answer is on record.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import signal
import sys
import uuid
from typing import Any

import structlog
from pydantic import SecretStr

from channels.errors import ChannelError
from channels.http import HttpClient, HttpConfig
from channels.zalo.auth import TokenKeeper
from channels.zalo.config import ZaloConfig
from storage.accounts import AccountStore
from storage.crypto import Cipher
from storage.database import Database

HTTP = HttpConfig(connect_seconds=0.5, read_seconds=1.0, pool_seconds=0.5, total_seconds=1.5)
LEASE_SECONDS = 2.2


class DyingStore(AccountStore):
    """The real store, in a process that is killed at the worst moment."""

    die: str | None = None

    async def record_answer(self, account_id: str, *, claim: uuid.UUID, raw: bytes) -> None:
        if self.die == "before_record":
            os.kill(os.getpid(), signal.SIGKILL)
        await super().record_answer(account_id, claim=claim, raw=raw)
        if self.die == "after_record":
            os.kill(os.getpid(), signal.SIGKILL)


async def ask(store: AccountStore, http: HttpClient, config: ZaloConfig, account_id: str) -> str:
    async with TokenKeeper(store, http, config) as keeper:
        try:
            token = await keeper.access_token(account_id)
        except ChannelError as exc:
            return f"{type(exc).__name__}:{exc.code}"
    return hashlib.sha256(token.get_secret_value().encode()).hexdigest()


async def main(order: dict[str, Any]) -> None:
    config = ZaloConfig(
        app_id=order["app_id"],
        app_secret=SecretStr(order["app_secret"]),
        oauth_base=order["base"],
        refresh_lease_seconds=LEASE_SECONDS,
        refresh_poll_seconds=0.02,
        token_wait_seconds=10.0,
    )
    async with Database(order["postgres_url"]) as database, HttpClient(HTTP) as http:
        store = DyingStore(database, Cipher([order["key"]]))
        store.die = order.get("die")
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        workers = (ask(store, http, config, order["account_id"]) for _ in range(order["workers"]))
        print(json.dumps(await asyncio.gather(*workers)), flush=True)


if __name__ == "__main__":
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))  # the parent reads stdout
    asyncio.run(main(json.loads(sys.argv[1])))
