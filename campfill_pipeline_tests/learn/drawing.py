"""The course's pictures: SVG made from text, in colours that follow the reader's light or dark screen.

A picture is a text file of lines: `title TEXT`, `size COLUMNS ROWS`, `box ID COLUMN ROW WIDTH [good|bad] "TEXT"`,
`arrow FROM TO [good|bad] ["TEXT"]`, `note COLUMN ROW "TEXT"`, `axes COLUMN ROW WIDTH HEIGHT "X" "Y"` and
`curve [good|bad] "TEXT" X,Y X,Y …` with X and Y from 0 to 1 within the last axes. `|` breaks a text's line.
"""

from __future__ import annotations

import shlex
from dataclasses import dataclass, field
from html import escape
from pathlib import Path

PICTURES = Path(__file__).parents[2] / "docs" / "learn" / "pictures"
CELL_W, CELL_H, BOX_H, MARGIN = 40, 34, 54, 14
STYLE = """<style>
text { font: 14px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #1f2933; }
.paper { fill: #ffffff; } .box { fill: #f2f4f7; stroke: #5b6b7b; stroke-width: 1.5; }
.good { fill: #dcebfa; stroke: #0b62a8; } .bad { fill: #fdebd8; stroke: #b35300; stroke-dasharray: 6 4; }
.line { fill: none; stroke: #5b6b7b; stroke-width: 1.8; } .line.good { stroke: #0b62a8; }
.line.bad { stroke: #b35300; } .tip { fill: #5b6b7b; } .small { font-size: 12.5px; fill: #4a5866;
paint-order: stroke; stroke: #ffffff; stroke-width: 5px; stroke-linejoin: round; }
@media (prefers-color-scheme: dark) {
text { fill: #e6ebf0; } .paper { fill: #12181f; } .box { fill: #1e2832; stroke: #8fa1b3; }
.good { fill: #123553; stroke: #6db5f2; } .bad { fill: #46290c; stroke: #f2a65a; }
.line { stroke: #8fa1b3; } .line.good { stroke: #6db5f2; } .line.bad { stroke: #f2a65a; }
.tip { fill: #8fa1b3; } .small { fill: #b4c1cd; stroke: #12181f; } .line.good, .line.bad { fill: none; }
}
.line.good, .line.bad { fill: none; }
</style>"""
TIP = (
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" markerHeight="7" '
    'orient="auto-start-reverse"><path class="tip" d="M0 0L10 5L0 10z"/></marker></defs>'
)


@dataclass(frozen=True)
class _Box:
    x: float
    y: float
    w: float
    h: float

    @property
    def middle(self) -> tuple[float, float]:
        return self.x + self.w / 2, self.y + self.h / 2

    def edge_towards(self, other: _Box) -> tuple[float, float]:
        """Where a line from the middle to the other's middle leaves the box."""
        (cx, cy), (ox, oy) = self.middle, other.middle
        dx, dy = ox - cx, oy - cy
        across = abs(self.w / 2 / dx) if dx else float("inf")
        along = abs(self.h / 2 / dy) if dy else float("inf")
        part = min(across, along)
        return cx + dx * part, cy + dy * part


