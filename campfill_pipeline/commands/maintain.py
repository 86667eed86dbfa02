"""`campfill maintain`: the housekeeping of every night, now, with an account of what was done."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.settings import Settings

if TYPE_CHECKING:
    from campfill_pipeline.defs.maintenance import Done


def run(settings: Settings, *, dry_run: bool, quiet: bool) -> dict[str, Any]:
    """Do the housekeeping, or with `dry_run` only look. Returns what was done."""
    from campfill_pipeline.defs.local_runs import local_runs
    from campfill_pipeline.defs.maintenance import maintain

    with progress(quiet=quiet) as show, local_runs(settings, show) as runs:
        done = maintain(runs.instance, runs.campfill, dry_run=dry_run)
    if not quiet:
        _show(done)
    return asdict(done)


def _show(done: Done) -> None:
    console = render.console()
    verb = "would go" if done.dry_run else "gone"
    for count, what in (
        (done.runs, "old runs of Dagster with their events"),
        (done.upload_partitions, "uploads from the web UI's list of partitions"),
        (done.ticks, "ticks of schedules and sensors"),
        (done.check_results, "results of checks whose run is gone"),
        (done.notices, "facts that people were told of, long over"),
    ):
        console.print(f"{count:>9,}  {what} {verb}")
    console.print(f"{done.receipts:>9,}  receipts {verb} ({megabytes(done.receipt_bytes)})")
    made = ", ".join(done.months_made) or "none"
    console.print(f"months of report rows {'to be made' if done.dry_run else 'made'} ahead: {made}")
    if done.looked_back:
        console.print("looked back: what was said of lines beside how they ended; the page shows it")
    for whose in done.reindexed:
        console.print(
            f"{whose} database sorts by other rules than its indexes, since its server's system changed: they "
            f"{'are to be' if done.dry_run else 'were'} built anew"
        )
    if done.dry_run or done.after is None:
        console.print("Nothing was changed. Without --dry-run it is done.")
        return
    for what, tables in (("vacuumed", done.vacuumed), ("written anew", done.rewritten)):
        if tables:
            console.print(f"{what}: {', '.join(tables)}")
    console.print(f"freed: {megabytes(done.freed_bytes or 0)}")
    sizes = [("campfill's", done.before.campfill, done.after.campfill)]
    if done.before.dagster is not None and done.after.dagster is not None:
        sizes.append(("Dagster's", done.before.dagster, done.after.dagster))
    for whose, before, after in sizes:
        console.print(f"{whose} database: {megabytes(before)} before, {megabytes(after)} now")


def megabytes(size: int) -> str:
    """Bytes as people say them."""
    return f"{size / 1e6:,.1f} MB"
