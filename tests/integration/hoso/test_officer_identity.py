"""Who gives a command that an officer must answer for."""

import time
from pathlib import Path

import pytest

from console import totp
from hoso.errors import CommandError
from hoso.officer_identity import identify
from storage import audit
from tests.integration.console.walker import PASSWORD, hire_with_keys
from tests.office import open_office


async def test_an_officer_is_known_by_password_and_a_code_that_works_once(
    postgres_url: str, redis_url: str, data_dir: Path
) -> None:
    async with open_office(postgres_url, redis_url, data_dir) as office:
        keys = await hire_with_keys(office, "lan", ("*", "approver"))
        given = {"login": "lan", "password": PASSWORD, "code": totp.code_at(keys.secret, time.time())}
        assert (await identify(office.database, office.cipher, **given)).login == "lan"
        ahead = totp.code_at(keys.secret, time.time() + 30)
        for wrong in (given, given | {"password": "sai", "code": ahead}, given | {"login": "ai", "code": ahead}):
            with pytest.raises(CommandError, match="login, password or code is wrong"):
                await identify(office.database, office.cipher, **wrong)
        rows = await audit.search(office.database, action="session.refuse")
        assert [row.object for row in rows] == [None, None, "lan"]
        assert {row.actor.partition(":")[0] for row in rows} == {"cli"}
