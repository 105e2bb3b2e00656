"""Saved audiences: kept in a unit, counted, and nobody else's."""

from storage import audiences
from tests.office import Office

UNIT = "H17.33.2"
FORM = {"name": "Chờ bổ sung", "unit": UNIT, "kind": "dossiers", "units": UNIT, "statuses": "5"}


async def test_an_audience_is_kept_counted_and_deleted_with_a_trace(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    shown = await lan.post("/console/audiences", FORM | {"submitted_from": "2026-03-02", "linked": "no"})
    assert shown.status == 200
    assert "Chờ bổ sung" in shown.text
    (kept,) = await audiences.all_saved(office.database, [UNIT])
    assert (kept.audience.units, kept.audience.statuses, kept.audience.linked) == ((UNIT,), (5,), False)
    assert (await lan.post("/console/audiences", FORM)).status == 422, "a second one of the same name"
    await lan.post(f"/console/audiences/{kept.id}/delete")
    assert await audiences.all_saved(office.database, None) == []
    rows = await office.database.fetch("SELECT action FROM audit_log ORDER BY id")
    assert [row["action"] for row in rows] == ["audience.save", "audience.delete"]


async def test_an_audience_reaches_no_further_than_its_unit(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    for units in ("", "H17", "*", "H17.33.2 H17.40", "H17.33.21"):
        answer = await lan.post("/console/audiences", FORM | {"units": units})
        assert answer.status == 422, units
        assert "Chờ bổ sung" in answer.text, "what was typed stays"
    assert (await lan.post("/console/audiences", FORM | {"unit": "H17.40"})).status == 404
    assert (await lan.post("/console/audiences", FORM | {"kind": "subscribers"})).status == 422
    assert (await lan.post("/console/audiences", FORM | {"kind": "list"})).status == 422
    assert await audiences.all_saved(office.database, None) == []


async def test_another_units_audience_does_not_exist(office: Office) -> None:
    lan = await office.sign_in("lan", (UNIT, "author"))
    await lan.post("/console/audiences", FORM | {"name": "<script>x</script>"})
    (kept,) = await audiences.all_saved(office.database, None)
    page = await lan.get(f"/console/audiences/{kept.id}")
    assert "<script>x" not in page.text
    minh = await office.sign_in("minh", ("H17.40", "author"))
    assert (await minh.get(f"/console/audiences/{kept.id}")).status == 404
    assert (await minh.post(f"/console/audiences/{kept.id}/delete")).status == 404
