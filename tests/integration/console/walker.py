"""A browser without a screen that reads forms' tokens off pages, for tests of the way in."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from console import totp
from console.passwords import Passwords
from storage import credentials, officers
from storage.officers import Grant, Officer, Role
from tests.engines import register_secret
from tests.office import Answer, Office

PASSWORD = "chim én bay qua cầu Rồng"
_TOKEN = re.compile(r'name="csrf" value="([^"]+)"')


def reveal(text: str, kind: str) -> list[str]:
    """What a page shows in `<code>` elements of a class or list."""
    return re.findall(rf'<code{kind} lang="zxx">([^<]+)</code>', text)


@dataclass
class Walker:
    """Somebody at the console's door."""

    office: Office
    client: aiohttp.ClientSession
    page: Answer = field(default_factory=lambda: Answer(0, "", {}, ""))

    @property
    def token(self) -> str:
        found = _TOKEN.search(self.page.text)
        assert found, f"no form on {self.page.where}: {self.page.status}"
        return found[1]

    async def get(self, path: str, *, follow: bool = True, headers: Mapping[str, str] | None = None) -> Answer:
        url = self.office.url(path)
        async with self.client.get(url, allow_redirects=follow, headers=headers) as response:
            self.page = Answer(response.status, await response.text(), dict(response.headers), response.url.path_qs)
        return self.page

    async def post(
        self, path: str, data: Mapping[str, Any], *, follow: bool = True, headers: Mapping[str, str] | None = None
    ) -> Answer:
        fields = {"csrf": self.token, **data}
        url = self.office.url(path)
        async with self.client.post(url, data=fields, allow_redirects=follow, headers=headers) as response:
            self.page = Answer(response.status, await response.text(), dict(response.headers), response.url.path_qs)
        return self.page

    async def give_password(self, login: str, password: str, **options: Any) -> Answer:
        await self.get("/console/sign-in")
        return await self.post("/console/sign-in", {"login": login, "password": password}, **options)

    async def give_code(self, code: str, **options: Any) -> Answer:
        return await self.post("/console/sign-in/code", {"code": code}, **options)

    def cookie(self, name: str) -> str | None:
        found = [one.value for one in self.client.cookie_jar if one.key == name]
        return found[0] if found else None


async def walk_in(office: Office) -> Walker:
    """A browser that was never here."""
    return Walker(office, await office.stranger())


@dataclass
class Keys:
    """What an officer holds."""

    officer: Officer
    secret: str
    recovery_codes: list[str]
    password: str = PASSWORD

    def code(self, ahead: int = 0) -> str:
        """The app's code, `ahead` steps from now."""
        return totp.code_at(self.secret, time.time() + ahead * totp.STEP_SECONDS)


async def hire_with_keys(office: Office, login: str, *grants: tuple[str, str], password: str = PASSWORD) -> Keys:
    """An officer who was here before: own password, app and recovery codes."""
    passwords, secret, codes = Passwords(memory_kib=1024, passes=1), totp.new_secret(), totp.new_recovery_codes()
    register_secret(secret)
    register_secret(password)
    password_hash = await passwords.hash(password)
    passwords.close()
    async with office.database.transaction() as connection:
        officer_id = await officers.add(
            connection,
            login=login,
            name=f"Cán bộ {login}",
            grants=[Grant(unit, Role(role)) for unit, role in grants],
            password_hash=None,
            created_by="test",
        )
        assert officer_id is not None
        await credentials.set_up(
            connection,
            office.cipher,
            officer_id,
            version=1,
            password_hash=password_hash,
            secret=secret,
            step=0,
            recovery_hashes=[totp.hash_recovery_code(code) for code in codes],
        )
    officer = await officers.find(office.database, id=officer_id)
    assert officer is not None
    return Keys(officer, secret, codes, password)
