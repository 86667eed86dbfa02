"""The page and the workbook of one state: read once, so that their figures cannot differ.

Belongs here: what is read when, and where it goes. Does not belong here: what the two look like (`page`, `workbook`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

from campfill_pipeline.domain.collecting import without_collecting
from campfill_pipeline.domain.discrepancies import TOLERANCE
from campfill_pipeline.domain.fulfillment import FulfillmentRules
from campfill_pipeline.language.speaking import Language, speaking
from campfill_pipeline.reports import page, reuse, workbook
from campfill_pipeline.reports.files import replace_file
from campfill_pipeline.reports.page import PageFacts
from campfill_pipeline.warehouse.notices.goals import UnlikelyGoal
from campfill_pipeline.warehouse.readers.page import line_detail
from campfill_pipeline.warehouse.readers.page import reading as page_reader


@dataclass(frozen=True)
class Written:
    """Where the two files are, what the page holds, and whether they were made `anew`.

    If not, nothing they show had changed but how fresh the data are, and only that was renewed, in the page.
    `unlikely`: goals that are out of reach before their start; None where the files were left.
    """

    page: Path
    workbook: Path
    facts: PageFacts
    anew: bool
    unlikely: tuple[UnlikelyGoal, ...] | None = None


@without_collecting()
def write_reports(
    connection: page_reader.Connection,
    folder: Path,
    rules: FulfillmentRules,
    as_of: date,
    now: datetime,
    *,
    reusing: bool = False,
    known: page_reader.Knowledge = "now",
    language: Language = Language.ENGLISH,
    tolerance: Decimal = TOLERANCE,
) -> Written:
    """Write `fulfillment.html` and `fulfillment.xlsx` into `folder` as of a local date; `now` is when.

    Each file is replaced as a whole, never half written. The state is let go of before the files are written.
    `reusing`: leave them where they show this state already. `known='then'`: with delivery as it was known at the end
    of that date. `language`: the workbook's, and the page's where its reader's browser speaks neither. `tolerance`: of
    second counts, in percent.
    """
    folder.mkdir(parents=True, exist_ok=True)
    html, book = folder / "fulfillment.html", folder / "fulfillment.xlsx"
    with page_reader.state_as_of(connection, rules, as_of=as_of, now=now, known=known) as known_by:
        made_of = reuse.key(known_by, rules, language, tolerance)
        freshness = page_reader.freshness(connection, as_of)
        standing = reuse.remembered(made_of, html, book) if reusing else None
        if standing is not None:
            text = page.renewed(html.read_text("utf-8"), freshness, now)
            facts = PageFacts(**{**standing.facts, "bytes": len(text.encode("utf-8"))})
        else:
            data = replace(page_reader.load(connection, rules, as_of=as_of, tolerance=tolerance), known=known)
            details = line_detail.details(connection, data, limit=page.MOST_DETAILS)
            with speaking(language):
                text, facts = page.render(data, details, rules, now)
    page_sum = _replace(html, lambda path: path.write_text(text, encoding="utf-8"))
    with speaking(language):
        book_sum = (
            standing.workbook if standing else _replace(book, lambda path: workbook.render(data, path, now))
        )
    if made_of is not None:
        note = reuse.Note(made_of, reuse.fresh(freshness), page_sum, book_sum, asdict(facts))
        reuse.remember(note, folder)
    if standing is not None:
        return Written(html, book, facts, anew=False)
    names = {line.id: line.name for line in data.lines}
    unlikely = tuple(UnlikelyGoal(row.line_id, names[row.line_id], str(row.reason)) for row in data.unlikely)
    return Written(html, book, facts, anew=True, unlikely=unlikely)


def _replace(target: Path, write: Callable[[Path], object]) -> str:
    """Put a file in place; the checksum of what was written."""

    def write_and_sum(path: Path) -> str:
        write(path)
        return reuse.checksum(path)

    return replace_file(target, write_and_sum)


def is_current(
    connection: page_reader.Connection,
    folder: Path,
    rules: FulfillmentRules,
    as_of: date,
    language: Language = Language.ENGLISH,
    tolerance: Decimal = TOLERANCE,
) -> bool:
    """Whether the files that were last made of stored figures show them as they are now.

    Also where none are stored for this day: figures come first.
    """
    made_of = reuse.key(page_reader.content(connection, rules, as_of), rules, language, tolerance)
    note = reuse.noted(folder)
    return made_of is None or (
        note is not None
        and (note.key, note.fresh) == (made_of, reuse.fresh(page_reader.freshness(connection, as_of)))
    )
