"""A chart of sizes by month as an SVG for the docs: one line each, named at its end."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

_WIDTH, _HEIGHT = 760, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 60, 240, 50, 50
_COLOURS = ("#0072b2", "#d55e00", "#009e73", "#5b7085", "#cc79a7")
_APART = 15  # names do not stand closer than this


def months_chart(title: str, series: Mapping[str, Sequence[int]]) -> str:
    """SVG text of bytes at the end of each month, by name."""
    months = max(len(values) for values in series.values())
    highest = max(max(values) for values in series.values()) / 1e6
    step = next(step for step in (10, 20, 50, 100, 200, 500, 1000, 2000) if highest / step <= 8)
    top = step * (int(highest / step) + 1)

    def place(month: int, size: float) -> tuple[float, float]:
        across = (month - 1) / max(months - 1, 1)
        return (
            _LEFT + across * (_WIDTH - _LEFT - _RIGHT),
            _HEIGHT - _BOTTOM - size / 1e6 / top * (_HEIGHT - _TOP - _BOTTOM),
        )

    parts = [f'<text x="{_LEFT}" y="26" font-size="15" font-weight="600">{title}</text>']
    for size in range(0, top + 1, step):
        _, y = place(1, size * 1e6)
        parts.append(
            f'<line x1="{_LEFT}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#d5dde5"/>'
        )
        parts.append(f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{size}</text>')
    for month in range(1, months + 1):
        x, y = place(month, 0)
        parts.append(f'<text x="{x:.1f}" y="{y + 20:.1f}" text-anchor="middle">{month}</text>')
    ends = sorted((place(months, values[-1])[1], name) for name, values in series.items())
    heights: dict[str, float] = {}
    for y, name in ends:
        heights[name] = max(y, max(heights.values(), default=-_APART) + _APART)
    for (name, values), colour in zip(series.items(), _COLOURS, strict=False):
        points = [place(month, size) for month, size in enumerate(values, start=1)]
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2.5"/>')
        told = f"{name}: {values[-1] / 1e6:,.0f}"
        parts.append(
            f'<text x="{points[-1][0] + 10:.1f}" y="{heights[name] + 4:.1f}" fill="{colour}">{told}</text>'
        )
    middle = _LEFT + (_WIDTH - _LEFT - _RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{_HEIGHT - 10}" text-anchor="middle">months of 30 days</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
        ' font-size="12" fill="#223"><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(parts)
        + "</svg>\n"
    )
