"""A consent is found by its state, counts once, and ends."""

import asyncio
from uuid import UUID

import pytest
from pydantic import SecretStr

from storage import consents
from storage.crypto import Cipher, generate_key
from storage.database import Database

CIPHER = Cipher([generate_key()])
VERIFIER = SecretStr("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")
CALLBACK = "https://hoso.example.vn/oauth/zalo/callback"


async def begin(database: Database, state: str = "state", verifier: SecretStr | None = VERIFIER) -> UUID:
    return await consents.begin(database, CIPHER, state=state, verifier=verifier, redirect_uri=CALLBACK)


async def test_a_consent_comes_back_with_its_verifier(fresh_database: Database) -> None:
    number = await begin(fresh_database)
    assert await consents.look(fresh_database, CIPHER, "state") == consents.PendingConsent(number, CALLBACK, VERIFIER)
    assert await consents.look(fresh_database, CIPHER, "other") is None
    await begin(fresh_database, "without", None)
    without = await consents.look(fresh_database, CIPHER, "without")
    assert without is not None
    assert without.verifier is None


async def test_of_many_that_take_it_at_once_one_gets_it(fresh_database: Database) -> None:
    await begin(fresh_database)
    taken = await asyncio.gather(*(consents.take(fresh_database, CIPHER, "state") for _ in range(8)))
    assert sum(each is not None for each in taken) == 1
    assert await consents.look(fresh_database, CIPHER, "state") is None


async def test_the_outcome_is_told_and_the_verifier_forgotten(fresh_database: Database) -> None:
    number = await begin(fresh_database)
    assert await consents.outcome(fresh_database, number) == consents.ConsentOutcome(None, None, is_over=False)
    await consents.take(fresh_database, CIPHER, "state")
    await consents.finish(fresh_database, number, account_id="1")
    assert (await consents.outcome(fresh_database, number)).account_id == "1"
    rows = await fresh_database.fetch("SELECT verifier_enc, state_hash FROM consents")
    assert rows[0]["verifier_enc"] is None
    assert b"state" not in bytes(rows[0]["state_hash"])
    with pytest.raises(LookupError):
        await consents.outcome(fresh_database, UUID(int=0))


async def test_a_consent_that_nobody_gives_is_over(fresh_database: Database) -> None:
    number = await begin(fresh_database)
    await fresh_database.fetch("UPDATE consents SET expires_at = now() - interval '1 s' RETURNING id")
    assert (await consents.outcome(fresh_database, number)).is_over
    assert await consents.take(fresh_database, CIPHER, "state") is None


async def test_yesterdays_consents_are_dropped(fresh_database: Database) -> None:
    old = await begin(fresh_database)
    await fresh_database.fetch("UPDATE consents SET begun_at = now() - interval '2 days' RETURNING id")
    await begin(fresh_database, "new")
    with pytest.raises(LookupError):
        await consents.outcome(fresh_database, old)
