"""`campfill ingest`: the upload job, now, in this process, on given files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
from campfill_pipeline.intake.receipt.words import told_of
from campfill_pipeline.language import notation
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, say_many, word
from campfill_pipeline.settings import load_settings

REJECTED_ROWS, REJECTED_FILE = 3, 4


def run(files: list[Path], *, quiet: bool) -> tuple[list[dict[str, Any]], int]:
    """Process the files in order. Returns one report per file, as in the contract, and the exit code."""
    from campfill_pipeline.defs.ingest import ingest
    from campfill_pipeline.defs.local_runs import local_runs

    with progress(quiet=quiet) as show, local_runs(load_settings(), show) as runs:
        reports = ingest(runs, files)
    if not quiet:
        _show(reports)
    statuses = {report["status"] for report in _with_lists(reports)}
    if UploadStatus.REJECTED in statuses:
        return reports, REJECTED_FILE
    return reports, REJECTED_ROWS if UploadStatus.PARTLY_LOADED in statuses else 0


STATES = {state: str(state).replace("_", " ") for state in UploadStatus}
_MARKS = {
    UploadStatus.LOADED: "[blue]●[/]",
    UploadStatus.PARTLY_LOADED: "[yellow]▲[/]",
    UploadStatus.REJECTED: "[red]▼[/]",
    UploadStatus.DUPLICATE: "[dim]○[/]",
}


def _with_lists(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reports, each followed by that of the list that it asked for again."""
    return [one for report in reports for one in (report, report.get("list")) if one is not None]


@render.aloud
def _show(reports: list[dict[str, Any]]) -> None:
    console = render.console()
    for report in _with_lists(reports):
        rows, name = report["rows"], report["file"]
        console.print(f"{_MARKS[report['status']]} {escape(name)}: {word(STATES[report['status']])}", end="")
        if report["status"] == UploadStatus.DUPLICATE:
            console.print(say(" of the newest upload; nothing changed"))
        elif report["kind"] == UploadKind.LIST_DESCRIPTION and report["status"] == UploadStatus.LOADED:
            made = report["description"]
            kept = {"name": made["name"], "version": made["version"]}
            console.print(say("; the list description “{name}” is kept (version {version})", **kept))
        elif report["status"] == UploadStatus.REJECTED:
            console.print(f" ({report['reason']})")
        elif report["kind"] == UploadKind.CARE:
            console.print(say_many(", {read} row", ", {read} rows", rows["read"], read=rows["read"]))
            for told in report["told"]:
                console.print(f"    {retold(told)}", markup=False)
        else:
            counted = {name: notation.number(count) for name, count in rows.items()}
            console.print(
                say_many(", {read} row read", ", {read} rows read", rows["read"], read=counted["read"])
            )
            console.print(
                say(
                    "    {accepted} accepted ({new} new, {updated} updated, {unchanged} unchanged), {rejected} "
                    "rejected, {skipped} skipped",
                    **counted,
                )
            )
        errors = [issue for issue in report["issues"] if issue["severity"] == Severity.ERROR]
        for issue in errors[:10]:
            where = (
                f"{issue['sheet']}!{issue['cell']}"
                if issue["sheet"] and issue["cell"]
                else issue["cell"] or ""
            )
            told = " ".join(told_of(issue["code"], issue["message"], issue["hint"], report["kind"]))
            console.print(f"    {where:<3}  {told}", markup=False)
        if len(errors) > 10:
            console.print("    " + say("… and {count} more", count=notation.number(len(errors) - 10)))
        if report["receipt"]:
            console.print("    " + say("receipt: {path}", path=report["receipt"]))
