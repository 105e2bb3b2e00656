"""Charts as accessible SVG, each with the same figures as a table folded beneath it; pure.

Nothing is told by colour alone: series differ in pattern or dash, have their names beside the picture, and bars carry
their figures as titles. The picture uses classes of `static/console.css` and attributes, no inline styles (the
console's content policy forbids them).

A series is `(name, values)` or `(name, values, tone)`, with a value for each label; None is a gap. A tone is a number
1–6 of the palette, or `good`, `warn`, `bad`. `t` gives words, `n(value, digits)` writes figures.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Final

from markupsafe import Markup, escape

Number = float | int | None
Words = Callable[..., str]
Figures = Callable[..., str]
GivenSeries = Sequence[Any]

WIDTH: Final = 560
HEIGHT: Final = 240
_LEFT: Final = 56
_RIGHT: Final = 8
_TOP: Final = 12
_BOTTOM: Final = 26
_LABEL_WIDTH: Final = 54
"""User units that a label below the picture needs."""
_TICKS: Final = 4
_DASHES: Final = ("", "7 4", "2 4", "10 3 2 3", "4 2", "1 3")
_EMPTY: Final = Markup("")
_HATCHES: Final = {
    "2": "M0 8 8 0",
    "3": "M2 2h2v2h-2z",
    "4": "M0 4h8",
    "5": "M0 0 8 8M0 8 8 0",
    "6": "M4 0v8",
    "warn": "M0 8 8 0",
    "bad": "M0 0 8 8M0 8 8 0",
    "neutral": "M2 2h2v2h-2z",
}
"""Tone → the pattern over its colour; tones that are not here are plain."""
PATTERNS: Final = (
    Markup('<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>')
    + _EMPTY.join(
        Markup(
            '<pattern id="hatch-{}" width="8" height="8" patternUnits="userSpaceOnUse">'
            '<path class="hatch" d="{}"/></pattern>'
        ).format(tone, path)
        for tone, path in _HATCHES.items()
    )
    + Markup("</defs></svg>")
)
"""Once a page (`base.html.j2`): what the bars of all its charts are hatched with."""


@dataclass(frozen=True, slots=True)
class Series:
    """One line or one set of bars."""

    name: str
    values: tuple[Number, ...]
    tone: str


def bars(
    title: str,
    labels: Sequence[str],
    series: Sequence[GivenSeries],
    *,
    t: Words,
    n: Figures,
    unit: str = "",
    stacked: bool = False,
) -> Markup:
    """Return upright bars, beside each other or stacked, one place a label."""
    found = _read(series, labels)
    totals = [_sum(one.values[i] for one in found) for i in range(len(labels))]
    tops = totals if stacked else [value or 0 for one in found for value in one.values]
    scale = _scale(max(tops, default=0))
    drawn = [_grid(scale, n), _places(labels)]
    for i, label in enumerate(labels):
        drawn.append(_bar_place(found, i, label, len(labels), scale, unit, n, stacked))
    summary = _summary(title, labels, totals, t, n)
    return _figure(title, _svg(title, summary, drawn), labels, found, unit, t, n)


def lines(
    title: str, labels: Sequence[str], series: Sequence[GivenSeries], *, t: Words, n: Figures, unit: str = ""
) -> Markup:
    """Return one line a series over the labels; a None interrupts the line."""
    found = _read(series, labels)
    highs = [max((one.values[i] or 0 for one in found), default=0) for i in range(len(labels))]
    scale = _scale(max(highs, default=0))
    drawn = [_grid(scale, n), _places(labels)]
    drawn += [_line(one, place, len(labels), scale) for place, one in enumerate(found)]
    summary = _summary(title, labels, highs, t, n, word="design.chart.peak")
    return _figure(title, _svg(title, summary, drawn), labels, found, unit, t, n, are_lines=True)


def ranks(title: str, rows: Sequence[Sequence[Any]], *, t: Words, n: Figures, unit: str = "") -> Markup:
    """Return lying bars with their names and figures as text: a list that can be compared at a glance.

    `rows` are `(name, value)` or `(name, value, tone)`. It needs no table: every figure is written beside its bar.
    """
    if not rows:
        return Markup('<p class="chart-nothing">{}</p>').format(t("design.chart.nothing"))
    most = max(float(row[1]) for row in rows) or 1.0
    lines_ = _EMPTY.join(_rank(row, most, unit, n) for row in rows)
    return Markup('<ul class="ranks" aria-label="{}">{}</ul>').format(title, lines_)


def sparkline(title: str, values: Sequence[Number], *, n: Figures) -> Markup:
    """Return a line without axes, the size of a word; its title tells the first, the highest and the last figure."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return Markup('<span class="spark">–</span>')
    top, step = max(known) or 1.0, 96 / max(1, len(values) - 1)
    points = " ".join(
        f"{2 + i * step:.1f},{22 - 20 * float(v) / top:.1f}" for i, v in enumerate(values) if v is not None
    )
    told = f"{title}: {n(known[0])} → {n(known[-1])}, ↑ {n(max(known))}"
    return Markup(
        '<svg class="spark" viewBox="0 0 100 24" role="img" aria-label="{told}" preserveAspectRatio="none">'
        '<title>{told}</title><polyline points="{points}"/></svg>'
    ).format(told=told, points=points)


