"""Small drawings for asset metadata, as SVG text without any library.

Belongs here: bars by row and by month, and lines of bars. Does not belong here: what is drawn (assets) and how it reaches the UI (metadata.py).
Every drawing names what it shows and whether the figures are synthetic; a month without a figure is a mark of its own, not a bar of height zero.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.sax.saxutils import escape

WIDTH, LEFT, ROW, TOP = 640, 232, 19, 54
INK, SOFT, BAR, ABSENT = "#1f2a37", "#64748b", "#2f6fb2", "#b45309"
SYNTHETIC = "synthetic data"


def bars(title: str, values: Mapping[str, float | None], *, note: str = "", digits: int = 0) -> str:
    """One horizontal bar a name, in the order given, its number behind it. A value that is None is told as absent."""
    top = max((v for v in values.values() if v is not None), default=0) or 1
    wide = WIDTH - LEFT - 90
    parts = []
    for n, (name, value) in enumerate(values.items()):
        y = TOP + n * ROW
        parts.append(_text(LEFT - 8, y + 13, name, anchor="end"))
        if value is None:
            parts.append(_text(LEFT, y + 13, "no figure", ABSENT))
        else:
            length = max(value / top * wide, 0.5 if value else 0)
            parts.append(f'<rect x="{LEFT}" y="{y + 3}" width="{length:.1f}" height="{ROW - 6}" fill="{BAR}"/>')
            parts.append(_text(LEFT + length + 6, y + 13, f"{value:,.{digits}f}", SOFT))
    return _frame(title, note, TOP + len(values) * ROW, parts)


def months(title: str, periods: Sequence[str], rows: Mapping[str, Mapping[str, float]], *, note: str = "") -> str:
    """One line a name with one upright bar a period, each line to its own scale, and its sum at the end. A period that a name lacks is a mark."""
    step = min((WIDTH - LEFT - 90) / max(len(periods), 1), 44)
    parts = []
    for n, period in enumerate(periods):
        if len(periods) <= 13 or n % 3 == 0:
            parts.append(_text(LEFT + n * step + step / 2, TOP - 4, period, SOFT, anchor="middle", size=9))
    for line, (name, found) in enumerate(rows.items()):
        y, top = TOP + line * ROW, max(found.values(), default=0) or 1
        parts.append(_text(LEFT - 8, y + 14, name, anchor="end"))
        for n, period in enumerate(periods):
            x, value = LEFT + n * step, found.get(period)
            if value is None:
                parts.append(_text(x + step / 2, y + 14, "×", ABSENT, anchor="middle"))
                continue
            high = value / top * (ROW - 4)
            place = (
                f'x="{x + step * 0.15:.1f}" y="{y + ROW - 2 - high:.1f}" width="{step * 0.7:.1f}" height="{high:.1f}"'
            )
            parts.append(
                f'<rect {place} fill="{BAR}"><title>{escape(name)} {escape(period)}: {value:,.0f}</title></rect>'
            )
        parts.append(_text(LEFT + len(periods) * step + 8, y + 14, f"{sum(found.values()):,.0f}", SOFT))
    return _frame(title, note, TOP + len(rows) * ROW, parts)


def sparkline(title: str, values: Mapping[str, float], *, note: str = "") -> str:
    """Upright bars in the order given (say, nights), the last one with its name and number."""
    shown = dict(list(values.items())[-60:])
    top, high = max(shown.values(), default=0) or 1, 48
    step = min((WIDTH - 160) / max(len(shown), 1), 36)
    parts = []
    for n, (name, value) in enumerate(shown.items()):
        tall = value / top * high
        place = f'x="{8 + n * step:.1f}" y="{TOP + high - tall:.1f}" width="{step * 0.75:.1f}" height="{tall:.1f}"'
        parts.append(f'<rect {place} fill="{BAR}"><title>{escape(name)}: {value:,.0f}</title></rect>')
    parts.append(f'<path d="M8 {TOP + high + 0.5}h{len(shown) * step:.1f}" stroke="{SOFT}"/>')
    if shown:
        name, value = list(shown.items())[-1]
        parts.append(_text(16 + len(shown) * step, TOP + high - 2, f"{name}: {value:,.0f}", SOFT))
    return _frame(title, note, TOP + high + 6, parts)


def _text(x: float, y: float, text: str, fill: str = INK, *, anchor: str = "start", size: int = 11) -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" fill="{fill}" font-size="{size}" text-anchor="{anchor}">{escape(text)}</text>'
    )


def _frame(title: str, note: str, height: float, parts: Sequence[str]) -> str:
    """The drawing on a white ground, readable in a light and a dark UI."""
    high = int(height) + 12
    head = [
        f'<rect width="{WIDTH}" height="{high}" fill="#ffffff"/>',
        f'<text x="8" y="18" fill="{INK}" font-size="14" font-weight="600">{escape(title)}</text>',
        _text(8, 34, note, SOFT, size=11),
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{high}" viewBox="0 0 {WIDTH} {high}" '
        f'font-family="system-ui, sans-serif">{"".join([*head, *parts])}</svg>'
    )
