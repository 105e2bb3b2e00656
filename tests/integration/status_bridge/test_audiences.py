"""Who is reached by an audience: the same people counted, read page by page, and each once."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from itertools import chain, repeat

import pytest

from status_bridge.broadcasts.audience_rows import Policy, count, recipients
from storage.audiences import Audience
from storage.crypto import Cipher, generate_key
from storage.database import Database
from storage.rotation import reencrypt
from tests.integration.status_bridge.people_of_audiences import CIPHER, KEY, Town

A, B, C, D = "84905000001", "84905000002", "84905000003", "84905000004"


@pytest.fixture
async def town(postgres_url: str) -> AsyncIterator[Town]:
    async with Database(postgres_url) as database:
        yield Town(database)


async def _phones(town: Town, **asked: object) -> set[str]:
    audience = Audience.model_validate(asked)
    found = [one.phone for one in await town.reach(audience, limit=2)]
    assert len(found) == len(set(found)), "a phone came twice"
    counted = await count(town.database, audience)
    assert counted.people == len(found), "the count and the people differ"
    assert sum(counted.by_language.values()) == counted.people
    return set(found)


async def test_a_phone_with_many_dossiers_is_one_person_and_the_newest_fitting_one_speaks(town: Town) -> None:
    await town.dossier(A, name="Trần Văn An", status=2)
    second = await town.dossier(A, name="Lê Thị Bình", status=5, due_at=datetime(2026, 3, 5, 10, 0, tzinfo=UTC))
    await town.dossier(A, status=9)
    [one] = await town.reach(Audience(statuses=(2, 5)))
    assert (one.phone, one.phone_hash, one.dossier_code) == (A, CIPHER.lookup_hash(A), second)
    assert one.values == {
        "ten": "Lê Thị Bình",
        "ma_ho_so": second,
        "thu_tuc": "Đăng ký khai sinh",
        "don_vi": "UBND phường Hải Châu",
        "ngay_nop": "",
        "han": "17:00 ngày 05/03/2026",
    }


async def test_pages_follow_each_other_without_gap_or_repeat(town: Town) -> None:
    wanted = {f"849051{place:05d}" for place in range(57)}
    for phone in wanted:
        await town.dossier(phone)
        await town.dossier(phone)
    for limit in (1, 7, 57, 5000):
        found = [one.phone for one in await town.reach(Audience(), limit=limit)]
        assert len(found) == 57
        assert set(found) == wanted


async def test_a_unit_covers_those_below_it_and_no_namesake(town: Town) -> None:
    await town.dossier(A, agency_code="H17.33")
    await town.dossier(B, agency_code="H17.33.2")
    await town.dossier(C, agency_code="H17.331")
    await town.dossier(D, agency_code=None)
    assert await _phones(town, units=["H17.33"]) == {A, B}
    assert await _phones(town, units=["H17.33.2", "H17.331"]) == {B, C}
    assert await _phones(town, units=["*"]) == {A, B, C, D}


async def test_procedures_are_found_with_their_longer_codes(town: Town) -> None:
    await town.dossier(A, procedure_code="1.001193")
    await town.dossier(B, procedure_code="1.001193.000.00.00.H17")
    await town.dossier(C, procedure_code="1.0011934")
    assert await _phones(town, procedures=["1.001193"]) == {A, B}


async def test_days_begin_and_end_in_the_city(town: Town) -> None:
    await town.dossier(A, submitted_at=datetime(2026, 3, 1, 16, 59, tzinfo=UTC))  # 23:59 on the 1st
    await town.dossier(B, submitted_at=datetime(2026, 3, 1, 17, 0, tzinfo=UTC))  # midnight
    await town.dossier(C, submitted_at=datetime(2026, 3, 2, 16, 59, tzinfo=UTC))
    await town.dossier(D, submitted_at=datetime(2026, 3, 2, 17, 0, tzinfo=UTC), due_at=datetime(2026, 3, 9, tzinfo=UTC))
    day = date(2026, 3, 2)
    assert await _phones(town, submitted_from=day, submitted_until=day) == {B, C}
    assert await _phones(town, submitted_from=day) == {B, C, D}
    assert await _phones(town, due_until=date(2026, 3, 9)) == {D}
    assert await _phones(town, due_from=date(2026, 3, 10)) == set()


async def test_who_opted_out_is_counted_and_not_reached(town: Town) -> None:
    await town.dossier(A)
    await town.dossier(B)
    await town.dossier(None)
    await town.opt_out(B)
    counted = await count(town.database, Audience())
    assert (counted.people, counted.opted_out, counted.no_mobile) == (1, 1, 1)
    assert await _phones(town) == {A}


async def test_an_opt_out_under_an_older_key_still_holds(town: Town) -> None:
    await town.opt_out(A)
    later = Town(town.database, Cipher([generate_key(), KEY]))
    await later.dossier(A)
    await later.dossier(B)
    assert [one.phone for one in await later.reach(Audience())] == [B]


async def test_linked_people_are_those_who_alone_proved_their_phone(town: Town) -> None:
    for phone in (A, B, C, D):
        await town.dossier(phone)
    await town.chat(A, language="en")
    await town.chat(B, revoked=True)
    await town.chat(C)
    await town.chat(C)  # a family's phone: it leads to nobody's chat
    assert await _phones(town, linked=True) == {A}
    assert await _phones(town, linked=False) == {B, C, D}
    assert await _phones(town, language="en") == {A}
    assert await _phones(town, language="vi") == {B, C, D}
    counted = await count(town.database, Audience())
    assert (counted.linked, dict(counted.by_language)) == (1, {"en": 1, "vi": 3})


async def test_one_linked_person_among_many_is_found_though_whole_pages_fit_nobody(town: Town) -> None:
    for place in range(12):
        await town.dossier(f"849052{place:05d}")
    await town.chat("84905200007")
    assert await _phones(town, linked=True) == {"84905200007"}


async def test_subscribers_are_reached_with_or_without_dossiers(town: Town) -> None:
    await town.dossier(A, agency_code="H17.33.2")
    await town.dossier(B, agency_code="H17.40")
    for phone in (A, B, C):
        await town.subscribe(phone, "storm")
    await town.subscribe(D, "power")
    assert await _phones(town, kind="subscribers", category="storm") == {A, B, C}
    assert await _phones(town, kind="subscribers", category="storm", units=["H17.33"]) == {A}
    assert await _phones(town, category="storm") == {A, B}


async def test_a_procedure_whose_name_hurts_is_not_named(town: Town) -> None:
    await town.dossier(A, procedure_name="Đăng ký khai tử")
    await town.dossier(B, procedure_code="2.009999")
    found = {one.phone: one for one in await town.reach(Audience(), policy=Policy(sensitive_procedures=("2.009999",)))}
    assert all(one.is_sensitive and one.values["thu_tuc"] == "thủ tục hành chính" for one in found.values())


async def test_a_phone_of_many_people_names_nobody(town: Town) -> None:
    for place in range(4):
        await town.dossier(A, name=f"Người Thứ {place}")
    await town.dossier(B)
    found = {one.phone: one for one in await town.reach(Audience(), policy=Policy(shared_phone_owners=3))}
    assert found[A].is_shared
    assert found[A].values["ten"] == ""
    assert not found[B].is_shared
    assert found[B].values["ten"]


@pytest.mark.parametrize("kind", ["dossiers", "subscribers"])
async def test_keys_that_change_between_two_pages_lose_nobody(town: Town, kind: str) -> None:
    wanted = {f"849053{place:05d}" for place in range(24)}
    for phone in wanted:
        await town.dossier(phone)
        await town.subscribe(phone, "storm")
    new_key = generate_key()
    both, new = Cipher([new_key, KEY]), Cipher([new_key])
    audience = Audience() if kind == "dossiers" else Audience(kind="subscribers", category="storm")
    found: list[str] = []
    after = None
    for place, cipher in enumerate(chain([CIPHER], repeat(both, 4), repeat(new))):
        page = await recipients(town.database, cipher, audience, after=after, limit=4)
        if not page:
            break
        found += [one.phone for one in page]
        after = page[-1].key
        if place == 2:  # by now half of them were read; the hashes of all the others move anywhere
            await reencrypt(town.database, both)
    assert set(found) == wanted
