"""Which accounts are ours: the one of the settings, and those that got a consent, also while a process runs."""

import asyncio
import contextlib

from hoso.settings import Settings
from storage import accounts
from storage.database import Database
from storage.errors import StorageError

LEARN_SECONDS = 10.0


async def find_ours(settings: Settings, database: Database) -> set[str]:
    """The ids of our accounts as they are now; hand the set to `keep_learning`."""
    return {settings.oa_id} | {account.id for account in await accounts.all_accounts(database)}


async def keep_learning(database: Database, ours: set[str]) -> None:
    """Add accounts to `ours` as they come, until cancelled."""
    while True:
        await asyncio.sleep(LEARN_SECONDS)
        with contextlib.suppress(StorageError):
            ours |= {account.id for account in await accounts.all_accounts(database)}
