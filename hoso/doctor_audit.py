"""The doctor's look at the audit log: is its chain whole?"""

from collections.abc import AsyncIterator

from hoso.findings import Finding
from hoso.site import Site
from storage import audit
from storage.database import Database


async def look_at_audit_log(_: Site, database: Database) -> AsyncIterator[Finding]:
    """One line: how many rows follow each other, or the first one that does not."""
    chain = await audit.verify(database)
    if chain.broken_at is None:
        yield Finding("audit log", "ok", f"{chain.rows} rows in a whole chain, head {chain.head.hex()[:16]}")
        return
    detail = (
        f"row {chain.broken_at} does not follow the one before: it was changed, removed or put in; keep the database "
        "as it is, and compare with a backup"
    )
    yield Finding("audit log", "fail", detail)
