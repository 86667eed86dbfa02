"""A log-log chart as an SVG for the docs: on it, work that grows with its input is a straight line at 45 degrees."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

_WIDTH, _HEIGHT = 640, 360
_LEFT, _RIGHT, _TOP, _BOTTOM = 80, 30, 50, 60


def log_log_chart(title: str, x_label: str, y_label: str, points: Sequence[tuple[float, float]]) -> str:
    """SVG text of measured points (both above 0), with a dashed line through the last one: exactly linear growth."""
    x_low, x_high = _decades(x for x, _ in points)
    linear = [(points[-1][0] * scale, points[-1][1] * scale) for scale in (points[0][0] / points[-1][0], 1)]
    y_low, y_high = _decades([y for _, y in points] + [y for _, y in linear])

    def place(x: float, y: float) -> tuple[float, float]:
        across = (math.log10(x) - x_low) / (x_high - x_low)
        up = (math.log10(y) - y_low) / (y_high - y_low)
        return _LEFT + across * (_WIDTH - _LEFT - _RIGHT), _HEIGHT - _BOTTOM - up * (_HEIGHT - _TOP - _BOTTOM)

    parts = [f'<text x="{_LEFT}" y="26" font-size="15" font-weight="600">{title}</text>']
    for decade in range(x_low, x_high + 1):
        x, bottom = place(10**decade, 10**y_low)
        parts.append(f'<line x1="{x:.1f}" y1="{_TOP}" x2="{x:.1f}" y2="{bottom:.1f}" stroke="#d5dde5"/>')
        parts.append(f'<text x="{x:.1f}" y="{bottom + 20:.1f}" text-anchor="middle">{10**decade:,}</text>')
    for decade in range(y_low, y_high + 1):
        left, y = place(10**x_low, 10**decade)
        parts.append(f'<line x1="{left}" y1="{y:.1f}" x2="{_WIDTH - _RIGHT}" y2="{y:.1f}" stroke="#d5dde5"/>')
        parts.append(f'<text x="{left - 8}" y="{y + 4:.1f}" text-anchor="end">{10**decade:g}</text>')
    strokes = ('stroke="#5b7085" stroke-dasharray="6 4"', 'stroke="#0072b2" stroke-width="2.5"')
    for where, shape in zip((linear, points), strokes, strict=True):
        path = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in where))
        parts.append(f'<polyline points="{path}" fill="none" {shape}/>')
    for point in points:
        x, y = place(*point)
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4.5" fill="#0072b2"/>')
        parts.append(f'<text x="{x:.1f}" y="{y - 11:.1f}" text-anchor="middle">{point[1]:.3g}</text>')
    middle = _LEFT + (_WIDTH - _LEFT - _RIGHT) / 2
    parts.append(
        f'<text x="{middle}" y="{_HEIGHT - 14}" text-anchor="middle">{x_label} (dashed: exactly linear)</text>'
    )
    turned = f'x="18" y="{_HEIGHT / 2}" transform="rotate(-90 18 {_HEIGHT / 2})"'
    parts.append(f'<text {turned} text-anchor="middle">{y_label}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif"'
        ' font-size="12" fill="#223"><rect width="100%" height="100%" fill="#fff"/>'
        + "".join(parts)
        + "</svg>\n"
    )


def _decades(values: Iterable[float]) -> tuple[int, int]:
    numbers = [math.log10(value) for value in values]
    low, high = math.floor(min(numbers)), math.ceil(max(numbers))
    return low, max(high, low + 1)
