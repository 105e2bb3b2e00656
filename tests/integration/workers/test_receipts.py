"""Receipts in any order and any number move a notice on, never back, and never somebody else's."""

import json
import uuid
from typing import Any

import pytest

from storage import inbox, notices
from storage.crypto import Cipher
from storage.inbox import NewEntry
from tests.integration.workers.composition import KEY, World
from tests.integration.workers.provider import Provider
from workers.receipts import RETRY_SECONDS, apply_receipts


def delivered(tracking_id: str | None, message_id: str) -> dict[str, Any]:
    message = {"msg_id": message_id, "delivery_time": "1767225600900"}
    if tracking_id is not None:
        message["tracking_id"] = tracking_id
    return {
        "event_name": "user_received_message",
        "app_id": "1000000000000000001",
        "timestamp": "1767225601000",
        "sender": {"id": "2000000000000000002"},
        "recipient": {"id": "84900000000"},
        "message": message,
    }


def seen(*message_ids: str) -> dict[str, Any]:
    return {
        "event_name": "user_seen_message",
        "timestamp": "1767225602000",
        "sender": {"id": "2000000000000000002"},
        "recipient": {"id": "246845883529197922"},
        "message": {"msg_ids": list(message_ids)},
    }


def feedback(tracking_id: str, rate: int) -> dict[str, Any]:
    message = {"note": "", "rate": rate, "submit_time": "1767225603000", "msg_id": "m", "tracking_id": tracking_id}
    return {
        "event_name": "user_feedback",
        "oa_id": "2000000000000000002",
        "timestamp": "1767225603000",
        "message": message,
    }


async def receive(world: World, *documents: dict[str, Any] | str, cipher: Cipher | None = None) -> None:
    entries = [
        NewEntry(
            platform="zalo",
            platform_id=uuid.uuid4().hex,
            event_name="receipt",
            kind="receipt",
            raw=document if isinstance(document, str) else json.dumps(document),
        )
        for document in documents
    ]
    await inbox.store(world.database, entries, cipher or world.cipher)


async def ends(world: World) -> list[tuple[str, str | None]]:
    rows = await world.database.fetch("SELECT state, note FROM inbox ORDER BY id")
    return [(row["state"], row["note"]) for row in rows]


@pytest.fixture
async def sent(world: World, provider: Provider) -> uuid.UUID:
    (notice,) = await world.write(1)
    await world.delivery().deliver_due("status")
    return notice


async def test_delivered_read_and_rated_move_the_notice_on(world: World, provider: Provider, sent: uuid.UUID) -> None:
    tracking = notices.tracking_id(sent)
    await receive(world, delivered(tracking, "m1"))
    assert await apply_receipts(world.database, world.cipher) == 1
    assert (await world.see(sent)).state == "delivered"
    await receive(world, seen(provider.message_id(tracking)))
    assert await apply_receipts(world.database, world.cipher) == 1
    await receive(world, feedback(tracking, 5))
    assert await apply_receipts(world.database, world.cipher) == 1
    view = await world.see(sent)
    assert (view.state, view.rating) == ("read", 5)
    assert await ends(world) == [("done", "applied")] * 3


async def test_out_of_order_and_repeated_receipts_never_move_it_back(
    world: World, provider: Provider, sent: uuid.UUID
) -> None:
    tracking = notices.tracking_id(sent)
    await receive(world, seen(provider.message_id(tracking)))
    await apply_receipts(world.database, world.cipher)
    await receive(world, delivered(tracking, "m1"), delivered(tracking, "m1"), seen(provider.message_id(tracking)))
    assert await apply_receipts(world.database, world.cipher) == 0
    assert (await world.see(sent)).state == "read"
    assert await ends(world) == [("done", "applied")] + [("done", "no_change")] * 3


async def test_a_receipt_by_tracking_id_may_come_before_our_own_record(world: World) -> None:
    (notice,) = await world.write(1)
    (claimed,) = await notices.claim_due(world.database, world.cipher, lane="status", limit=1, lease_seconds=60)
    await receive(world, delivered(notices.tracking_id(notice), "m1"))
    assert await apply_receipts(world.database, world.cipher) == 1
    late = notices.Outcome(
        notice, claimed.created_at, claimed.token, "accepted", "accepted", 0, message_id="m1", channel="zalo_template"
    )
    assert await notices.record_outcomes(world.database, [late]) == {notice}
    view = await world.see(notice)
    assert (view.state, view.platform_message_id) == ("delivered", "m1"), "our record must not take it back"


async def test_a_message_id_that_we_do_not_know_yet_is_looked_up_again(world: World, provider: Provider) -> None:
    (notice,) = await world.write(1)
    message_id = provider.message_id(notices.tracking_id(notice))
    await receive(world, seen(message_id))
    assert await apply_receipts(world.database, world.cipher) == 0
    assert await ends(world) == [("pending", "not_ours")]
    await world.delivery().deliver_due("status")
    await world.database.fetch("UPDATE inbox SET due_at = now() RETURNING id")
    assert await apply_receipts(world.database, world.cipher) == 1
    assert (await world.see(notice)).state == "read"


async def test_what_is_not_ours_is_kept_and_done_after_a_few_looks(world: World) -> None:
    await receive(world, seen("never-ours"), delivered("n-nonsense", "m"), delivered("n-" + uuid.uuid4().hex, "m"))
    for _ in range(len(RETRY_SECONDS) + 1):
        assert await apply_receipts(world.database, world.cipher) == 0
        await world.database.fetch("UPDATE inbox SET due_at = now() RETURNING id")
    assert await ends(world) == [("done", "not_ours"), ("done", "not_ours"), ("done", "no_change")]
    assert await inbox.due_kinds(world.database) == {}


async def test_an_unreadable_receipt_is_set_aside_and_harms_no_neighbour(world: World, sent: uuid.UUID) -> None:
    await receive(world, "{not json", json.dumps({"event_name": "follow"}))
    await receive(world, seen("m"), cipher=Cipher(["another secret of more than 32 characters!"]))
    await receive(world, delivered(notices.tracking_id(sent), "m1"))
    assert await apply_receipts(world.database, Cipher([KEY])) == 1
    assert await ends(world) == [
        ("failed", "unreadable"),
        ("done", "not_ours"),
        ("failed", "undecipherable"),
        ("done", "applied"),
    ]


async def test_more_receipts_than_one_batch_are_applied_in_one_call(world: World, provider: Provider) -> None:
    written = await world.write(25)
    await world.delivery().deliver_due("status")
    await receive(world, *(delivered(notices.tracking_id(notice), "m") for notice in written))
    assert await apply_receipts(world.database, world.cipher, batch=10) == 25
    assert await world.states() == {"delivered": 25}
