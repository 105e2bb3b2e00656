"""A bar chart as SVG, readable on light and on dark pages."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

WIDTH, LABELS, NUMBERS = 720, 250, 70
BAR, GAP, TOP = 22, 10, 44
# Of middling lightness, so that both white and nearly black behind them give enough contrast.
OURS, OTHERS, FLOOR = "#2f81f7", "#8b949e", "#bf8700"
_STYLE = """<style>
  text { font: 14px system-ui, sans-serif; fill: #1f2328 }
  .title { font-weight: 600 }
  @media (prefers-color-scheme: dark) { text { fill: #e6edf3 } }
</style>"""


@dataclass(frozen=True)
class Bar:
    """One bar: its label, its value, its colour."""

    label: str
    value: float
    colour: str = OTHERS


def draw(title: str, bars: Sequence[Bar], *, unit: str) -> str:
    """Return the SVG; the longest bar fills the width."""
    height = TOP + len(bars) * (BAR + GAP)
    scale = (WIDTH - LABELS - NUMBERS) / max(bar.value for bar in bars)
    told = f"{title}: " + ", ".join(f"{bar.label} {bar.value:,.0f} {unit}" for bar in bars)
    words = escape(told, quote=True)
    rows = [_row(bar, TOP + number * (BAR + GAP), scale) for number, bar in enumerate(bars)]
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{words}">',
            _STYLE,
            f'<text class="title" x="0" y="20">{escape(title)}</text>',
            *rows,
            "</svg>",
            "",
        ]
    )


def _row(bar: Bar, top: int, scale: float) -> str:
    length, middle = max(1.0, bar.value * scale), top + BAR * 0.72
    return (
        f'<text x="{LABELS - 10}" y="{middle:.0f}" text-anchor="end">{escape(bar.label)}</text>'
        f'<rect x="{LABELS}" y="{top}" width="{length:.1f}" height="{BAR}" rx="3" fill="{bar.colour}"/>'
        f'<text x="{LABELS + length + 8:.1f}" y="{middle:.0f}">{bar.value:,.0f}</text>'
    )
