"""Ratings by unit and month: what officers see, and who cannot be recognised in it."""

from datetime import UTC, datetime

from storage import ratings
from tests.integration.console import talk_rows as rows
from tests.office import Office

ROOT = "/console/ratings"
YEAR = datetime.now(UTC).year


async def rated(
    office: Office, unit: str, levels: list[int], note: str | None = None, *, name: str = rows.EVIL
) -> None:
    """So many finished dossiers of a unit with these levels, in January of this year; a note beside the first."""
    for place, level in enumerate(levels):
        dossier_id = await rows.dossier(office, f"{unit}-260101-{place:04}", unit, name)
        citizen_id = await rows.person(office, f"{unit}-{place}")
        async with office.database.transaction() as connection:
            await ratings.rate(connection, citizen_id, dossier_id, level, entry_id=place + 1)
            if note is not None and place == 0:
                await ratings.add_note(connection, office.cipher, citizen_id, dossier_id, note)
    await office.database.fetch(
        "UPDATE ratings SET rated_at = %(at)s WHERE rated_at > now() - interval '1 hour' RETURNING 1",
        {"at": datetime(YEAR, 1, 15, 5, tzinfo=UTC)},
    )


async def test_levels_are_counted_and_a_unit_with_few_people_is_not_broken_down(office: Office) -> None:
    await rated(office, "H17.33.2", [3, 3, 2, 2, 1, 1, 1, 1], note=f"Chậm. Gọi {rows.PHONE} {rows.EVIL}")
    await rated(office, "H17.33.3", [3] * 6)
    await rated(office, "H17.33.4", [1, 1], note="lời của người ít ỏi")
    lan = await office.sign_in("lan", ("H17.33", "author"))
    seen = (await lan.get(ROOT)).text
    assert "dưới 5" in seen
    assert "lời của người ít ỏi" not in seen
    # The two could be counted back from the whole and the others: the next smallest unit is hidden too.
    assert "suy ra được nhóm nhỏ" in seen
    assert "50 %" in seen or "50,0 %" in seen
    assert rows.PHONE not in seen
    assert "[số đã ẩn]" in seen
    assert "<script>alert" not in seen


async def test_officers_see_their_own_units_alone(office: Office) -> None:
    await rated(office, "H17.33.2", [3, 3, 3, 2, 2, 1])
    await rated(office, "H17.34.1", [1] * 7, note="ở phường khác")
    lan = await office.sign_in("lan", ("H17.33", "author"))
    for path in ({}, {"unit": "H17.34.1"}, {"year": "x"}, {"year": str(YEAR)}):
        seen = (await lan.get(ROOT, **path)).text
        assert "H17.33.2" in seen
        assert "H17.34.1" not in seen
        assert "ở phường khác" not in seen
    assert "chưa có đánh giá nào" in (await lan.get(ROOT, year="2021")).text
    viewer = await office.sign_in("xem", ("H17.33", "viewer"))
    assert (await viewer.get(ROOT)).status == 403
