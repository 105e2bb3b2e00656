"""After going live the emulator's account is still in the table; nobody looks after its tokens any more."""

from pydantic import SecretStr

from hoso.processes.worker import account_ids_of
from storage.accounts import AccountStore
from storage.crypto import Cipher, generate_key
from storage.database import Database


async def test_only_the_accounts_of_the_app_are_cared_for(postgres_url: str) -> None:
    async with Database(postgres_url) as database:
        store = AccountStore(database, Cipher([generate_key()]))
        for oa_id, app_id in (("11", "emulators"), ("22", "ours"), ("33", "ours")):
            await store.seed(
                oa_id, app_id=app_id, access=SecretStr("a"), refresh=SecretStr("r"), expires_in_seconds=3600
            )
        assert await account_ids_of(database, "ours") == ["22", "33"]
