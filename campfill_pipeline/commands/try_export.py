"""`campfill connect try FILE.toml --file EXPORT`: what would become of an export file, by a description.

Belongs here: gathering and showing. Does not belong here: the notation of descriptions (reporting/description),
reading and judging files (intake).
"""

from __future__ import annotations

import tempfile
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from rich.markup import escape

from campfill_pipeline.commands import render, trials
from campfill_pipeline.domain import described_exports
from campfill_pipeline.domain.columns import normal_header
from campfill_pipeline.domain.uploads import UploadKind
from campfill_pipeline.intake import kept_exports
from campfill_pipeline.intake.findings import Parsed
from campfill_pipeline.intake.judge.exports import validate_export
from campfill_pipeline.intake.process.parser import Parser
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many, word
from campfill_pipeline.reporting.description import export_files
from campfill_pipeline.settings import Settings, environment

COLUMNS = ("header", "means")
_SHOWN_ROWS = 5
_SHOWN_ISSUES = 20


def tried(settings: Settings, description: Path, file: Path) -> dict[str, Any]:
    """What would be stored of a file, by this description: counts, issues, sums and first rows."""
    text = export_files.load(description, environment())
    by = described_exports.read(text)
    with (
        tempfile.TemporaryDirectory(prefix="campfill-try-") as folder,
        Parser(kept_exports.limits(settings), {by.name: text}) as parser,
    ):
        work = Path(folder)
        parsed = parser.parse(file, file.name, work)
        told: dict[str, Any] = {
            "file": file.name, "description": by.name, "kind": parsed.kind, "reason": parsed.reason,
            "message": parsed.message, "hint": parsed.hint, "notes": list(parsed.notes),
            "columns": _columns(parsed, by), "rows": None, "issues": [], "stored": None, "first": [],
        }  # fmt: skip
        if parsed.reason is None and parsed.read_by != by.name:
            told["reason"] = "not_read_by_it"
            return told
        if parsed.kind != UploadKind.REPORT_CSV or parsed.reason is not None:
            return told
        possible = kept_exports.possible(datetime.now(UTC))
        verdict = validate_export(parsed, work, possible=possible, zone=settings.timezone, by=by)
        told["reason"] = verdict.reason
        told |= trials.judged(verdict)
        with pa.ipc.open_stream(str(verdict.lines)) as rows:
            stored = rows.read_all()
        told["stored"] = _stored(stored, settings, by_day=verdict.by_day)
        told["first"] = _first(stored, settings, by_day=verdict.by_day)
        return told


def _columns(parsed: Parsed, by: described_exports.DescribedExport) -> list[dict[str, str]]:
    """What each header of the file means by the description."""
    headers = [column.header for table in parsed.tables[:1] for column in table.columns]
    if parsed.read_by != by.name:
        return []
    bound = by.bound(headers)
    found = []
    for header in headers:
        name = bound.names[normal_header(header)]
        fields = [ours for ours, (parts, others) in bound.fields.items() if name in (*parts, *others)]
        found.append({"header": header, "means": ", ".join(fields) or "-"})
    return found


def _stored(rows: pa.Table, settings: Settings, *, by_day: bool) -> dict[str, Any]:
    zone = settings.timezone
    hours = pc.unique(rows["hour_utc"]).to_pylist()
    days = sorted({hour.astimezone(zone).date() for hour in hours})
    return {
        "grain": "day" if by_day else "hour",
        "rows": rows.num_rows,
        "impressions": (pc.sum(rows["impressions"]).as_py() or Decimal(0)).normalize(),
        "campaigns": pc.count_distinct(rows["campaign_id"], mode="only_valid").as_py(),
        "deals": pc.count_distinct(rows["deal_id"], mode="only_valid").as_py(),
        "sites": pc.count_distinct(rows["site"].filter(pc.not_equal(rows["site"], ""))).as_py(),
        "first_day": days[0] if days else None,
        "last_day": days[-1] if days else None,
    }


def _first(rows: pa.Table, settings: Settings, *, by_day: bool) -> list[dict[str, Any]]:
    """The first rows as they would be stored, without what is empty; hours in the house's zone."""
    found = []
    for row in rows.slice(0, _SHOWN_ROWS).to_pylist():
        local = row.pop("hour_utc").astimezone(settings.timezone)
        when = {"day": local.date()} if by_day else {"hour": local}
        found.append({**when, **{name: value for name, value in row.items() if value not in (None, "")}})
    return found


@render.aloud
def show(told: dict[str, Any]) -> None:
    """The same on a terminal."""
    console = render.console()
    named = {"file": escape(told["file"]), "name": escape(told["description"])}
    if told["reason"] == "not_read_by_it":
        kind = escape(told["kind"])
        console.print(
            "[red]▲[/] "
            + say(
                "{file} is not read by {name}: it has the header of another file ({kind}).",
                kind=kind,
                **named,
            )
        )
    elif told["rows"] is None:
        console.print(
            "[red]▲[/] " + say("{file} would be rejected ({reason}).", reason=told["reason"], **named)
        )
        console.print(escape(f"{retold(told['message'] or '')} {retold(told['hint'] or '')}".strip()))
    else:
        _show_rows(told)
    console.print(say("Nothing was stored."))


def _show_rows(told: dict[str, Any]) -> None:
    console = render.console()
    trials.show_counts(told)
    for note in told["notes"]:
        console.print(f"  {retold(note)}", markup=False)
    table = render.table(*((title, "left") for title in COLUMNS))
    for column in told["columns"]:
        table.add_row(escape(column["header"]), escape(column["means"]))
    console.print(table)
    for row in told["first"]:
        console.print(
            "  " + ", ".join(f"{name}: {_written(value)}" for name, value in row.items()), markup=False
        )
    trials.show_issues(told, _SHOWN_ISSUES)
    stored = told["stored"]
    console.print(
        say_many(
            "A drop would store {rows} row by the {grain}: {impressions} impressions, {campaigns} campaigns, {deals} "
            "deals, {sites} sites, {first} to {last}.",
            "A drop would store {rows} rows by the {grain}: {impressions} impressions, {campaigns} campaigns, {deals} "
            "deals, {sites} sites, {first} to {last}.",
            stored["rows"],
            grain=word(stored["grain"]),
            first=render.on(stored["first_day"]) if stored["first_day"] else "–",
            last=render.on(stored["last_day"]) if stored["last_day"] else "–",
            impressions=notation.number(Decimal(f"{stored['impressions']:f}")),
            **{key: notation.number(stored[key]) for key in ("rows", "campaigns", "deals", "sites")},
        )
    )


def _written(value: object) -> str:
    if isinstance(value, datetime):
        return value.strftime("%Y-%m-%d %H:%M")
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
