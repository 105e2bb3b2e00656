"""Pages of lists end where there is nothing more."""

from console.lists import PAGE_LISTS, PAGE_ROWS
from tests.office import Office

UNIT = "H17.33.2"


async def add_lists(office: Office, lists: int, wrong_rows: int) -> int:
    """Lists that were read; the newest one's id."""
    rows = await office.database.fetch(
        "INSERT INTO recipient_lists (name, unit, file_name, officer, state, wrong, expires_at)"
        " SELECT 'l', %(unit)s, 'l.csv', 'lan', 'ready', %(wrong)s, now() + interval '1 day'"
        " FROM generate_series(1, %(lists)s) RETURNING id",
        {"unit": UNIT, "lists": lists, "wrong": wrong_rows},
    )
    newest = max(row["id"] for row in rows)
    await office.database.fetch(
        "INSERT INTO wrong_rows (list_id, line, reason) SELECT %(id)s, i + 1, 'no_phone'"
        " FROM generate_series(1, %(rows)s) AS i RETURNING line",
        {"id": newest, "rows": wrong_rows},
    )
    return int(newest)


async def test_a_full_page_with_nothing_behind_it_is_the_last_one(office: Office) -> None:
    """It offered a next page, which was empty."""
    newest = await add_lists(office, PAGE_LISTS, PAGE_ROWS)
    lan = await office.sign_in("lan", (UNIT, "author"))
    assert "?before=" not in (await lan.get("/console/lists")).text
    assert "?after=" not in (await lan.get(f"/console/lists/{newest}")).text
    another = await add_lists(office, 1, PAGE_ROWS + 1)
    assert "?before=" in (await lan.get("/console/lists")).text
    assert "?after=" in (await lan.get(f"/console/lists/{another}")).text
