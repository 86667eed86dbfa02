"""`campfill ingest`: the upload job, now, in this process, on given files."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.uploads import UploadKind, UploadStatus
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


_MARKS = {
    UploadStatus.LOADED: "[blue]●[/]",
    UploadStatus.PARTLY_LOADED: "[yellow]▲[/]",
    UploadStatus.REJECTED: "[red]▼[/]",
    UploadStatus.DUPLICATE: "[dim]○[/]",
}


def _with_lists(reports: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The reports, each followed by that of the list that it asked for again."""
    return [one for report in reports for one in (report, report.get("list")) if one is not None]


def _show(reports: list[dict[str, Any]]) -> None:
    console = render.console()
    for report in _with_lists(reports):
        rows, name = report["rows"], report["file"]
        console.print(f"{_MARKS[report['status']]} {name}: {report['status'].replace('_', ' ')}", end="")
        if report["status"] == UploadStatus.DUPLICATE:
            console.print(" of the newest upload; nothing changed")
        elif report["kind"] == UploadKind.LIST_DESCRIPTION and report["status"] == UploadStatus.LOADED:
            made = report["description"]
            console.print(f"; the list description “{made['name']}” is kept (version {made['version']})")
        elif report["status"] == UploadStatus.REJECTED:
            console.print(f" ({report['reason']})")
        else:
            console.print(
                f", {rows['read']:,} rows read\n"
                f"    {rows['accepted']:,} accepted ({rows['new']:,} new, {rows['updated']:,} updated, "
                f"{rows['unchanged']:,} unchanged), {rows['rejected']:,} rejected, {rows['skipped']:,} skipped"
            )
        errors = [issue for issue in report["issues"] if issue["severity"] == Severity.ERROR]
        for issue in errors[:10]:
            where = (
                f"{issue['sheet']}!{issue['cell']}"
                if issue["sheet"] and issue["cell"]
                else issue["cell"] or ""
            )
            console.print(f"    {where:<3}  {issue['message']} {issue['hint']}", markup=False)
        if len(errors) > 10:
            console.print(f"    … and {len(errors) - 10:,} more")
        if report["receipt"]:
            console.print(f"    receipt: {report['receipt']}")
