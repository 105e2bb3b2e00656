"""What comes back from the phone: receipts, ratings, and what citizens write."""

import asyncio
from typing import Any

from storage import citizens, dossiers
from storage.crypto import Cipher
from storage.database import Database
from tests.acceptance.conftest import Dossier
from tests.site import Site, make_event


async def state_of(site: Site, dossier: Dossier) -> dict[str, Any]:
    notices = await site.notices(dossier.code)
    return notices[0] if notices else {}


async def wait_for_state(site: Site, dossier: Dossier, *states: str) -> dict[str, Any]:
    async def reached() -> dict[str, Any]:
        notice = await state_of(site, dossier)
        return notice if notice.get("state") in states else {}

    found: dict[str, Any] = await site.wait_until(reached, 20, what=f"state {' or '.join(states)}")
    return found


async def test_a_notice_goes_from_accepted_to_delivered_to_read_and_is_rated(site: Site, dossier: Dossier) -> None:
    await site.emulator("POST", "phones", {"phone": dossier.phone, "zalo": True, "follows": True})
    await site.emulator("POST", f"phones/{dossier.phone}/state", {"online": False})
    await site.post_events([make_event(dossier.code, 9, dossier.phone)])
    notice = await wait_for_state(site, dossier, "accepted")
    assert notice["accepted_at"]
    assert notice["delivered_at"] is None
    await site.emulator("POST", f"phones/{dossier.phone}/state", {"online": True})
    notice = await wait_for_state(site, dossier, "delivered")
    assert notice["delivered_at"]
    assert notice["read_at"] is None
    await site.emulator("POST", f"phones/{dossier.phone}/send", {"read": True})
    notice = await wait_for_state(site, dossier, "read")
    assert notice["read_at"]
    feedback = {"feedback": {"rate": 4, "note": "", "feedbacks": []}}
    await site.emulator("POST", f"phones/{dossier.phone}/send", feedback)
    rated = "SELECT rating FROM notices WHERE dossier_code = %s"
    await site.wait_until(lambda: site.query(rated, dossier.code) == [(4,)], what="the rating")
    assert (await state_of(site, dossier))["state"] == "read"
    assert await site.arrived(dossier.phone) == ["finished"]


async def test_a_text_gets_an_answer_that_says_what_this_account_does(site: Site, dossier: Dossier) -> None:
    [answer] = await write(site, dossier, "Xin chào, hồ sơ của tôi đến đâu rồi?")
    assert "Trợ lý tự động" in answer["text"]
    assert "1022" in answer["text"]
    assert "H17" not in answer["text"]


async def test_a_linked_dossier_is_named_in_the_answer_and_nobody_elses_is(site: Site, dossier: Dossier) -> None:
    await site.post_events([make_event(dossier.code, 5, dossier.phone)])
    phone = await site.emulator("POST", "phones", {"phone": dossier.phone, "zalo": True, "follows": True})
    await link(site, phone["user_id"], dossier.code)
    await site.wait_until(lambda: site.messages(phone=dossier.phone, channel="oa"), what="the welcome")
    answer = (await write(site, dossier, "tình trạng hồ sơ"))[-1]
    assert dossier.code in answer["text"]
    assert "bổ sung" in answer["text"].lower()
    assert answer["text"].count("H17.") == 1


async def write(site: Site, dossier: Dossier, text: str) -> list[dict[str, Any]]:
    """A citizen's text; what the account says to them from then on."""
    known = await site.messages(phone=dossier.phone)
    since = known[-1]["seq"] if known else 0
    await site.emulator("POST", f"phones/{dossier.phone}/send", {"text": text})

    async def bubbles() -> list[dict[str, Any]]:
        return await site.messages(phone=dossier.phone, channel="oa", since=since)

    found: list[dict[str, Any]] = await site.wait_until(bubbles, 20, what="an answer")
    return found


async def link(site: Site, user_id: str, code: str) -> None:
    """Link a person to a dossier, as the conversation of a later version will."""
    keys = await asyncio.to_thread((site.data_dir / "encryption.keys").read_text)
    async with Database(site.postgres_url, max_size=2) as database:
        known = await dossiers.find(database, code)
        assert known is not None
        person = await citizens.meet(database, Cipher(tuple(keys.split())), platform="zalo", user_id=user_id)
        await citizens.link(database, person.id, known.id, proof="test")
