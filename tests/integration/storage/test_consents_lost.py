"""A consent whose process died on the way ends for whoever waits for it."""

from pydantic import SecretStr

from storage import consents
from storage.crypto import Cipher, generate_key
from storage.database import Database

CIPHER = Cipher([generate_key()])


async def test_one_that_was_taken_and_lost_is_over_but_not_while_somebody_works_on_it(fresh_database: Database) -> None:
    number = await consents.begin(
        fresh_database, CIPHER, state="state", verifier=SecretStr("v"), redirect_uri="https://hoso.example.vn/back"
    )
    assert await consents.take(fresh_database, CIPHER, "state")
    assert not (await consents.outcome(fresh_database, number)).is_over
    await fresh_database.fetch(
        "UPDATE consents SET taken_at = now() - make_interval(secs => %(seconds)s) RETURNING id",
        {"seconds": consents.EXCHANGE_SECONDS + 1},
    )
    assert (await consents.outcome(fresh_database, number)).is_over
