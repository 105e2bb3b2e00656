"""What may be shown of ratings: whatever is hidden cannot be counted back from the sums."""

from hypothesis import given
from hypothesis import strategies as st

from console.ratings.figures import build_year
from console.ratings.small_numbers import SMALLEST, hide_cells, hide_few
from storage.ratings import Count

TABLES = st.dictionaries(
    st.tuples(st.sampled_from("ABCD"), st.sampled_from(["01", "02", "03"])), st.integers(0, 12), max_size=12
)


def test_a_small_group_is_hidden_with_the_next_smallest_that_would_give_it_away() -> None:
    assert hide_few({"a": 3, "b": 6, "c": 9}) == {"a", "b"}
    assert hide_few({"a": 3, "b": 2, "c": 9}) == {"a", "b"}
    assert hide_few({"a": 0, "b": 6}) == set()
    assert hide_few({"a": 4}) == {"a"}


@given(TABLES)
def test_no_sum_of_hidden_groups_is_both_small_and_countable(table: dict[tuple[str, str], int]) -> None:
    cells, rows, columns = hide_cells(table)
    for place, hidden_sums in ((0, rows), (1, columns)):
        for key in {cell[place] for cell in table}:
            line = {cell: total for cell, total in table.items() if cell[place] == key}
            hidden = sum(total for cell, total in line.items() if cell in cells)
            if key in hidden_sums:
                assert all(cell in cells for cell in line)
            else:
                assert hidden == 0 or hidden >= SMALLEST
    assert all(cell in cells for cell, total in table.items() if 0 < total < SMALLEST)


def test_a_year_shows_months_with_enough_people_and_their_share() -> None:
    counts = [
        Count("A", "Phường A", "2026-01", 3, 6),
        Count("A", "Phường A", "2026-01", 1, 2),
        Count("A", "Phường A", "2026-03", 1, 9),
        Count("B", None, "2026-02", 2, 2),
    ]
    year = build_year(counts, 2026)
    assert (year.whole.total, year.whole.levels, year.whole.share) == (19, (6, 2, 11), 42.1)
    assert [row.levels for row in year.rows] == [None, None]  # B could be counted back from the whole and A
    assert year.shares[:3] == [None, None, 0.0]
    assert year.totals[3] == 0
    assert year.has_hidden
