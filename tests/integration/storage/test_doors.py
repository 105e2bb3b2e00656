"""The doors' own rows: keys of those who post, and what platforms reported."""

import asyncio
import uuid
from collections.abc import Sequence

from storage import api_keys, citizens, dossiers, inbox
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.inbox import Entry, Finished, NewEntry
from tests.engines import register_secret


async def test_a_key_opens_for_its_source_until_it_is_revoked(database: Database) -> None:
    key, other = [register_secret(await api_keys.add(database, source)) for source in ("one", "two")]
    assert [await api_keys.find_source(database, each) for each in (key, other)] == ["one", "two"]
    identifier = key.split("_")[1]
    assert await api_keys.revoke(database, identifier)
    assert not await api_keys.revoke(database, identifier)
    assert [await api_keys.find_source(database, each) for each in (key, other)] == [None, "two"]
    first, second = await api_keys.all_keys(database)
    assert (first.source, first.revoked_at is None, first.last_used_at is None) == ("one", False, False)
    assert (second.source, second.revoked_at) == ("two", None)


async def test_what_is_no_key_opens_nothing(database: Database) -> None:
    key = register_secret(await api_keys.add(database, "one"))
    for wrong in ("", key[:-1], key + "x", key.upper(), "hoso", "\x00", "\udcff", "đ"):
        assert await api_keys.find_source(database, wrong) is None
    assert (await api_keys.all_keys(database))[0].last_used_at is None


async def test_a_keys_secret_is_not_stored(database: Database) -> None:
    key = register_secret(await api_keys.add(database, "one"))
    (row,) = await database.fetch("SELECT to_jsonb(k)::text AS row FROM api_keys k")
    assert key.split("_", 2)[2] not in row["row"]


def _entry(number: int, *, sender: str | None = "user", kind: str = "message", to_do: bool = True) -> NewEntry:
    return NewEntry(
        platform="zalo",
        platform_id=f"m{number}",
        event_name="user_send_text",
        kind=kind,
        raw=f'{{"number": {number}}}',
        sender=sender,
        to_do=to_do,
    )


async def _claim(
    database: Database, cipher: Cipher, *, limit: int = 10, lease_seconds: float = 60, in_order: bool = True
) -> list[Entry]:
    return await inbox.claim(
        database, cipher, kinds={"message"}, limit=limit, lease_seconds=lease_seconds, in_order=in_order
    )


def _ids(entries: Sequence[Entry]) -> list[str]:
    return [entry.platform_id for entry in entries]


async def test_an_event_delivered_twice_is_stored_once(database: Database, cipher: Cipher) -> None:
    assert await inbox.store(database, [_entry(1), _entry(1), _entry(2, kind="receipt")], cipher) == {
        "message",
        "receipt",
    }
    assert await inbox.store(database, [_entry(1)], cipher) == set()
    assert await inbox.store(database, [], cipher) == set()
    assert await inbox.count_states(database) == {("message", "pending"): 1, ("receipt", "pending"): 1}


async def test_what_needs_no_work_is_kept_and_not_handed_out(database: Database, cipher: Cipher) -> None:
    assert await inbox.store(database, [_entry(1, to_do=False)], cipher) == set()
    assert await _claim(database, cipher) == []
    assert await inbox.count_states(database) == {("message", "ignored"): 1}


async def test_one_citizens_events_come_one_after_the_other_and_many_citizens_at_once(
    database: Database, cipher: Cipher
) -> None:
    events = [
        _entry(1, sender="a"),
        _entry(2, sender="b"),
        _entry(3, sender="a"),
        _entry(4, sender=None),
        _entry(5, sender=None),
    ]
    await inbox.store(database, events, cipher)
    first = await _claim(database, cipher)
    assert _ids(first) == ["m1", "m2", "m4", "m5"]
    assert [entry.raw for entry in first][:1] == ['{"number": 1}']
    assert await _claim(database, cipher) == []
    assert await inbox.finish(database, [Finished(first[0].id, first[0].token)]) == {first[0].id}
    assert _ids(await _claim(database, cipher)) == ["m3"]


