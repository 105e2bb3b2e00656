from functools import partial
from xml.etree import ElementTree

import pytest

from console import charts, numbers
from console.words import translator

t = translator("vi")
n = partial(numbers.number, language="vi")
SVG = "{http://www.w3.org/2000/svg}"


def parse(markup: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<root>{markup}</root>")


def test_every_bar_tells_its_figure_and_the_table_beneath_has_the_same_ones() -> None:
    drawn = parse(charts.bars("Theo giờ", ["07", "08"], [("Hôm nay", (1200, 3)), ("Hôm qua", (5, 0))], t=t, n=n))
    told = [title.text for title in drawn.findall(".//g/title")]
    assert told == ["07 · Hôm nay: 1.200", "07 · Hôm qua: 5", "08 · Hôm nay: 3"]  # nought has no bar
    cells = [cell.text for cell in drawn.findall(".//td")]
    assert cells == ["1.200", "5", "3", "0"]


def test_bars_are_as_high_as_their_figures() -> None:
    drawn = parse(charts.bars("x", ["a", "b"], [("y", (50, 100))], t=t, n=n))
    low, high = (float(bar.get("height", "")) for bar in drawn.findall(".//g/rect"))
    assert high == pytest.approx(2 * low, rel=0.01)


def test_stacked_bars_stand_on_each_other() -> None:
    drawn = parse(charts.bars("x", ["a"], [("y", (30,), "good"), ("z", (20,), "1")], stacked=True, t=t, n=n))
    lower, upper = drawn.findall(".//g/rect")
    assert float(upper.get("y", "")) + float(upper.get("height", "")) == pytest.approx(
        float(lower.get("y", "")), abs=0.2
    )
    assert upper.get("x") == lower.get("x")


def test_series_differ_in_more_than_colour() -> None:
    bars = charts.bars("x", ["a"], [("one", (1,)), ("two", (2,)), ("bad", (3,), "bad")], t=t, n=n)
    assert "url(#hatch-2)" in bars
    assert "url(#hatch-bad)" in bars
    assert all(f'id="hatch-{tone}"' in charts.PATTERNS for tone in ("2", "bad"))
    lines = parse(charts.lines("x", ["a", "b"], [("one", (1, 2)), ("two", (2, 3))], t=t, n=n))
    dashes = [path.get("stroke-dasharray") for path in lines.findall(".//svg[@class='chart']/path")]
    assert dashes == [None, "7 4"]


def test_a_line_is_interrupted_where_nothing_is_known() -> None:
    drawn = parse(charts.lines("x", ["a", "b", "c", "d"], [("one", (1, 2, None, 4))], t=t, n=n))
    (path,) = drawn.findall(".//svg/path")
    assert [step[0] for step in (path.get("d") or "").replace(" M", "|M").replace(" L", "|L").split("|")] == list("MLM")


def test_pictures_have_a_role_a_title_and_a_description_that_says_the_peak() -> None:
    drawn = parse(charts.bars("Theo giờ", ["07", "08"], [("Hôm nay", (10, 40))], t=t, n=n))
    (svg,) = drawn.findall("./figure/svg")
    assert svg.get("role") == "img"
    labels = (svg.get("aria-labelledby") or "").split()
    texts = {one.get("id"): one.text for one in svg if one.get("id")}
    assert [texts[label] for label in labels] == ["Theo giờ", "Theo giờ. Cao nhất: 40 (08). Tổng: 50."]


@pytest.mark.parametrize("draw", [charts.bars, charts.lines])
def test_nothing_in_a_picture_is_markup_of_others_or_inline_style(draw: object) -> None:
    evil = '<script>alert("x")</script>'
    drawn = draw(evil, [evil], [(evil, (1,))], unit=evil, t=t, n=n)  # type: ignore[operator]
    assert "<script" not in drawn
    assert "style=" not in drawn
    assert "<script" not in charts.ranks(evil, [(evil, 1)], unit=evil, t=t, n=n)
    assert "<script" not in charts.sparkline(evil, [1, 2], n=n)


@pytest.mark.parametrize("draw", [charts.bars, charts.lines])
def test_a_day_without_figures_is_a_picture_too(draw: object) -> None:
    drawn = draw("x", ["a", "b"], [("y", (0, None))], t=t, n=n)  # type: ignore[operator]
    assert t("design.chart.nothing") in drawn
    parse(drawn)
    assert t("design.chart.nothing") in charts.ranks("x", [], t=t, n=n)
    assert charts.sparkline("x", [], n=n) == '<span class="spark">–</span>'


@pytest.mark.parametrize(
    ("most", "ticks"),
    [
        (0, ["0", "1"]),
        (3, ["0", "1", "2", "3"]),
        (6, ["0", "2", "4", "6"]),
        (100_000, ["0", "25.000", "50.000", "75.000", "100.000"]),
        (0.7, ["0,0", "0,2", "0,4", "0,6", "0,8"]),
    ],
)
def test_the_axis_has_round_figures_up_to_above_the_highest(most: float, ticks: list[str]) -> None:
    drawn = parse(charts.lines("x", ["a"], [("y", (most,))], t=t, n=n))
    assert [tick.text for tick in drawn.findall(".//text[@class='tick']")] == ticks


def test_a_series_of_another_length_is_refused() -> None:
    with pytest.raises(ValueError, match="1 values for 2 labels"):
        charts.bars("x", ["a", "b"], [("y", (1,))], t=t, n=n)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [
        (None, "–"),
        (0.84, "0,8 giây"),
        (9, "9 giây"),
        (59.4, "59 giây"),
        (90, "1,5 phút"),
        (2460, "41 phút"),
        (12_600, "3,5 giờ"),
        (172_800, "2 ngày"),
    ],
)
def test_durations_are_told_in_their_largest_unit(seconds: float | None, told: str) -> None:
    assert numbers.lasting(seconds) == told


def test_figures_are_written_as_the_language_does() -> None:
    assert numbers.number(1234567.891, 2) == "1.234.567,89"
    assert numbers.number(1234567.891, 2, language="en") == "1,234,567.89"
    assert numbers.number(-5) == "−5"
    assert numbers.money(1_250_000) == "1.250.000 đ"
