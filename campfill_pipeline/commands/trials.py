"""What `lists try` and `connect try --file` have in common: a judged file that is shown and stored nowhere.

Belongs here: what is told of any such file. Does not belong here: what a list or an export alone would become.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from rich.markup import escape

from campfill_pipeline.commands import render
from campfill_pipeline.domain.verdict import Verdict
from campfill_pipeline.intake.judge.campaign_lists import read_issues
from campfill_pipeline.intake.receipt.words import told_of
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say


def judged(verdict: Verdict) -> dict[str, Any]:
    """How many rows became what, and every issue."""
    return {
        "rows": {
            "read": verdict.rows_read, "accepted": verdict.rows_accepted, "rejected": verdict.rows_rejected,
            "skipped": verdict.rows_skipped,
        },
        "issues": [asdict(issue) for issue in read_issues(verdict.issues)],
    }  # fmt: skip


def show_counts(told: Mapping[str, Any]) -> None:
    """By which description the file would be read, and how many rows become what."""
    render.console().print(
        say(
            "{file} would be read by [bold]{name}[/]: {accepted} of {read} rows accepted, {rejected} rejected, "
            "{skipped} passed over.",
            file=escape(told["file"]),
            name=escape(told["description"]),
            **{key: notation.number(count) for key, count in told["rows"].items()},
        )
    )


def show_issues(told: Mapping[str, Any], most: int) -> None:
    """The first `most` issues, and how many more there are."""
    console = render.console()
    for issue in told["issues"][:most]:
        said = " ".join(told_of(issue["code"], issue["message"], issue["hint"], told["kind"]))
        console.print(f"[yellow]▲[/] {issue['cell'] or ''} {escape(said)}")
    if len(told["issues"]) > most:
        more = notation.number(len(told["issues"]) - most)
        console.print(say("… and {count} more issues; --json shows all.", count=more))
