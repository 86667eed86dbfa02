"""The lists of a receipt: what changed in the register, and every issue.

Belongs here: these two sheets. Does not belong here: the rows to mend, the summary. No row of either sheet
may look like the header of a campaign list, else a dropped receipt would be read from the wrong sheet.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from campfill_pipeline.domain.issues import Severity
from campfill_pipeline.domain.receipt_sheets import CHANGES, ISSUES
from campfill_pipeline.intake.receipt.facts import IssueDigest, ReceiptFacts
from campfill_pipeline.intake.receipt.sheet import (
    BLUE,
    GREY,
    ORANGE,
    YELLOW,
    Book,
    ListColumn,
    write_list,
    write_text,
)
from campfill_pipeline.intake.receipt.words import FIELD_WORDS, SEVERITY_WORDS

_CHANGE_COLUMNS = [
    ListColumn("What", 14),
    ListColumn("Line", 58, wrap=True),
    ListColumn("Changed", 12),
    ListColumn("Was", 26, "#,##0.####", wrap=True),
    ListColumn("Is now", 26, "#,##0.####", wrap=True),
    ListColumn("By", 10, '+0.0" %";-0.0" %"'),
    ListColumn("Fulfillment so far", 20),
    ListColumn("Where in the file", 22),
    ListColumn("Line’s key", 40),
]
_ISSUE_COLUMNS = [
    ListColumn("Verdict", 16),
    ListColumn("Sheet", 18),
    ListColumn("Cell", 9),
    ListColumn("Column of the file", 20),
    ListColumn("As found", 30, wrap=True),
    ListColumn("What is wrong", 60, wrap=True),
    ListColumn("How to mend it", 60, wrap=True),
    ListColumn("Code", 22),
]
_FILL = {Severity.ERROR: ORANGE, Severity.WARNING: YELLOW, Severity.INFO: GREY}
_WORDS = {
    "new": "New",
    "updated": "Updated",
    "reverted": "Taken back",
    "withdrawn": "Withdrawn",
    "restored": "Restored",
}


def write_changes(book: Book, facts: ReceiptFacts) -> None:
    """The sheet `Changes`: changes that people must see first, other changes, new lines."""
    worksheet = book.sheet(CHANGES)
    changes = sorted(facts.changes, key=lambda c: (c["action"] == "new", not c["notable"]))
    title = f"What this file changed: {describe_changes(facts)}."
    write_text(book, worksheet, 0, 0, title, bold=True, font_size=13)
    shown = {(change["line_id"], change["field"]) for change in changes}
    lines = (facts.counts.rows_new or 0) + (facts.counts.rows_updated or 0)
    if lines > len({line for line, _ in shown}):
        note = f"The first {len(changes):,} changes are listed here; campfill keeps all of them."
        write_text(book, worksheet, 1, 0, note, italic=True)
    worksheet.freeze_panes(4, 0)
    named = any(change.get("external_id") for change in changes)
    columns = [*_CHANGE_COLUMNS, ListColumn("Id in the list", 24)] if named else _CHANGE_COLUMNS
    write_list(book, worksheet, 3, columns, [_change_row(change, named=named) for change in changes])


def describe_changes(facts: ReceiptFacts) -> str:
    """`120 new lines, 3 updated, 6,918 unchanged`."""
    counts = facts.counts
    new = counts.rows_new or 0
    return (
        f"{new:,} new {'line' if new == 1 else 'lines'}, {counts.rows_updated or 0:,} updated,"
        f" {counts.rows_unchanged or 0:,} unchanged"
    )


def _change_row(change: Mapping[str, Any], *, named: bool) -> list[Any]:
    field = change["field"]
    return [
        what(change),
        change["name"],
        field_word(field) if field else None,
        _figure(field, change["before"]),
        _figure(field, change["after"]),
        change["change_pct"],
        effect(change),
        place(change),
        str(change["line_id"]),
        *([change["external_id"]] if named else []),
        YELLOW if change["notable"] else BLUE if change["action"] == "new" else None,
    ]


def field_word(field: str) -> str:
    """A field as people call it: `Goal`."""
    return FIELD_WORDS.get(field, field.capitalize())


def what(change: Mapping[str, Any]) -> str:
    """`New`, `Updated`, and `Updated !` where people must see it."""
    word = _WORDS.get(change["action"], str(change["action"]).capitalize())
    return f"{word} !" if change["notable"] and change["action"] != "new" else word


def place(change: Mapping[str, Any]) -> str | None:
    """`Campaign list row 17`, where the change came from."""
    return f"{change['sheet'] or ''} row {change['row_no']}".strip() if change["row_no"] else None


def told(change: Mapping[str, Any]) -> str:
    """`1,500,000 → 2,000,000 (+33.3 %); fulfillment so far 96.1 % → 72.1 %`."""
    size = f" ({change['change_pct']:+} %)" if change["change_pct"] is not None else ""
    moved = effect(change)
    return (
        f"{in_words(change['field'], change['before'])} → {in_words(change['field'], change['after'])}{size}"
        + (f"; fulfillment so far {moved}" if moved else "")
    )


def in_words(field: str | None, text: str | None) -> str:
    """A value before or after a change: `1,500,000`, `12.50`, `blank`."""
    figure = _figure(field, text)
    return "blank" if figure is None else f"{figure:,f}" if isinstance(figure, Decimal) else str(figure)


def effect(change: Mapping[str, Any]) -> str | None:
    """`96.1 % → 72.1 %`, where the change moves the line's fulfillment."""
    before, after = change["fulfillment_before"], change["fulfillment_after"]
    return None if before is None or after is None else f"{before} % → {after} %"


def _figure(field: str | None, text: str | None) -> Any:
    if field in ("impression_goal", "budget_eur", "cpm_eur") and text is not None:
        return Decimal(text)
    return text


def write_issues(book: Book, issues: IssueDigest) -> None:
    """The sheet `Issues`: every issue in the order of the file, the first ones where there are very many."""
    worksheet = book.sheet(ISSUES)
    title = (
        "Everything that was found: first what to mend, then what to check, each in the order of your file."
    )
    if issues.total > len(issues.first):
        title = (
            f"The first {len(issues.first):,} of {issues.total:,} findings: first what to mend, then what to check,"
            " each in the order of your file. campfill keeps all of them."
        )
    write_text(book, worksheet, 0, 0, title, bold=True, font_size=13)
    worksheet.freeze_panes(3, 0)
    rows: Sequence[list[Any]] = [
        [
            SEVERITY_WORDS[issue.severity],
            issue.sheet,
            issue.cell,
            issue.column,
            issue.value,
            issue.message,
            issue.hint,
            issue.code,
            _FILL[issue.severity],
        ]
        for issue in issues.first
    ]
    write_list(book, worksheet, 2, _ISSUE_COLUMNS, list(rows))
