"""The fulfillment page: one self-contained HTML file, four levels, no network.

Belongs here: putting data, words, styles, scripts and the charting library into one file. Does not belong
here: queries (`warehouse.readers.page`), the head and the packing of data (`page_head`, `payload`),
sentences (`wording`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.language import notation
from campfill_pipeline.language.catalogue import of_scripts
from campfill_pipeline.language.speaking import Language, say, spoken, word
from campfill_pipeline.reports import payload
from campfill_pipeline.reports.main_sentence import main_sentence
from campfill_pipeline.reports.page_head import as_json, fresh, head
from campfill_pipeline.warehouse.readers.page.rows import Freshness, LineDetail, PageData

TEMPLATES = Path(__file__).with_name("templates") / "page"
ECHARTS = Path(__file__).with_name("vendor") / "echarts" / "echarts.custom.min.js"
SCRIPT = TEMPLATES / "built" / "page.js"
"""The scripts, bundled by `make page`: what stands beside it, from `main.js` on."""
STYLES = ("theme", "frame", "figures", "levels", "narrow", "paper")
DETAIL_BUDGET = 2_600_000
MOST_DETAILS = 10_000
MOST_LINES = 60_000
NO_SCRIPT_LINES = 25
PERIODS = {"7d": "the last 7 days", "30d": "the last 30 days", "this_year": "this year"}


@dataclass(frozen=True)
class PageFacts:
    """What was written: for the asset's metadata and the command line."""

    bytes: int
    lines: int
    lines_left_out: int
    lines_with_detail: int
    details_left_out: int


def renewed(text: str, freshness: Freshness, made_at: datetime) -> str:
    """A page's text with another freshness, all its figures as they are."""
    opening = '<script type="application/json" id="head">'
    before, _, rest = text.partition(opening)
    head, closing, after = rest.partition("</script>")
    told = orjson.loads(head)
    as_of, zone = date.fromisoformat(told["as_of"]), ZoneInfo(told["timezone"])
    return f"{before}{opening}{as_json(told | fresh(freshness, made_at, as_of, zone))}{closing}{after}"


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def render(
    data: PageData, details: Iterable[LineDetail], rules: FulfillmentRules, made_at: datetime
) -> tuple[str, PageFacts]:
    """The page's text, and what it holds. `details` come in order of importance."""
    shown = data.lines[:MOST_LINES]
    left_out = len(data.lines) - len(shown)
    uploads = {upload.upload_id: at for at, upload in enumerate(data.uploads)}
    packed = payload.pack_details(details, budget=DETAIL_BUDGET)
    history = {
        line_id.hex: payload.revision_entries(entries, uploads) for line_id, entries in data.revisions.items()
    }
    names = {line.id: line.name for line in data.lines}
    blocks = [
        payload.packed("lines", payload.line_columns(data, shown, packed.chunk_of, uploads)),
        payload.packed("revisions", history),
        payload.packed("disagreements", payload.disagreements(data)),
        payload.packed("struck", payload.struck(data)),
        payload.packed("care", payload.care(data)),
        payload.packed("counts", payload.second_counts(data)),
        *packed.blocks,
    ]
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    text = environment.get_template("page.html").render(
        as_of=data.as_of.isoformat(),
        css=Markup("\n".join(_source(f"{name}.css") for name in STYLES)),
        script=Markup(SCRIPT.read_text(encoding="utf-8")),
        echarts=Markup(ECHARTS.read_text(encoding="utf-8")),
        head=as_json(head(data, rules, made_at, left_out)),
        blocks=blocks,
        messages=as_json({str(language): of_scripts(language) for language in Language}),
        language=spoken(),
        say=say,
        word=word,
        day=notation.day(data.as_of),
        number=notation.number,
        periods=PERIODS,
        main_sentence=main_sentence(data),
        known_then=data.known == "then",
        totals=[w for w in data.windows if w.kind == "all" and w.purchase_type == "all"],
        attention=[
            {"name": names[item.line_id], "reason": str(item.reason)}
            for item in data.attention[:NO_SCRIPT_LINES]
        ],
    )
    facts = PageFacts(
        bytes=len(text.encode("utf-8")),
        lines=len(shown),
        lines_left_out=left_out,
        lines_with_detail=len(packed.chunk_of),
        details_left_out=packed.left_out,
    )
    return text, facts
