"""Workers that die at the two worst moments, held there by a lock on the table that the next step needs."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager

import psycopg
import pytest

from storage.notices import tracking_id
from tests.faults.trial import SEND, trial
from tests.site import Site

UNDER_WAY = "SELECT id FROM notices WHERE state = 'sending'"


@contextmanager
def locked(site: Site, table: str) -> Iterator[None]:
    """Nobody reads or writes a table; who needs it waits."""
    with psycopg.connect(site.postgres_url) as holder:
        holder.execute("SET idle_in_transaction_session_timeout = 0")
        holder.execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE".encode())
        yield


async def _all_arrived(site: Site) -> bool:
    """Whether everything that is under way has reached its phone, and it is more than a few."""
    arrived = {message["tracking_id"] for message in await site.messages(channel="template")}
    under_way = {tracking_id(row[0]) for row in site.query(UNDER_WAY)}
    return len(under_way) > 5 and under_way <= arrived


async def test_a_worker_that_dies_between_claim_and_request_has_sent_nothing(shared_site: Site) -> None:
    async with trial(shared_site, 120) as running:
        await running.reach(0.3)
        # The next send needs a new token, and the table of tokens cannot be read: claimed, and nothing has left.
        with locked(shared_site, "accounts"):
            await shared_site.order_fault(SEND, "expire_token", times=1)
            await shared_site.wait_until(lambda: len(shared_site.query(UNDER_WAY)) > 5, 30, what="claimed notices")
            await asyncio.sleep(0.3)  # the one that brings the bad news has come to the lock
            shared_site.kill("worker")
        evidence = await running.settle()
    assert evidence.doubts, "what was claimed is in doubt, for nobody can know"
    # One that nothing newer overtook was sent once more, and that was the first to arrive.
    assert len(evidence.messages) <= len(evidence.notices)


@pytest.mark.soak
async def test_a_worker_that_dies_between_answer_and_outcome_leaves_it_to_the_receipts(shared_site: Site) -> None:
    async with trial(shared_site, 120) as running:
        await running.reach(0.3)
        # Outcomes are written together with attempts: answered, and nobody has written it down.
        with locked(shared_site, "attempts"):
            await running.reach(1)  # from here on nothing new is claimed
            await shared_site.wait_until(lambda: _all_arrived(shared_site), 30, what="answers to all that is under way")
            await asyncio.sleep(0.3)
            shared_site.kill("worker")
        evidence = await running.settle_delivered()
    assert len(evidence.messages) == len(evidence.notices)
