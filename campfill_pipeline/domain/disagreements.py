"""What can fail to fit together between list and reporting, and how each of it is said.

Belongs here: the kinds of table `reconciliation` and every wording of them. Does not belong here: finding them
(`warehouse/figures/reconciliation.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Disagreement(StrEnum):
    """The kinds, in the order in which they are checked."""

    LINE_WITHOUT_REPORT = "line_without_report"
    ORPHAN = "orphan"
    KIND_CONFLICT = "kind_conflict"
    AMBIGUOUS = "ambiguous"
    NAME_DIFFERS = "name_differs"
    PURCHASE_TYPE_CHANGED = "purchase_type_changed"
    OVERVIEW_DIFFERS = "overview_differs"
    SEVERAL_APIS = "several_apis"
    OUTSIDE_FLIGHT = "outside_flight"
    BUDGET_MISMATCH = "budget_mismatch"
    REFUSED_ROW = "refused_row"


@dataclass(frozen=True, slots=True)
class DisagreementWords:
    """One kind: `pile` follows a number, `advice` says what to do, `of_line` tells it of one line ('' for none)."""

    pile: str
    advice: str
    of_line: str = ""


DISAGREEMENT_WORDS: dict[Disagreement, DisagreementWords] = {
    Disagreement.LINE_WITHOUT_REPORT: DisagreementWords(
        pile="lines without any report row",
        advice="Flight days were fetched, and no report row: is the id right, and has delivery begun?",
        of_line="Reporting has no row for this line",
    ),
    Disagreement.ORPHAN: DisagreementWords(
        pile="report IDs that no line has",
        advice="Report rows without a line: drop the list that holds these lines, or ask who booked them.",
    ),
    Disagreement.KIND_CONFLICT: DisagreementWords(
        pile="lines whose kind differs",
        advice="List and reporting disagree on campaign or deal: mend the buyer in the list.",
        of_line="The list and reporting say different kinds; reporting counts",
    ),
    Disagreement.AMBIGUOUS: DisagreementWords(
        pile="report rows that fit two lines",
        advice="Campaign and deal of a row are both lines: it counts for the campaign; take one off the list.",
        of_line="Report rows also fit another line; they count once",
    ),
    Disagreement.NAME_DIFFERS: DisagreementWords(
        pile="names that differ",
        advice="Names differ between list and reporting: is it the same line?",
        of_line="The names differ",
    ),
    Disagreement.PURCHASE_TYPE_CHANGED: DisagreementWords(
        pile="changes of purchase type",
        advice="A purchase type changed during the flight: is the line still to be guaranteed?",
        of_line="The purchase type changed",
    ),
    Disagreement.OVERVIEW_DIFFERS: DisagreementWords(
        pile="overview totals that differ from the hours",
        advice="Totals of the API's overview differ from the summed hours: fetch the flight days again.",
        of_line="The reporting's own total differs from its hours",
    ),
    Disagreement.SEVERAL_APIS: DisagreementWords(
        pile="lines that several reporting APIs tell of",
        advice="For each day the first in the order of the settings counts, the others are not added: is it one line?",
        of_line="Several reporting APIs tell of this line; for each day one counts",
    ),
    Disagreement.OUTSIDE_FLIGHT: DisagreementWords(
        pile="lines with delivery outside their flight",
        advice="Delivery outside the flight: mend the runtime in the list, or stop the delivery.",
        of_line="Delivery outside the flight: counted, and shown apart",
    ),
    Disagreement.BUDGET_MISMATCH: DisagreementWords(
        pile="budgets that do not fit goal and CPM",
        advice="Budget and goal × CPM differ by more than 2 %: mend the list.",
        of_line="The budget does not fit goal and CPM",
    ),
    Disagreement.REFUSED_ROW: DisagreementWords(
        pile="groups of report rows that could not be read",
        advice="Report rows that were refused: ask the reporting team about rows without hour, id or impressions.",
    ),
}