def _read(series: Sequence[GivenSeries], labels: Sequence[str]) -> list[Series]:
    found = [
        Series(str(one[0]), tuple(one[1]), str(one[2]) if len(one) > 2 else str(i + 1)) for i, one in enumerate(series)
    ]
    for one in found:
        if len(one.values) != len(labels):
            raise ValueError(f"series {one.name}: {len(one.values)} values for {len(labels)} labels; give one each")
    return found


def _sum(values: Any) -> float:
    return float(sum(value or 0 for value in values))


def _scale(most: float) -> tuple[float, ...]:
    """Return round figures for the axis, from 0 to above the highest value."""
    if most <= 0:
        return (0.0, 1.0)
    raw = most / _TICKS
    power = 10.0 ** floor(log10(raw))
    step = next(factor * power for factor in (1, 2, 2.5, 5, 10) if factor * power >= raw - 1e-12)
    if most >= 1 and step < 1 and most == int(most):
        step = 1.0
    return tuple(step * i for i in range(ceil(most / step - 1e-9) + 1))


def _y(value: float, scale: Sequence[float]) -> float:
    return HEIGHT - _BOTTOM - (HEIGHT - _TOP - _BOTTOM) * value / scale[-1]


def _slot(places: int) -> float:
    return (WIDTH - _LEFT - _RIGHT) / max(1, places)


def _grid(scale: Sequence[float], n: Figures) -> Markup:
    digits = 0 if all(value == int(value) for value in scale) else 1 if scale[1] * 10 == int(scale[1] * 10) else 2
    row = Markup(
        '<line class="grid" x1="{}" x2="{}" y1="{:.1f}" y2="{:.1f}"/><text class="tick" x="{}" y="{:.1f}">{}</text>'
    )
    return _EMPTY.join(
        row.format(_LEFT, WIDTH - _RIGHT, y, y, _LEFT - 8, y + 4, n(value, digits))
        for value in scale
        for y in (_y(value, scale),)
    )


def _places(labels: Sequence[str]) -> Markup:
    slot = _slot(len(labels))
    every = max(1, ceil(_LABEL_WIDTH / slot))
    text = Markup('<text class="place" x="{:.1f}" y="{}">{}</text>')
    return _EMPTY.join(
        text.format(_LEFT + slot * (i + 0.5), HEIGHT - 8, label) for i, label in enumerate(labels) if i % every == 0
    )


def _bar_place(
    series: Sequence[Series],
    i: int,
    label: str,
    places: int,
    scale: Sequence[float],
    unit: str,
    n: Figures,
    stacked: bool,
) -> Markup:
    slot = _slot(places)
    wide = min(slot * 0.78, 56.0)
    left = _LEFT + slot * i + (slot - wide) / 2
    each = wide if stacked else wide / max(1, len(series))
    base, drawn = 0.0, []
    for place, one in enumerate(series):
        value = float(one.values[i] or 0)
        if value <= 0:
            continue
        top, bottom = _y(base + value, scale), _y(base, scale)
        x = left if stacked else left + each * place
        told = f"{label} · {one.name}: {_told(value, n)}{unit and ' ' + unit}"
        drawn.append(_bar(x, top, max(1.0, each - 1), bottom - top, one.tone, told))
        base = base + value if stacked else 0.0
    return _EMPTY.join(drawn)


def _bar(x: float, y: float, width: float, height: float, tone: str, told: str) -> Markup:
    shape = Markup('<rect class="{}"{} x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{:.1f}"/>')
    return Markup("<g><title>{}</title>{}{}</g>").format(
        told, shape.format(f"fill-{tone}", _EMPTY, x, y, width, height), _hatch(shape, tone, x, y, width, height)
    )


def _hatch(shape: Markup, tone: str, *place: float) -> Markup:
    """Return the same shape with the tone's pattern, to be laid over the colour."""
    if tone not in _HATCHES:
        return _EMPTY
    return shape.format("over", Markup(' fill="url(#hatch-{})"').format(tone), *place)


def _line(one: Series, place: int, places: int, scale: Sequence[float]) -> Markup:
    slot, parts, pen_is_down = _slot(places), [], False
    for i, value in enumerate(one.values):
        if value is None:
            pen_is_down = False
            continue
        parts.append(f"{'L' if pen_is_down else 'M'}{_LEFT + slot * (i + 0.5):.1f} {_y(float(value), scale):.1f}")
        pen_is_down = True
    dash = _DASHES[place % len(_DASHES)]
    return Markup('<path class="stroke-{}" d="{}"{}/>').format(
        one.tone, " ".join(parts), Markup(' stroke-dasharray="{}"').format(dash) if dash else ""
    )


