"""A unit's place is changed in the console: by its administrator, by the rules of the import, for the next question."""

from typing import Any

from storage import audit, places
from storage.places import Unit
from tests.integration.console import dossier_town
from tests.integration.console.talk_rows import EVIL
from tests.office import Office

HEAD = ("*", "administrator")
WARD, NEIGHBOUR = dossier_town.HAI_CHAU, dossier_town.THANH_KHE
UNITS = "/console/admin/units"
PLACE = Unit(
    code=WARD, name="Phường Hải Châu", kind="ward", address="1 Đường A", hours="T2 08:00-10:00", source="Thành phố"
)


def form(place: Unit | None = PLACE, **fields: Any) -> dict[str, Any]:
    return {
        "seen": places.fingerprint(place),
        "name": "Phường Hải Châu",
        "kind": "ward",
        "address": "270 Trần Phú",
        "phone": "0236 3822 222",
        "hours": "T2-T6 07:00-11:30, 13:30-17:00; T7 07:30-11:30",
        "aliases": "ủy ban Hải Châu\nHải Châu mới",
        "latitude": "16.0678",
        "longitude": "108.2208",
        "verified": "x",
        "source": "UBND phường Hải Châu",
        "as_of": "15/07/2026",
    } | fields


async def test_the_chat_answers_with_what_was_typed(office: Office) -> None:
    await places.store(office.database, [PLACE, PLACE.model_copy(update={"code": NEIGHBOUR})])
    ward = await office.sign_in("ward", (WARD, "administrator"))
    listed = (await ward.get(UNITS)).text
    assert (f"{UNITS}/{WARD}" in listed, f"{UNITS}/{NEIGHBOUR}" in listed) == (True, False)
    page = (await ward.get(f"{UNITS}/{WARD}")).text
    assert ("1 Đường A" in page, places.fingerprint(PLACE) in page) == (True, True)
    answer = await ward.post(f"{UNITS}/{WARD}", form())
    assert (answer.where, "Đã lưu Phường Hải Châu." in answer.text) == (UNITS, True)
    [found] = await places.named_in(office.database, "ủy ban hải châu ở đâu")
    assert (found.address, found.verified, found.as_of) == ("270 Trần Phú", True, "2026-07-15")
    assert (found.latitude, found.aliases) == (16.0678, ("ủy ban Hải Châu", "Hải Châu mới"))
    row = (await audit.search(office.database, limit=1))[0]
    assert (row.actor, row.action, row.object, row.unit) == ("officer:ward", "unit.change", WARD, WARD)
    assert {"address", "hours", "verified"} <= set(row.detail["fields"])
    assert "name" not in row.detail["fields"]
    # The same again, as a browser does it that goes back and sends once more: kept once.
    assert (await ward.post(f"{UNITS}/{WARD}", form())).where == UNITS
    assert len(await audit.search(office.database, action="unit.")) == 1


async def test_a_place_is_added_for_a_unit_that_only_dossiers_know(office: Office) -> None:
    await dossier_town.take(office, dossier_town.event(dossier_town.code_in(WARD, 1), 2))
    head = await office.sign_in("head", HEAD)
    assert "Chưa có" in (await head.get(UNITS)).text
    page = (await head.get(f"{UNITS}/{WARD}")).text
    assert ("UBND phường Hải Châu" in page, "chưa biết gì" in page) == (True, True)
    assert (await head.post(f"{UNITS}/{WARD}", form(None))).status == 200
    assert await places.get(office.database, WARD) is not None
    assert (await audit.search(office.database, limit=1))[0].action == "unit.add"
    for code in ("H17.99", "*", "%2A", "<b>"):
        assert (await head.get(f"{UNITS}/{code}")).status == 404
        assert (await head.post(f"{UNITS}/{code}", form(None))).status == 404


async def test_what_an_import_would_refuse_is_refused_here_and_nothing_typed_is_lost(office: Office) -> None:
    await places.store(office.database, [PLACE])
    head = await office.sign_in("head", HEAD)
    wrong = {"name": " ", "kind": "quận", "hours": "sáng tới chiều", "longitude": "", "source": "", "successors": "a b"}
    answer = await head.post(f"{UNITS}/{WARD}", form(**wrong))
    assert answer.status == 422
    fields = ("name", "kind", "hours", "source", "successors")
    assert [f'href="#f-{name}"' in answer.text for name in fields] == [True] * len(fields)
    assert "sáng tới chiều" in answer.text
    for field, value in {
        "latitude": "", "longitude": "181", "name": "Hå s¬", "hours": "T2 11:30-07:30", "address": "x" * 4001,
    }.items():  # fmt: skip
        answer = await head.post(f"{UNITS}/{WARD}", form(**{field: value}))
        assert answer.status == 422, field
        shown = "latitude" if field == "longitude" and not value else field
        assert f'href="#f-{shown}"' in answer.text, field
    assert await places.get(office.database, WARD) == PLACE
    assert await audit.search(office.database, action="unit.") == []


async def test_a_unit_of_others_is_not_there_and_words_are_never_markup(office: Office) -> None:
    await places.store(office.database, [PLACE, PLACE.model_copy(update={"code": "20242"})])
    other = await office.sign_in("other", (NEIGHBOUR, "administrator"), (WARD, "author"), (WARD, "viewer"))
    for code in (WARD, "20242"):
        assert (await other.get(f"{UNITS}/{code}")).status == 404
        assert (await other.post(f"{UNITS}/{code}", form())).status == 404
    author = await office.sign_in("author", (WARD, "author"))
    assert (await author.post(f"{UNITS}/{WARD}", form())).status == 403
    assert await places.get(office.database, WARD) == PLACE
    head = await office.sign_in("head", HEAD)
    answer = await head.post(f"{UNITS}/20242", form(PLACE.model_copy(update={"code": "20242"}), name=f"P{EVIL}"))
    for text in (answer.text, (await head.get(f"{UNITS}/20242")).text):
        assert "<script>alert" not in text
        assert "&lt;script&gt;alert" in text


async def test_two_who_change_one_place_do_not_overwrite_each_other_unseen(office: Office) -> None:
    await places.store(office.database, [PLACE])
    lan, minh = await office.sign_in("lan", HEAD), await office.sign_in("minh", HEAD)
    assert (await lan.post(f"{UNITS}/{WARD}", form(address="của Lan"))).status == 200
    late = await minh.post(f"{UNITS}/{WARD}", form(address="của Minh"))
    assert (late.status, "vừa sửa" in late.text, "của Minh" in late.text) == (422, True, True)
    kept = await places.get(office.database, WARD)
    assert kept is not None
    assert kept.address == "của Lan"
    assert places.fingerprint(kept) in late.text, "saving once more is a decision"
    assert (await minh.post(f"{UNITS}/{WARD}", form(kept, address="của Minh"))).status == 200
    [_, second] = await audit.search(office.database, action="unit.change")
    assert second.actor == "officer:lan"