@dataclass
class _Drawing:
    parts: list[str] = field(default_factory=list)
    boxes: dict[str, _Box] = field(default_factory=dict)
    axes: _Box = field(default_factory=lambda: _Box(0, 0, 0, 0))

    def text(self, x: float, y: float, words: str, *, anchor: str = "middle", small: bool = False) -> None:
        lines = words.split("|")
        top = y - (len(lines) - 1) * 8.5 + 5
        kind = ' class="small"' if small else ""
        for number, line in enumerate(lines):
            self.parts.append(
                f'<text x="{x:g}" y="{top + 17 * number:g}" text-anchor="{anchor}"{kind}>{escape(line)}</text>'
            )

    def box(self, name: str, column: str, row: str, width: str, *more: str) -> None:
        kind, words = (more[0], more[1]) if len(more) == 2 else ("", more[0])
        height = max(BOX_H, 20 + 17 * (words.count("|") + 1))
        box = _Box(MARGIN + float(column) * CELL_W, 44 + float(row) * CELL_H, float(width) * CELL_W, height)
        self.boxes[name] = box
        self.parts.append(
            f'<rect class="box {kind}" x="{box.x:g}" y="{box.y:g}" width="{box.w:g}" height="{box.h:g}" rx="6"/>'
        )
        self.text(*box.middle, words)

    def arrow(self, start: str, end: str, *more: str) -> None:
        kind = more[0] if more and more[0] in {"good", "bad"} else ""
        words = more[-1] if more and more[-1] not in {"good", "bad"} else ""
        a, b = self.boxes[start], self.boxes[end]
        (x1, y1), (x2, y2) = a.edge_towards(b), b.edge_towards(a)
        self.parts.append(
            f'<path class="line {kind}" marker-end="url(#tip)" d="M{x1:.1f} {y1:.1f}L{x2:.1f} {y2:.1f}"/>'
        )
        if words:
            flat = abs(y2 - y1) < 12
            above = 11 + 8.5 * words.count("|")
            x, y = (x1 + x2) / 2, (y1 + y2) / 2
            self.text(
                x if flat else x + 8, y - above if flat else y, words,
                anchor="middle" if flat else "start", small=True,
            )  # fmt: skip

    def note(self, column: str, row: str, words: str) -> None:
        self.text(
            MARGIN + float(column) * CELL_W, 44 + float(row) * CELL_H + 12, words, anchor="start", small=True
        )

    def frame(self, column: str, row: str, width: str, height: str, across: str, up: str) -> None:
        box = _Box(MARGIN + float(column) * CELL_W, 44 + float(row) * CELL_H,
                   float(width) * CELL_W, float(height) * CELL_H)  # fmt: skip
        self.axes = box
        bottom = box.y + box.h
        self.parts.append(f'<path class="line" d="M{box.x:g} {box.y:g}V{bottom:g}H{box.x + box.w:g}"/>')
        self.text(box.x + box.w / 2, bottom + 16, across, small=True)
        self.text(box.x + 6, box.y - 8, up, anchor="start", small=True)

    def curve(self, *words: str) -> None:
        kind = words[0] if words[0] in {"good", "bad"} else ""
        label, *points = words[1:] if kind else words
        box = self.axes
        placed = [
            (box.x + float(x) * box.w, box.y + (1 - float(y)) * box.h)
            for x, y in (point.split(",") for point in points)
        ]
        path = "L".join(f"{x:.1f} {y:.1f}" for x, y in placed)
        self.parts.append(f'<path class="line {kind}" d="M{path}"/>')
        self.text(placed[-1][0] + 6, placed[-1][1], label, anchor="start", small=True)


def _words(line: str) -> list[str]:
    """Words of a line, those in double quotes together; an apostrophe is one."""
    reader = shlex.shlex(line, posix=True, punctuation_chars=False)
    reader.quotes, reader.whitespace_split, reader.commenters, reader.escape = '"', True, "#", ""
    return list(reader)


def draw(source: str) -> str:
    """The SVG of a picture's text."""
    drawing, title, size = _Drawing(), "", (10.0, 5.0)
    for line in source.splitlines():
        word, *rest = _words(line) or [""]
        match word:
            case "":
                continue
            case "title":
                title = " ".join(rest)
            case "size":
                size = float(rest[0]), float(rest[1])
            case "box":
                drawing.box(*rest)
            case "arrow":
                drawing.arrow(*rest)
            case "note":
                drawing.note(*rest)
            case "axes":
                drawing.frame(*rest)
            case "curve":
                drawing.curve(*rest)
            case _:
                raise ValueError(f"a picture has no {word!r}: {line}")
    width, height = size[0] * CELL_W + 2 * MARGIN, size[1] * CELL_H + 44 + MARGIN
    head = (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
        f'role="img" aria-label="{escape(title, quote=True)}">'
    )
    paper = f'<rect class="paper" width="{width:g}" height="{height:g}" rx="8"/>'
    heading = f'<text x="{MARGIN}" y="26" font-weight="600">{escape(title)}</text>'
    return "\n".join([head, STYLE, TIP, paper, heading, *drawing.parts, "</svg>"]) + "\n"


def pictures() -> dict[Path, str]:
    """Each picture's file and what must stand in it."""
    return {
        source.with_suffix(".svg"): draw(source.read_text(encoding="utf-8"))
        for source in sorted(PICTURES.glob("*.txt"))
    }


def write() -> None:
    """Draw every picture anew."""
    for file, svg in pictures().items():
        file.write_text(svg, encoding="utf-8")


if __name__ == "__main__":
    write()
