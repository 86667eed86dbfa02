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
from campfill_pipeline.intake.receipt.words import FIELD_WORDS, SEVERITY_WORDS, of_issue
from campfill_pipeline.language import notation
from campfill_pipeline.language.speaking import say, say_many, word

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
ACTIONS = {
    "new": "New",
    "updated": "Updated",
    "reverted": "Taken back",
    "withdrawn": "Withdrawn",
    "restored": "Restored",
}


def write_changes(book: Book, facts: ReceiptFacts) -> None:
    """The sheet `Changes`: changes that people must see first, other changes, new lines."""
    sheet = book.sheet(word(CHANGES))
    changes = sorted(facts.changes, key=lambda c: (c["action"] == "new", not c["notable"]))
    title = say("What this file changed: {changes}.", changes=describe_changes(facts))
    write_text(book, sheet, 0, 0, title, bold=True, font_size=13)
    shown = {(change["line_id"], change["field"]) for change in changes}
    lines = (facts.counts.rows_new or 0) + (facts.counts.rows_updated or 0)
    if lines > len({line for line, _ in shown}):
        note = say(
            "The first {count} changes are listed here; campfill keeps all of them.",
            count=notation.number(len(changes)),
        )
        write_text(book, sheet, 1, 0, note, italic=True)
    sheet.frame.freeze_panes(4, 0)
    named = any(change.get("external_id") for change in changes)
    columns = [*_CHANGE_COLUMNS, ListColumn("Id in the list", 24)] if named else _CHANGE_COLUMNS
    write_list(book, sheet, 3, columns, [_change_row(change, named=named) for change in changes])


def describe_changes(facts: ReceiptFacts) -> str:
    """`120 new lines, 3 updated, 6,918 unchanged`."""
    counts = facts.counts
    new = counts.rows_new or 0
    return say_many(
        "{new} new line, {updated} updated, {unchanged} unchanged",
        "{new} new lines, {updated} updated, {unchanged} unchanged",
        new,
        new=notation.number(new),
        updated=notation.number(counts.rows_updated or 0),
        unchanged=notation.number(counts.rows_unchanged or 0),
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
    return word(FIELD_WORDS.get(field, field.capitalize()))


def what(change: Mapping[str, Any]) -> str:
    """`New`, `Updated`, and `Updated !` where people must see it."""
    told = word(ACTIONS.get(change["action"], str(change["action"]).capitalize()))
    return f"{told} !" if change["notable"] and change["action"] != "new" else told


def place(change: Mapping[str, Any]) -> str | None:
    """`Campaign list row 17`, where the change came from."""
    if not change["row_no"]:
        return None
    return say("{sheet} row {row}", sheet=change["sheet"] or "", row=change["row_no"]).strip()


def told(change: Mapping[str, Any]) -> str:
    """`1,500,000 → 2,000,000 (+33.3 %); fulfillment so far 96.1 % → 72.1 %`."""
    size = f" ({notation.signed(change['change_pct'])} %)" if change["change_pct"] is not None else ""
    moved = effect(change)
    return (
        f"{in_words(change['field'], change['before'])} → {in_words(change['field'], change['after'])}{size}"
        + (say("; fulfillment so far {moved}", moved=moved) if moved else "")
    )


def in_words(field: str | None, text: str | None) -> str:
    """A value before or after a change: `1,500,000`, `12.50`, `blank`."""
    figure = _figure(field, text)
    if figure is None:
        return say("blank")
    return notation.number(Decimal(f"{figure:f}")) if isinstance(figure, Decimal) else str(figure)


def effect(change: Mapping[str, Any]) -> str | None:
    """`96.1 % → 72.1 %`, where the change moves the line's fulfillment."""
    before, after = change["fulfillment_before"], change["fulfillment_after"]
    if before is None or after is None:
        return None
    return f"{notation.percent(before)} → {notation.percent(after)}"


def _figure(field: str | None, text: str | None) -> Any:
    if field in ("impression_goal", "budget_eur", "cpm_eur") and text is not None:
        return Decimal(text)
    return word(text) if field in ("kind", "kind_listed") and text is not None else text


def write_issues(book: Book, issues: IssueDigest, kind: str) -> None:
    """The sheet `Issues`: every issue in the order of the file, the first ones where there are very many."""
    sheet = book.sheet(word(ISSUES))
    title = say(
        "Everything that was found: first what to mend, then what to check, each in the order of your file."
    )
    if issues.total > len(issues.first):
        title = say(
            "The first {count} of {total} findings: first what to mend, then what to check, each in the order of your "
            "file. campfill keeps all of them.",
            count=notation.number(len(issues.first)),
            total=notation.number(issues.total),
        )
    write_text(book, sheet, 0, 0, title, bold=True, font_size=13)
    sheet.frame.freeze_panes(3, 0)
    rows: Sequence[list[Any]] = [
        [
            word(SEVERITY_WORDS[issue.severity]),
            issue.sheet,
            issue.cell,
            issue.column,
            issue.value,
            *of_issue(issue, kind),
            issue.code,
            _FILL[issue.severity],
        ]
        for issue in issues.first
    ]
    write_list(book, sheet, 2, _ISSUE_COLUMNS, list(rows))
