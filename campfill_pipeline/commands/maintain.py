"""`campfill maintain`: the housekeeping of every night, now, with an account of what was done."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from campfill_pipeline.commands import render
from campfill_pipeline.commands.progress import progress
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, word
from campfill_pipeline.settings import Settings

if TYPE_CHECKING:
    from campfill_pipeline.defs.maintenance import Done


WHOSE = ("campfill's", "Dagster's")


def run(settings: Settings, *, dry_run: bool, quiet: bool) -> dict[str, Any]:
    """Do the housekeeping, or with `dry_run` only look. Returns what was done."""
    from campfill_pipeline.defs.local_runs import local_runs
    from campfill_pipeline.defs.maintenance import maintain

    with progress(quiet=quiet) as show, local_runs(settings, show) as runs:
        done = maintain(runs.instance, runs.campfill, dry_run=dry_run)
    if not quiet:
        _show(done)
    return asdict(done)


@render.aloud
def _show(done: Done) -> None:
    console = render.console()
    verb = say("would go") if done.dry_run else say("gone")
    for count, what in (
        (done.runs, say("old runs of Dagster with their events")),
        (done.upload_partitions, say("uploads from the web UI's list of partitions")),
        (done.steps, say("events of older runs that nobody looks at any more")),
        (done.ticks, say("ticks of schedules and sensors")),
        (done.check_results, say("older results of checks")),
        (done.notices, say("facts that people were told of, long over")),
    ):
        console.print(f"{notation.number(count):>9}  {what} {verb}")
    console.print(
        f"{notation.number(done.receipts):>9}  {say('receipts')} {verb} ({megabytes(done.receipt_bytes)})"
    )
    made = ", ".join(done.months_made) or say("none")
    console.print(
        say("months of report rows to be made ahead: {months}", months=made)
        if done.dry_run
        else say("months of report rows made ahead: {months}", months=made)
    )
    if done.rows_packed:
        rows, packed = notation.number(done.rows_packed), ", ".join(done.months_packed)
        console.print(
            say("{rows} report rows of closed months to be packed: {months}", rows=rows, months=packed)
            if done.dry_run
            else say("{rows} report rows of closed months packed: {months}", rows=rows, months=packed)
        )
    if done.looked_back:
        console.print(say("looked back: what was said of lines beside how they ended; the page shows it"))
    for whose in done.reindexed:
        console.print(
            say(
                "{whose} database sorts by other rules than its indexes, since its server's system changed: they are "
                "to be built anew",
                whose=word(whose),
            )
            if done.dry_run
            else say(
                "{whose} database sorts by other rules than its indexes, since its server's system changed: they "
                "were built anew",
                whose=word(whose),
            )
        )
    if done.dry_run or done.after is None:
        console.print(say("Nothing was changed. Without --dry-run it is done."))
        return
    for what, tables in ((say("vacuumed"), done.vacuumed), (say("written anew"), done.rewritten)):
        if tables:
            console.print(f"{what}: {', '.join(tables)}")
    console.print(say("freed: {size}", size=megabytes(done.freed_bytes or 0)))
    sizes = [("campfill's", done.before.campfill, done.after.campfill)]
    if done.before.dagster is not None and done.after.dagster is not None:
        sizes.append(("Dagster's", done.before.dagster, done.after.dagster))
    for whose, before, after in sizes:
        told = {"whose": word(whose), "before": megabytes(before), "after": megabytes(after)}
        console.print(say("{whose} database: {before} before, {after} now", **told))


def megabytes(size: int) -> str:
    """Bytes as people say them."""
    return f"{notation.number(size / 1e6, 1)} MB"
