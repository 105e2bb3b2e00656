"""Several people of one dossier: who is told, over which phone or address, and what is remembered of them."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from dossiers.calendar import WorkCalendar
from status_bridge.choices import Role
from status_bridge.dossier_batch import IntakeConfig
from storage import notices
from storage.notices import NOTICE_EMAIL_COLUMN, RECIPIENT_COLUMN, notice_id
from tests.integration.status_bridge.bridge import CIPHER, CONFIG, ZONE, Bridge, new_code, raw_event

ALL = replace(CONFIG, notify=tuple(Role))
BY_EMAIL = replace(CONFIG, by_email=True)
OWNER = {"name": "Trần Văn Bình", "phone": "0905 000 002"}
AGENT = {"name": "Lê Thị Cúc", "phone": "0905.000.003", "email": "cuc@example.org"}
MAIL = "chau@example.org"


async def _told(bridge: Bridge, code: str) -> list[tuple[int, str, str | None, str]]:
    """Each row: its place, role, phone and state."""
    rows = await bridge.notices(code)
    found = [
        (row["ordinal"], row["role"], CIPHER.decrypt_optional(row["recipient_enc"], RECIPIENT_COLUMN), row["state"])
        for row in rows
    ]
    return sorted(found, key=lambda one: (one[0], one[1]))


async def test_only_the_applicant_is_told_unless_the_city_says_otherwise(bridge: Bridge) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 2, owner=OWNER, submitter=AGENT)])
    assert await _told(bridge, code) == [(1, "applicant", "84905000001", "pending")]


async def test_everybody_named_is_told_once_in_the_same_place_of_the_order(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, ALL) as bridge:
        code = new_code()
        (result,) = await bridge.take([raw_event(code, 2, owner=OWNER, submitter=AGENT, authorised=OWNER)])
        assert result.as_json()["notice"] == "accepted"
        assert await _told(bridge, code) == [
            (1, "applicant", "84905000001", "pending"),
            (1, "owner", "84905000002", "pending"),
            (1, "submitter", "84905000003", "pending"),
        ]
        rows = {row["role"]: row for row in await bridge.notices(code)}
        assert rows["applicant"]["id"] == notice_id(rows["applicant"]["event_key"])
        assert len({row["id"] for row in rows.values()}) == 3
        assert (await bridge.dossier(code))["notices"] == 1
        claimed = await notices.claim_due(bridge.database, CIPHER, lane="status", limit=10, lease_seconds=60)
        assert {one.phone for one in claimed} == {"84905000001", "84905000002", "84905000003"}
        assert next(one for one in claimed if one.role == "submitter").email == "cuc@example.org"


async def test_people_are_remembered_for_later_events_and_mended_by_them(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, ALL) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 1, owner=OWNER)])
        await bridge.take([raw_event(code, 2, minute=1)])
        await bridge.take([raw_event(code, 5, minute=2, owner={"phone": "0905000004"})])
        await bridge.take([raw_event(code, 9, minute=3, owner={"phone": "0236 3 881 888"})])
        owners = [phone for _, role, phone, _ in await _told(bridge, code) if role == "owner"]
        assert owners == ["84905000002", "84905000002", "84905000004"]
        assert b"B\xc3\xacnh" not in bytes((await bridge.dossier(code))["people_enc"])


async def test_events_of_one_batch_build_on_each_other(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, ALL) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 1), raw_event(code, 2, minute=1, owner=OWNER), raw_event(code, 9, minute=2)])
        assert [role for _, role, _, _ in await _told(bridge, code)] == [
            "applicant",
            *("applicant", "owner"),
            *("applicant", "owner"),
        ]


async def test_a_city_that_tells_owners_alone_parks_what_has_none(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, replace(CONFIG, notify=(Role.OWNER,))) as bridge:
        code, other = new_code(), new_code()
        await bridge.take([raw_event(code, 2, owner=OWNER), raw_event(other, 2)])
        assert await _told(bridge, code) == [(1, "owner", "84905000002", "pending")]
        assert await _told(bridge, other) == [(1, "owner", None, "no_mobile")]


async def test_a_stale_event_teaches_nothing_about_people(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, ALL) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 2, minute=5)])
        await bridge.take([raw_event(code, 1, owner=OWNER)])
        await bridge.take([raw_event(code, 9, minute=6)])
        assert {role for _, role, _, _ in await _told(bridge, code)} == {"applicant"}


@pytest.mark.parametrize("role", ["owner", "submitter", "authorised"])
async def test_a_malformed_person_is_refused_by_name(bridge: Bridge, role: str) -> None:
    (result,) = await bridge.take([raw_event(new_code(), 2, **{role: "Bình"})])
    assert (result.outcome.value, result.errors[0]["field"]) == ("rejected", f"data.{role}")


def _mail(**applicant: Any) -> dict[str, Any]:
    return {"applicant": {"name": "Châu", "phone": None, "email": MAIL} | applicant}


@pytest.mark.parametrize(
    ("config", "applicant", "state"),
    [
        (CONFIG, _mail(), "no_mobile"),
        (BY_EMAIL, _mail(), "pending"),
        (BY_EMAIL, _mail(phone="0236 3 881 888"), "pending"),
        (BY_EMAIL, _mail(email="không có"), "no_mobile"),
        (BY_EMAIL, _mail(email=None), "no_mobile"),
    ],
)
async def test_an_address_is_a_way_only_where_mail_is_set_up(
    postgres_url: str, config: IntakeConfig, applicant: dict[str, Any], state: str
) -> None:
    async with Bridge.open(postgres_url, config) as bridge:
        code = new_code()
        await bridge.take([raw_event(code, 2, **applicant)])
        assert await _told(bridge, code) == [(1, "applicant", None, state)]
        assert bridge.rings == (["status"] if state == "pending" else [])


async def test_an_address_given_once_goes_with_every_later_notice(bridge: Bridge) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 1, **_mail(phone="0905000001"))])
    await bridge.take([raw_event(code, 2, minute=1, applicant=None)])
    rows = await bridge.notices(code)
    assert [CIPHER.decrypt_optional(row["email_enc"], NOTICE_EMAIL_COLUMN) for row in rows] == [MAIL, MAIL]


async def test_what_is_known_already_is_not_encrypted_anew(bridge: Bridge) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 1)])
    before = await bridge.dossier(code)
    await bridge.take([raw_event(code, 2, minute=1)])
    after = await bridge.dossier(code)
    assert [after[name] for name in ("phone_enc", "name_enc")] == [before[name] for name in ("phone_enc", "name_enc")]
    assert after["notices"] == 2


async def _phones(bridge: Bridge, code: str) -> list[str | None]:
    return [CIPHER.decrypt_optional(row["recipient_enc"], RECIPIENT_COLUMN) for row in await bridge.notices(code)]


@pytest.mark.parametrize("is_one_batch", [True, False])
async def test_what_has_not_gone_yet_follows_a_corrected_number(postgres_url: str, is_one_batch: bool) -> None:
    asleep = replace(CONFIG, calendar=WorkCalendar(frozenset(datetime.now(ZONE).date() + timedelta(n) for n in (0, 1))))
    right = {"name": "Nguyễn Thị Minh Châu", "phone": "0905000009"}
    async with Bridge.open(postgres_url, asleep) as bridge:
        code, other = new_code(), new_code()
        events = [raw_event(code, 2), raw_event(other, 2), raw_event(code, 4, minute=1, applicant=right)]
        for batch in [events] if is_one_batch else [[event] for event in events]:
            await bridge.take(batch)
        assert [row["state"] for row in await bridge.notices(code)] == ["held"]
        assert await _phones(bridge, code) == ["84905000009"]
        assert (await bridge.notices(code))[0]["recipient_hash"] == CIPHER.lookup_hash("84905000009")
        assert await _phones(bridge, other) == ["84905000001"]


@pytest.mark.parametrize("state", ["sending", "accepted", "in_doubt"])
async def test_what_may_be_out_keeps_the_number_that_it_went_to(bridge: Bridge, state: str) -> None:
    code = new_code()
    await bridge.take([raw_event(code, 2)])
    await bridge.rows("UPDATE notices SET state = %(state)s, sends = 1 RETURNING 1 AS done", state=state)
    await bridge.take([raw_event(code, 9, minute=1, applicant={"name": "Châu", "phone": "0905000009"})])
    assert await _phones(bridge, code) == ["84905000001", "84905000009"]
