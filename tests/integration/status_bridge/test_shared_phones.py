"""A phone that stands for many people is told code and state only (docs: public-services 4.1)."""

import json
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from status_bridge.choices import Role
from storage.notices import CONTENT_COLUMN
from tests.integration.status_bridge.bridge import CIPHER, CONFIG, Bridge, new_code, raw_event

PHONE = "0905000009"
PROCEDURE = "Đăng ký khai sinh"
DAY = 60 * 24


def _person(name: str | None, phone: str = PHONE) -> dict[str, Any]:
    return {"name": name, "phone": phone}


async def _content(bridge: Bridge, code: str) -> dict[str, Any]:
    row = (await bridge.notices(code))[-1]
    content: dict[str, Any] = json.loads(CIPHER.decrypt(row["content_enc"], CONTENT_COLUMN))
    return content


async def _is_minimal(bridge: Bridge, code: str) -> bool:
    content = await _content(bridge, code)
    names_it = PROCEDURE in json.dumps(content, ensure_ascii=False)
    assert names_it != content.get("minimal", False)
    return not names_it


async def _fill(bridge: Bridge, owners: Sequence[str | None], *, minute: float = 0, at_once: bool = True) -> None:
    events = [raw_event(new_code(), 1, minute=minute, applicant=_person(name)) for name in owners]
    for batch in [events] if at_once else [[event] for event in events]:
        await bridge.take(batch)


def _names(count: int) -> list[str]:
    return [f"Người thứ {number}" for number in range(count)]


@pytest.mark.parametrize(("owners", "is_minimal"), [(19, False), (20, True), (60, True)])
async def test_more_than_twenty_owners_make_a_phone_shared(bridge: Bridge, owners: int, is_minimal: bool) -> None:
    await _fill(bridge, _names(owners))
    code = new_code()
    await bridge.take([raw_event(code, 2, applicant=_person("Người sau cùng"))])
    assert await _is_minimal(bridge, code) is is_minimal


async def test_the_owners_of_one_batch_count_together(bridge: Bridge) -> None:
    codes = [new_code() for _ in range(21)]
    names = _names(21)
    await bridge.take([raw_event(code, 2, applicant=_person(name)) for code, name in zip(codes, names, strict=True)])
    assert [await _is_minimal(bridge, code) for code in codes] == [True] * 21


async def test_one_owner_of_many_dossiers_shares_with_nobody_however_the_name_is_written(bridge: Bridge) -> None:
    await _fill(bridge, ["Nguyễn Thị Đào", "NGUYỄN THỊ ĐÀO", "Nguyen Thi Dao"] * 10)
    code = new_code()
    await bridge.take([raw_event(code, 2, applicant=_person("Nguyễn  thị đào"))])
    assert not await _is_minimal(bridge, code)


@pytest.mark.parametrize(("dossiers", "is_minimal"), [(19, False), (20, True)])
async def test_a_dossier_without_a_name_is_an_owner_of_its_own(bridge: Bridge, dossiers: int, is_minimal: bool) -> None:
    await _fill(bridge, [None] * dossiers, at_once=False)
    code = new_code()
    await bridge.take([raw_event(code, 2, applicant=_person(None))])
    assert await _is_minimal(bridge, code) is is_minimal


async def test_owners_of_long_ago_do_not_count(bridge: Bridge) -> None:
    await _fill(bridge, _names(40), minute=-31 * DAY)
    code = new_code()
    await bridge.take([raw_event(code, 2, applicant=_person("A"))])
    assert not await _is_minimal(bridge, code)
    await _fill(bridge, [f"Khác {number}" for number in range(20)], minute=-29 * DAY)
    await bridge.take([raw_event(code, 9, minute=1)])
    assert not await _is_minimal(bridge, code), "this event names the phone of its own applicant"
    await bridge.take([raw_event(code, 4, minute=2, applicant=_person("A"))])
    assert await _is_minimal(bridge, code)


async def test_other_phones_of_the_same_batch_keep_their_words(bridge: Bridge) -> None:
    await _fill(bridge, _names(30))
    shared, own = new_code(), new_code()
    await bridge.take([raw_event(shared, 2, applicant=_person("A")), raw_event(own, 2)])
    assert (await _is_minimal(bridge, shared), await _is_minimal(bridge, own)) == (True, False)


@pytest.mark.parametrize("language", ["vi", "en"])
async def test_no_reason_and_no_demand_reaches_a_shared_phone(postgres_url: str, language: str) -> None:
    async with Bridge.open(postgres_url, replace(CONFIG, language=language)) as bridge:
        await _fill(bridge, _names(30))
        code = new_code()
        secret = "Thiếu giấy chứng tử"
        demand = {"supplement": {"items": [secret], "deadline": "2026-03-10"}, "reason": secret}
        agency = {"code": "H17", "name": "UBND phường Hải Châu"}
        await bridge.take([raw_event(code, 5, applicant=_person("A"), agency=agency, **demand)])
        said = json.dumps(await _content(bridge, code), ensure_ascii=False)
        assert code in said
        assert not any(word in said for word in (secret, "Hải Châu", PROCEDURE, "10/03"))


async def test_the_rule_can_be_switched_off(postgres_url: str) -> None:
    async with Bridge.open(postgres_url, replace(CONFIG, shared_phone_owners=0)) as bridge:
        await _fill(bridge, _names(30))
        code = new_code()
        await bridge.take([raw_event(code, 2, applicant=_person("A"))])
        assert not await _is_minimal(bridge, code)


async def test_an_agents_phone_is_shared_through_the_dossiers_that_it_submits(postgres_url: str) -> None:
    config = replace(CONFIG, notify=(Role.APPLICANT, Role.SUBMITTER))
    async with Bridge.open(postgres_url, config) as bridge:
        agent = _person("Dịch vụ", "0905000008")

        def _submitted(number: int) -> dict[str, Any]:
            applicant = _person(f"Người {number}", f"09050{number:05d}")
            return raw_event(new_code(), 2, applicant=applicant, submitter=agent)

        await bridge.take([_submitted(number) for number in range(100, 120)])
        last = _submitted(200)
        await bridge.take([last])
        rows = await bridge.notices(last["subject"])
        said = {
            row["role"]: json.loads(CIPHER.decrypt(row["content_enc"], CONTENT_COLUMN)).get("minimal", False)
            for row in rows
        }
        assert said == {"applicant": False, "submitter": True}
