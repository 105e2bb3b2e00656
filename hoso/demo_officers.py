"""The demo's two officers, ready to sign in: one who writes, and a second one without whom nothing is sent."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from console import totp
from console.passwords import Passwords, temporary_password
from hoso.moments import utc_now
from hoso.site import Site
from storage import audit, credentials, officers
from storage.audit import Entry
from storage.database import Database
from storage.officers import EVERYWHERE, Grant, Role

OFFICERS = (
    ("admin", "Quản trị dùng thử", (Role.ADMINISTRATOR, Role.AUTHOR, Role.APPROVER)),
    ("duyet", "Người phê duyệt dùng thử", (Role.APPROVER,)),
)


@dataclass(frozen=True, slots=True)
class DemoOfficer:
    """What somebody types to get in; made anew at each start of the demo."""

    login: str
    password: str
    totp_secret: str

    @property
    def code(self) -> str:
        """The app's code at the moment."""
        return totp.code_at(self.totp_secret, utc_now().timestamp())

    @property
    def address(self) -> str:
        """The `otpauth:` address of the secret."""
        return totp.address_of(self.totp_secret, self.login)

    def as_json(self) -> dict[str, Any]:
        """Return the object of the demo's `--json`."""
        return {"login": self.login, "password": self.password, "totp_secret": self.totp_secret}


async def bring_officers(site: Site) -> list[DemoOfficer]:
    """Hire the demo's officers, or give those of an earlier demo new passwords and secrets."""
    passwords = Passwords()
    try:
        async with site.database() as database:
            return [await _bring(site, database, passwords, *one) for one in OFFICERS]
    finally:
        passwords.close()


async def _bring(
    site: Site, database: Database, passwords: Passwords, login: str, name: str, roles: tuple[Role, ...]
) -> DemoOfficer:
    demo = DemoOfficer(login, temporary_password(), totp.new_secret())
    password_hash = await passwords.hash(demo.password)
    grants = [Grant(EVERYWHERE, role) for role in roles]
    known = await officers.find(database, login=login)
    async with database.transaction() as connection:
        if known is None:
            officer_id = await officers.add(
                connection, login=login, name=name, grants=grants, password_hash=None, created_by="demo"
            )
        else:
            officer_id = known.id
            await officers.enable(connection, officer_id)
        assert officer_id is not None  # noqa: S101 - nobody else hires in the demo's own database
        await credentials.set_up(
            connection,
            site.cipher,
            officer_id,
            version=1 if known is None else known.credentials_version,
            password_hash=password_hash,
            secret=demo.totp_secret,
            step=0,
            recovery_hashes=[],
        )
        await audit.write(connection, Entry("system", "officer.set_up", login))
    return demo
