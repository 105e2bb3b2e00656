"""Consents under way: begun on the command line, answered at the web server's door, each at most once.

The state that comes back is kept as a hash, the PKCE verifier encrypted (docs: zalo 2.1, 2.2).
"""

import hashlib
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from storage.crypto import Cipher
from storage.database import Database, execute
from storage.sql import queries

_Q = queries("consents")
VERIFIER_COLUMN = "consents.verifier"
LIFE_SECONDS = 1_800.0  # for a person who has to find the account's administrator; the code itself lives ten minutes
EXCHANGE_SECONDS = 120.0  # two calls and a commit; after that nobody is at work on a consent that was taken


@dataclass(frozen=True, slots=True)
class PendingConsent:
    """A consent that may still be given."""

    id: UUID
    redirect_uri: str
    verifier: SecretStr | None


@dataclass(frozen=True, slots=True)
class ConsentOutcome:
    """What came of a consent: an account with a new pair, a refusal in words, or nothing yet."""

    account_id: str | None
    refusal: str | None
    is_over: bool
    """Nobody gave it in time, or what took it died before it told."""


def _hash(state: str) -> bytes:
    # 192 random bits, so a plain hash is enough: there is nothing to guess.
    return hashlib.sha256(state.encode("utf-8", "surrogatepass")).digest()


async def begin(
    database: Database, cipher: Cipher, *, state: str, verifier: SecretStr | None, redirect_uri: str
) -> UUID:
    """Note that a consent was asked for; its id."""
    encrypted = None if verifier is None else cipher.encrypt(verifier.get_secret_value(), VERIFIER_COLUMN)
    params = {
        "state_hash": _hash(state),
        "verifier": encrypted,
        "redirect_uri": redirect_uri,
        "life_seconds": LIFE_SECONDS,
    }
    return UUID(str((await database.fetch(_Q["begin"], params))[0]["id"]))


async def look(database: Database, cipher: Cipher, state: str) -> PendingConsent | None:
    """The consent of this state, if it may still be given."""
    return await _find(database, cipher, "look", state)


async def take(database: Database, cipher: Cipher, state: str) -> PendingConsent | None:
    """The consent of this state, taken: the same state again finds nothing."""
    return await _find(database, cipher, "take", state)


async def finish(
    database: Database, consent: UUID, *, account_id: str | None = None, refusal: str | None = None
) -> None:
    """Note what came of it."""
    async with database.transaction() as connection:
        await execute(connection, _Q["finish"], {"id": consent, "account_id": account_id, "refusal": refusal})


async def outcome(database: Database, consent: UUID) -> ConsentOutcome:
    """What came of it so far. Raises LookupError for an unknown id."""
    rows = await database.fetch(_Q["outcome"], {"id": consent, "exchange_seconds": EXCHANGE_SECONDS})
    if not rows:
        raise LookupError("no such consent")
    row = rows[0]
    return ConsentOutcome(row["account_id"], row["refusal"], is_over=row["is_over"])


async def _find(database: Database, cipher: Cipher, query: str, state: str) -> PendingConsent | None:
    rows = await database.fetch(_Q[query], {"state_hash": _hash(state)})
    if not rows:
        return None
    verifier = cipher.decrypt_optional(rows[0]["verifier_enc"], VERIFIER_COLUMN)
    return PendingConsent(rows[0]["id"], rows[0]["redirect_uri"], None if verifier is None else SecretStr(verifier))