def _summary(
    title: str,
    labels: Sequence[str],
    totals: Sequence[float],
    t: Words,
    n: Figures,
    *,
    word: str = "design.chart.summary",
) -> str:
    if not any(totals):
        return f"{title}. {t('design.chart.nothing')}"
    place = max(range(len(totals)), key=lambda i: totals[i])
    digits = 0 if all(total == int(total) for total in totals) else 1
    values = {"title": title, "most": n(totals[place], digits), "place": labels[place]}
    return t(word, **values, **({"total": n(sum(totals), digits)} if word.endswith("summary") else {}))


def _svg(title: str, summary: str, drawn: Sequence[Markup]) -> Markup:
    name = "g" + hashlib.sha256(f"{title}{summary}".encode()).hexdigest()[:8]
    return Markup(
        '<svg class="chart" viewBox="0 0 {width} {height}" role="img" aria-labelledby="{name}-t {name}-d">'
        '<title id="{name}-t">{title}</title><desc id="{name}-d">{summary}</desc>{drawn}</svg>'
    ).format(width=WIDTH, height=HEIGHT, name=name, title=title, summary=summary, drawn=_EMPTY.join(drawn))


def _figure(
    title: str,
    picture: Markup,
    labels: Sequence[str],
    series: Sequence[Series],
    unit: str,
    t: Words,
    n: Figures,
    *,
    are_lines: bool = False,
) -> Markup:
    """Return the picture with its key, and the same figures folded beneath it."""
    key = _key(series, are_lines=are_lines) if len(series) > 1 else _EMPTY
    caption = f"{title} ({unit})" if unit else title
    return Markup(
        '<figure class="graph"><figcaption>{}</figcaption>{}{}'
        '<details class="figures"><summary>{}</summary>{}</details></figure>'
    ).format(caption, key, picture, t("design.chart.figures"), _table(caption, labels, series, t, n))


def _key(series: Sequence[Series], *, are_lines: bool) -> Markup:
    entry = Markup('<li><svg class="swatch" viewBox="0 0 24 12" aria-hidden="true" focusable="false">{}</svg>{}</li>')
    drawn = []
    for place, one in enumerate(series):
        if are_lines:
            dash = Markup(' stroke-dasharray="{}"').format(_DASHES[place % len(_DASHES)])
            swatch = Markup('<path class="stroke-{}" d="M1 6h22"{}/>').format(one.tone, dash)
        else:
            shape = Markup('<rect class="{}"{} x="{:.0f}" y="{:.0f}" width="{:.0f}" height="{:.0f}"/>')
            swatch = shape.format(f"fill-{one.tone}", _EMPTY, 0, 0, 24, 12) + _hatch(shape, one.tone, 0, 0, 24, 12)
        drawn.append(entry.format(swatch, one.name))
    return Markup('<ul class="legend">{}</ul>').format(_EMPTY.join(drawn))


def _table(caption: str, labels: Sequence[str], series: Sequence[Series], t: Words, n: Figures) -> Markup:
    heads = _EMPTY.join(Markup('<th scope="col" class="number">{}</th>').format(one.name) for one in series)
    rows = _EMPTY.join(
        Markup('<tr><th scope="row">{}</th>{}</tr>').format(
            label, _EMPTY.join(Markup('<td class="number">{}</td>').format(_told(one.values[i], n)) for one in series)
        )
        for i, label in enumerate(labels)
    )
    return Markup(
        '<div class="table scroll" role="region" aria-label="{figures}" tabindex="0"><table>'
        '<caption class="unseen">{caption}</caption>'
        '<thead><tr><th scope="col">{place}</th>{heads}</tr></thead><tbody>{rows}</tbody></table></div>'
    ).format(
        caption=caption,
        figures=f"{t('design.chart.figures')}: {caption}",
        place=t("design.chart.place"),
        heads=heads,
        rows=rows,
    )


def _told(value: Number, n: Figures) -> str:
    return n(value, 0 if value is None or value == int(value) else 1)


def _rank(row: Sequence[Any], most: float, unit: str, n: Figures) -> Markup:
    name, value = row[0], row[1]
    tone = row[2] if len(row) > 2 else "1"
    # An amount that is there at all is seen.
    wide = max(0.6, 100 * float(value) / most) if value else 0
    return Markup(
        '<li><span class="rank-name">{}</span><span class="rank-figure">{}{}</span>'
        '<svg class="rank-bar" viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true" focusable="false">'
        '<rect class="track" width="100" height="6"/><rect class="fill-{}" width="{:.1f}" height="6"/></svg></li>'
    ).format(escape(name), _told(value, n), unit and f" {unit}", tone, wide)