async def test_twenty_at_once_get_each_event_once_and_in_order(database: Database, cipher: Cipher) -> None:
    await inbox.store(database, [_entry(n, sender=f"user{n % 5}") for n in range(40)], cipher)
    seen: list[int] = []

    async def work() -> None:
        async with asyncio.timeout(20):
            while len(seen) < 40:
                for entry in await _claim(database, cipher, limit=3):
                    seen.append(int(entry.platform_id[1:]))
                    await inbox.finish(database, [Finished(entry.id, entry.token)])

    await asyncio.gather(*(work() for _ in range(10)))
    assert sorted(seen) == list(range(40))
    for user in range(5):
        mine = [number for number in seen if number % 5 == user]
        assert mine == sorted(mine)


async def test_an_expired_lease_is_work_again_and_the_first_worker_finishes_nothing(
    database: Database, cipher: Cipher
) -> None:
    await inbox.store(database, [_entry(1), _entry(2)], cipher)
    (late,) = await _claim(database, cipher, lease_seconds=-1)
    assert await inbox.due_kinds(database) == {"message": 2}
    (again,) = await _claim(database, cipher)
    assert (again.id, again.tries) == (late.id, 2)
    assert await inbox.finish(database, [Finished(late.id, late.token, "failed")]) == set()
    assert await inbox.mark(database, late, "reply sent", lease_seconds=60) is False
    assert await inbox.mark(database, again, "reply sent", lease_seconds=60) is True
    assert await inbox.finish(database, [Finished(again.id, again.token)]) == {again.id}
    assert await inbox.count_states(database) == {("message", "done"): 1, ("message", "pending"): 1}


async def test_a_note_is_left_for_whoever_comes_after_a_crash(database: Database, cipher: Cipher) -> None:
    await inbox.store(database, [_entry(1)], cipher)
    (first,) = await _claim(database, cipher)
    await inbox.mark(database, first, "replying", lease_seconds=-1)
    (second,) = await _claim(database, cipher)
    assert second.note == "replying"


async def test_a_postponed_event_holds_its_senders_next_ones_back(database: Database, cipher: Cipher) -> None:
    await inbox.store(database, [_entry(1), _entry(2)], cipher)
    (first,) = await _claim(database, cipher)
    await inbox.finish(database, [Finished(first.id, first.token, "pending", due_in_seconds=3600)])
    assert await _claim(database, cipher) == []
    assert _ids(await _claim(database, cipher, in_order=False)) == ["m2"]


async def test_a_failed_event_frees_its_senders_next_one(database: Database, cipher: Cipher) -> None:
    await inbox.store(database, [_entry(1), _entry(2)], cipher)
    (first,) = await _claim(database, cipher)
    await inbox.finish(database, [Finished(first.id, first.token, "failed", "gave_up")])
    assert _ids(await _claim(database, cipher)) == ["m2"]
    assert await inbox.finish(database, []) == set()


async def test_a_person_is_noted_once_also_after_a_change_of_keys(database: Database) -> None:
    old, new = generate_key(), generate_key()
    before, after = Cipher([old]), Cipher([new, old])
    met = await asyncio.gather(*(citizens.meet(database, before, platform="zalo", user_id="u1") for _ in range(10)))
    assert len({citizen.id for citizen in met}) == 1
    assert (await citizens.meet(database, after, platform="zalo", user_id="u1")).id == met[0].id
    assert (await citizens.meet(database, after, platform="zalo_bot", user_id="u1")).id != met[0].id
    await citizens.set_follows(database, met[0].id, follows=True)
    assert (await citizens.meet(database, after, platform="zalo", user_id="u1")).follows is True


async def test_a_linked_dossier_is_shown_until_the_link_is_taken_back(database: Database, cipher: Cipher) -> None:
    (row,) = await database.fetch(
        "INSERT INTO dossiers (code, status, status_time) VALUES (%(code)s, 2, now()) RETURNING id",
        {"code": f"H17-{uuid.uuid4().hex[:8].upper()}"},
    )
    citizen = await citizens.meet(database, cipher, platform="zalo", user_id="u1")
    for _ in range(2):
        await citizens.link(database, citizen.id, row["id"], proof="otp")
    assert [dossier.id for dossier in await dossiers.linked_to(database, citizen.id)] == [row["id"]]
    for _ in range(2):
        await citizens.revoke_link(database, citizen.id, row["id"])
    assert await dossiers.linked_to(database, citizen.id) == []
    await citizens.link(database, citizen.id, row["id"], proof="otp")
    assert len(await dossiers.linked_to(database, citizen.id)) == 1
