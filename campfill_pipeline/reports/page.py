"""The fulfillment page: one self-contained HTML file, four levels, no network.

Belongs here: putting data, words, styles, scripts and the charting library into one file. Does not belong
here: queries (`warehouse.report_data`), the packing of data (`payload`), sentences (`wording`).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from campfill_pipeline.domain.fulfillment import FulfillmentRules, Lifecycle
from campfill_pipeline.reports import payload, wording
from campfill_pipeline.warehouse.readers.page_rows import Freshness, LineDetail, LineRow, ReportData

TEMPLATES = Path(__file__).with_name("templates") / "page"
ECHARTS = Path(__file__).with_name("vendor") / "echarts" / "echarts.custom.min.js"
SCRIPT = TEMPLATES / "built" / "page.js"
"""The scripts, bundled by `make page`: what stands beside it, from `main.js` on."""
STYLES = ("theme", "frame", "figures", "levels", "narrow", "paper")
DETAIL_BUDGET = 2_600_000
MOST_DETAILS = 10_000
MOST_LINES = 60_000
NO_SCRIPT_LINES = 25


@dataclass(frozen=True)
class PageFacts:
    """What was written: for the asset's metadata and the command line."""

    bytes: int
    lines: int
    lines_left_out: int
    lines_with_detail: int
    details_left_out: int


def _text(value: object) -> object:
    """Decimals as exact text, dates as ISO: what the head's JSON holds."""
    if isinstance(value, Decimal):
        return payload.exact(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def _category(kind: str, purchase_type: str) -> str:
    return f"{kind}/{purchase_type}"


def _trend(data: ReportData) -> dict[str, dict[str, list[object]]]:
    columns: dict[str, dict[str, list[object]]] = defaultdict(
        lambda: {"days": [], "pct": [], "change": [], "trend": []}
    )
    for row in data.trend:
        column = columns[_category(row.kind, row.purchase_type)]
        column["days"].append(row.day)
        column["pct"].append(row.fulfilled_pct)
        column["change"].append(row.change)
        column["trend"].append(row.trend)
    return columns


def _live(lines: Iterable[LineRow]) -> dict[str, dict[str, object]]:
    counted: Counter[str] = Counter()
    euros: dict[str, Decimal] = defaultdict(Decimal)
    for line in lines:
        if line.lifecycle == Lifecycle.LIVE and line.covered and line.pace:
            counted[line.pace] += 1
            euros[line.pace] += line.value_at_risk_eur or Decimal(0)
    return {str(pace): {"lines": counted[pace], "eur": euros[pace]} for pace in wording.PACES}


def _piles(data: ReportData) -> list[dict[str, object]]:
    """How many disagreements of each kind; those about lines that were not fully fetched are told apart."""
    counted = Counter(row.kind_of_issue for row in data.reconciliation)
    unfetched = Counter(
        row.kind_of_issue for row in data.reconciliation if row.detail.get("covered") is False
    )
    return [
        {"kind_of_issue": kind, "count": count, "unfetched": unfetched[kind]}
        for kind, count in counted.most_common()
    ]


def _fresh(freshness: Freshness, made_at: datetime) -> dict[str, object]:
    """The part of the head that may change while all figures stay as they are."""
    return {
        "made_at": made_at,
        "freshness": {
            **asdict(freshness),
            "gap_note": wording.gap_note(freshness.gaps),
            "doubt_note": wording.doubt_note(freshness),
        },
    }


def _head(data: ReportData, rules: FulfillmentRules, made_at: datetime, left_out: int) -> dict[str, object]:
    """What the first level needs, uncompressed, so that it is drawn at once."""
    by_id = {line.id: line for line in data.lines}
    begun = [line for line in data.lines if line.lifecycle != Lifecycle.SCHEDULED]
    return {
        "as_of": data.as_of,
        **_fresh(data.freshness, made_at),
        "timezone": data.timezone,
        "words": wording.page_words(rules.bands),
        "windows": [asdict(row) for row in data.windows],
        "trend": _trend(data),
        "losses": [asdict(row) for row in data.losses],
        "attention": [
            {
                "id": item.line_id,
                "reason": item.reason,
                "value_at_risk_eur": item.value_at_risk_eur,
                "name": by_id[item.line_id].name,
                "kind": by_id[item.line_id].kind,
                "purchase_type": by_id[item.line_id].purchase_type,
            }
            for item in data.attention[: payload.MOST_ATTENTION]
        ],
        "attention_count": len(data.attention),
        "live": _live(data.lines),
        "reconciliation": _piles(data),
        "coverage": {
            "begun": len(begun),
            "judged": sum(line.covered for line in begun),
            "scheduled": len(data.lines) - len(begun),
        },
        "uploads": [{"file_name": u.file_name, "received_at": u.received_at} for u in data.uploads],
        "left_out": left_out,
        "limits": {
            "pct": [
                float(limit) for limit in (rules.bands.goal_met, rules.bands.near_goal, rules.bands.moderate)
            ],
            "pace": [float(rules.behind_below)],
        },
    }


def renewed(text: str, freshness: Freshness, made_at: datetime) -> str:
    """A page's text with another freshness, all its figures as they are."""
    opening = '<script type="application/json" id="head">'
    before, _, rest = text.partition(opening)
    head, closing, after = rest.partition("</script>")
    return f"{before}{opening}{_json(orjson.loads(head) | _fresh(freshness, made_at))}{closing}{after}"


def _json(content: object) -> Markup:
    text = orjson.dumps(content, default=_text, option=orjson.OPT_UTC_Z).decode("utf-8")
    return Markup(text.replace("<", "\\u003c"))


def _source(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


def render(
    data: ReportData, details: Iterable[LineDetail], rules: FulfillmentRules, made_at: datetime
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
        head=_json(_head(data, rules, made_at, left_out)),
        blocks=blocks,
        totals=[w for w in data.windows if w.kind == "all" and w.purchase_type == "all"],
        attention=[
            {"name": names[item.line_id], "reason": item.reason} for item in data.attention[:NO_SCRIPT_LINES]
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
