"""Small pictures for asset descriptions: the flow with one box marked, as a data-URI SVG.

The web UI drops HTML and shows Mermaid as text, but it shows pictures.
"""

from __future__ import annotations

import base64

_STAGES = (
    ("inbox", ""),
    ("sheets", "upload_sheets"),
    ("verdicts", "validated_lines"),
    ("register", "lines"),
    ("fulfillment", "fulfillment"),
    ("report", "fulfillment_report"),
)
_DELIVERY = (
    ("reporting API", ""),
    ("hours", "delivery_hourly"),
    ("days", "delivery_daily"),
)
_WIDTH, _HEIGHT, _GAP = 104, 30, 18


def _box(x: int, y: int, text: str, *, marked: bool, outside: bool) -> str:
    fill = "#0072b2" if marked else ("none" if outside else "#e8eef4")
    ink = "#ffffff" if marked else "#334"
    dash = ' stroke-dasharray="4 3"' if outside else ""
    return (
        f'<rect x="{x}" y="{y}" width="{_WIDTH}" height="{_HEIGHT}" rx="6" fill="{fill}" stroke="#5b7085"{dash}/>'
        f'<text x="{x + _WIDTH // 2}" y="{y + 20}" text-anchor="middle" fill="{ink}">{text}</text>'
    )


def _arrow(x1: int, y1: int, x2: int, y2: int) -> str:
    return f'<path d="M{x1} {y1} L{x2} {y2}" stroke="#5b7085" fill="none" marker-end="url(#a)"/>'


def flow_picture(marked: str) -> str:
    """Markdown of a picture of the whole flow in which the box of asset `marked` stands out."""
    step = _WIDTH + _GAP
    parts = []
    for column, (text, asset) in enumerate(_STAGES):
        x = 4 + column * step
        parts.append(_box(x, 8, text, marked=asset == marked and bool(asset), outside=not asset))
        if column:
            parts.append(_arrow(x - _GAP, 23, x - 3, 23))
    for column, (text, asset) in enumerate(_DELIVERY):
        x = 4 + (column + 1) * step
        parts.append(_box(x, 62, text, marked=asset == marked and bool(asset), outside=not asset))
        if column:
            parts.append(_arrow(x - _GAP, 77, x - 3, 77))
    last = 4 + 3 * step + _WIDTH
    parts.append(_arrow(last, 77, 4 + 4 * step + 20, 41))
    width = 4 + len(_STAGES) * step
    svg = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="100" font-family="sans-serif" font-size="12">'
        '<defs><marker id="a" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">'
        '<path d="M0 0 L8 4 L0 8 z" fill="#5b7085"/></marker></defs>' + "".join(parts) + "</svg>"
    )
    return f"![the flow](data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()})"
