"""The sheet of a receipt that proposes how an unknown list may be read, to be corrected and dropped again.

Belongs here: how the proposal looks. Does not belong here: making it (`domain/proposals.py`), reading the corrected
sheet (`intake/lists/corrected.py`).
"""

from __future__ import annotations

from campfill_pipeline.domain.list_descriptions import Dates, Ids, KindBy
from campfill_pipeline.domain.proposals import CHOICES, DOUBTFUL, LIKELY, SAMPLES, SURE, Proposal
from campfill_pipeline.intake.lists.corrected import (
    COLUMN,
    MEANS,
    PHRASES,
    SETTING,
    SHEET,
    TITLE,
    UPLOAD,
    VALUE,
)
from campfill_pipeline.intake.receipt.facts import ReceiptFacts
from campfill_pipeline.intake.receipt.sheet import GREEN, GREY, INK, ORANGE, YELLOW, Book, Sheet, write_text
from campfill_pipeline.language.retelling import retold
from campfill_pipeline.language.speaking import say, word

EXPLAINED, HOW_SURE = "What it means", "How sure"

MEANINGS = {
    "name": "what this description shall be called",
    "dates": "iso (2026-12-31), german (31.12.2026), us (12/31/2026) or british (31/12/2026)",
    "ids": "uuid, or text for any other ID",
    "currency": "of all its money, three letters; blank where a column says it",
    "kind": "campaign or deal for all; buyer: “Not set” is a campaign, others deals; column: by the words below",
    "words for campaign": "of the column that means kind, separated by ;",
    "words for deal": "of the column that means kind, separated by ;",
    "words for cancelled": "of the column that means status, separated by ;",
    "words for a price of 1,000": "of the column that means price_type, separated by ;",
    "words for a goal of impressions": "of the column that means goal_type, separated by ;",
    "buyer of all lines": "where no column, or a blank cell, says one; Not set for campaigns",
    UPLOAD: "which upload is read then; leave it as it is",
}
_LISTS: dict[str, list[str]] = {"dates": [*Dates], "ids": [*Ids], "kind": [*KindBy]}
_MUST = ("name", "dates", "ids", "kind")
_WITH_WORDS = {
    "words for cancelled": "status", "words for a price of 1,000": "price_type",
    "words for a goal of impressions": "goal_type",
}  # fmt: skip
_COLOURS = {SURE: GREEN, LIKELY: YELLOW, DOUBTFUL: ORANGE}
_WIDTHS = (30, 26, 14, 26, 26, 26)


def write_proposal(book: Book, facts: ReceiptFacts, proposal: Proposal) -> None:
    """Write the sheet: settings, then the columns; what must be filled in is orange."""
    sheet = book.sheet(SHEET)
    for index, width in enumerate(_WIDTHS):
        sheet.frame.set_column(index, index, width)
    sheet.set_height(0, 26)
    write_text(book, sheet, 0, 0, word(TITLE), bold=True, font_size=16, font_color=INK)
    for row, text in enumerate(
        (
            say(
                "A proposal for {file} ({place}). Nothing of it counts yet.",
                file=" ".join(facts.file_name.split()),
                place=retold(proposal.place),
            ),
            say(
                "Correct column B; orange cells must be filled in or looked at. Save the workbook, drop it into the "
                "inbox."
            ),
            say(
                "The description is kept then, and the list is read by it; you need not drop the list again."
            ),
        ),
        start=1,
    ):
        write_text(book, sheet, row, 0, text, font_color="#6B7280")
    row = _settings(book, sheet, proposal, str(facts.upload_id), 5)
    _columns(book, sheet, proposal, row + 1)


def _settings(book: Book, sheet: Sheet, proposal: Proposal, upload: str, row: int) -> int:
    for index, text in enumerate((SETTING, VALUE, EXPLAINED)):
        sheet.write(row, index, word(text), book.heading)
    means = {column.means for column in proposal.columns}
    must = {*_MUST, *(() if "currency" in means else ("currency",))}
    must |= {key for key, column in _WITH_WORDS.items() if column in means}
    for key, value in (*proposal.settings, (UPLOAD, upload)):
        row += 1
        write_text(book, sheet, row, 0, word(key) if key in PHRASES else key)
        looks = {"bg_color": ORANGE} if key in must and not value else {}
        write_text(book, sheet, row, 1, value, border=1, num_format="@", **looks)
        write_text(book, sheet, row, 2, word(MEANINGS[key]), font_color="#6B7280")
        if key in _LISTS:
            _choice(sheet, row, [str(choice) for choice in _LISTS[key]])
    return row + 1


def _columns(book: Book, sheet: Sheet, proposal: Proposal, row: int) -> None:
    samples = (say("Example {number}", number=number) for number in range(1, SAMPLES + 1))
    titles = (word(COLUMN), word(MEANS), word(HOW_SURE), *samples)
    for index, text in enumerate(titles):
        sheet.write(row, index, text, book.heading)
    for column in proposal.columns:
        row += 1
        write_text(book, sheet, row, 0, column.header)
        looks = {"bg_color": ORANGE} if column.sure == DOUBTFUL else {}
        write_text(book, sheet, row, 1, column.means, border=1, num_format="@", **looks)
        write_text(book, sheet, row, 2, word(column.sure), bg_color=_COLOURS.get(column.sure, GREY))
        for index, sample in enumerate(column.samples, start=3):
            write_text(book, sheet, row, index, sample, font_color="#6B7280")
        _choice(sheet, row, list(CHOICES))


def _choice(sheet: Sheet, row: int, choices: list[str]) -> None:
    sheet.frame.data_validation(
        row, 1, row, 1, {"validate": "list", "source": choices, "error_type": "warning"}
    )
