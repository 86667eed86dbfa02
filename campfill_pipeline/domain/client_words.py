"""What a client's sheet says: every sentence of it stands here, in English; the catalogue has the other languages.

Belongs here: words, and numbers and dates as each language writes them. Does not belong here: what is said of which
line (`client_text`), layout.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from typing import Any

from campfill_pipeline.domain.causes import Cause
from campfill_pipeline.language import catalogue, currencies, notation
from campfill_pipeline.language.speaking import Language, speaking


@dataclass(frozen=True)
class ClientWords:
    """The words of one language. Braces are filled in by name."""

    language: Language
    title: str
    made: str
    summary_begun: tuple[str, str]
    summary_ended: tuple[str, str]
    summary_none: str
    day: str
    site: str
    line: str
    runtime: str
    goal: str
    delivered: str
    fulfilled: str
    state: str
    cpm: str
    value: str
    value_note: str
    budget: str
    impressions: str
    running_total: str
    of_goal: str
    equal_share: str
    missing: str
    lines: str
    by_day: str
    by_site: str
    by_site_and_day: str
    in_the_csv: str
    more_sites: tuple[str, str]
    no_site: str
    contract: str
    contract_head: tuple[str, ...]
    corrections: str
    corrections_head: tuple[str, ...]
    no_corrections: str
    files: str
    files_head: tuple[str, ...]
    known: str
    known_head: tuple[str, ...]
    proof: str
    checks: tuple[str, ...]
    check_nothing: str
    chart: str
    states: dict[str, str]
    not_covered: tuple[str, str]
    not_covered_only_day: str
    not_covered_start: str
    nothing_known: str
    from_csv: str
    from_api: str
    text_head: str
    text_all_well: str
    text_judged_well: str
    text_not_judged: str
    text_what_ended: str
    text_what_live: str
    text_since: str
    text_since_start: str
    text_evidence: dict[str, str]
    text_hours: str
    text_weakest: str
    text_ask: dict[str, str]
    text_ask_ended: str
    text_our_side: str
    text_unknown: str
    text_required: str
    text_price: str

    def number(self, value: Decimal | int, places: int = 0) -> str:
        """Grouped as the language does it; halves to the even digit."""
        with speaking(self.language):
            return notation.number(round(Decimal(value), places), places)

    def percent(self, value: Decimal) -> str:
        """With one decimal, cut: what is short of 100 % never reads as 100 %."""
        cut = Decimal(int(value * 10)) / 10
        return f"{self.number(cut, 1)} %"

    def form(self, forms: tuple[str, str], count: int, **values: object) -> str:
        """The form for this number of things, filled in."""
        return forms[0 if count == 1 else 1].format(**values)

    def money(self, value: Decimal, places: int = 2) -> str:
        """An amount of the home's currency, in cents; `places` are used where it has parts of one."""
        places = 2 if value * 100 == int(value * 100) else places
        return f"{self.number(value, places)} {currencies.sign()}"

    def date(self, day: date) -> str:
        """A day."""
        with speaking(self.language):
            return notation.day(day)

    def moment(self, at: datetime) -> str:
        """A moment in the time zone that it carries."""
        return f"{self.date(at.date())}, {at:%H:%M}"


EN = ClientWords(
    language=Language.ENGLISH,
    title="Delivery for {name}",
    made="As of {day} · made {at} ({zone})",
    summary_begun=("{begun} of {lines} has begun.", "{begun} of {lines} have begun."),
    summary_ended=(
        "{ended} has ended and is fully known: {delivered} of {goal} impressions, {pct}.",
        "{ended} have ended and are fully known: {delivered} of {goal} impressions, {pct}.",
    ),
    summary_none="None has ended so far with all its days known.",
    day="Day",
    site="Site",
    line="Line",
    runtime="Flight",
    goal="Contracted",
    delivered="Delivered",
    fulfilled="Fulfilled",
    state="State",
    cpm="CPM",
    value="Billable",
    value_note="Delivered up to the contracted impressions, at the agreed CPM.",
    budget="Budget",
    impressions="Impressions",
    running_total="Delivered so far",
    of_goal="Of the contracted",
    equal_share="Equal share of the contracted",
    missing="Missing",
    lines="Lines",
    by_day="By day",
    by_site="By site",
    by_site_and_day="By site and day",
    in_the_csv="{rows} rows are too many for a sheet: they are all in the file {file}.",
    more_sites=("{count} more site", "{count} more sites"),
    no_site="(site not told)",
    contract="What was contracted, and since when",
    contract_head=(
        "Version",
        "Known since",
        "Flight",
        "Contracted",
        "SHA-256 of the list",
        "Sheet",
        "Row",
    ),
    corrections="Corrections, after a day was first complete",
    corrections_head=("Day", "Before", "After", "Difference", "Known since"),
    no_corrections="None.",
    files="Files that delivery came from",
    files_head=("SHA-256 of the export", "Arrived"),
    known="Since when each day is known",
    known_head=("Day", "Source", "First complete", "Last fetched"),
    proof="How to check this, without us",
    checks=(
        "The file {csv} holds every figure by line, day and site. Its SHA-256 is {sha}: `sha256sum {csv}` gives the"
        " same"
        " if nobody changed it since. `sha256sum -c {sums}` checks page, workbook and figures at once.",
        "The sum of its column `impressions` is {total}, which is what this page calls delivered; summed by line it"
        " is each"
        " line's, to the fourth decimal.",
        "The contracted figures come from the list files whose SHA-256 stands with each line. Whoever has such a file"
        " compares: `sha256sum FILE`, then the cell by sheet and row.",
        "What was known on an earlier day can be made again from the corrections listed here: after minus"
        " difference.",
    ),
    check_nothing="It has no rows: nothing that was delivered is known here.",
    chart="Delivered by day; the line is an equal share of the contracted impressions",
    states={
        "scheduled": "not begun",
        "live": "running",
        "ended_provisional": "ended; figures may still be corrected",
        "ended_final": "ended",
        "cancelled": "cancelled",
    },
    not_covered=(
        "{here} of {of} days is here so far: not judged",
        "{here} of {of} days are here so far: not judged",
    ),
    not_covered_only_day="its only day so far is not here in full: not judged",
    not_covered_start="its first day is not certain, since days before it are not here: not judged",
    nothing_known="nothing of its delivery is here yet: not judged",
    from_csv="export",
    from_api="reporting",
    text_head="{name}: deals that fall short of what was agreed, as of {day}: {count}.",
    text_all_well="{name}: no deal falls short as of {day}.",
    text_judged_well="{name}: no deal that can be judged falls short as of {day}.",
    text_not_judged="Deals that cannot be judged, since days of their delivery are missing here: {count}.",
    text_what_ended=(
        "“{line}” ({runtime}, deal {id}) ended with {delivered} of {goal} impressions ({pct}); {missing} are missing."
    ),
    text_what_live=(
        "“{line}” ({runtime}, deal {id}) is behind: {delivered} of {goal} impressions so far, where about"
        " {expected} were"
        " due. At its present pace it ends at {projected}."
    ),
    text_since="It has been behind since {day}.",
    text_since_start="It has been behind since its first day, {day}.",
    text_evidence={
        Cause.TOO_FEW_BIDS: "Bids: {bids} came in, about {needed} were needed.",
        Cause.LOST_AUCTIONS: "Auctions: {actual} of the bids won, where {baseline} are usual at these sites and hours.",
    },
    text_hours="In {without} of {of} flight hours in which comparable deals had bids, there was none.",
    text_weakest="Most is missing at: {sites}.",
    text_ask={
        Cause.TOO_FEW_BIDS: (
            "Please check on your side that the deal{seat} is active in all its hours, that its budget and frequency"
            " limits leave room, and that it targets all sites; and tell us what you changed."
        ),
        Cause.LOST_AUCTIONS: (
            "Please check that the bid reaches the agreed price, and that no other limit holds it back; and tell us"
            " what"
            " you changed."
        ),
    },
    text_ask_ended=(
        "Please tell us what held it back on your side (hours, budget, bid, targeting), so that we can agree how to"
        " make"
        " up for it."
    ),
    text_our_side="The cause lies on our side; we are on it. Nothing is asked of you.",
    text_unknown="What held it back cannot be told from our figures. Please tell us what your side shows for it.",
    text_required="To reach the goal it needs {daily} impressions a day from now on.",
    text_price="What is missing is worth {eur} at the agreed CPM of {cpm}.",
)


@cache
def words(language: Language) -> ClientWords:
    """The words in this language."""
    in_it = {field.name: _in(language, getattr(EN, field.name)) for field in fields(EN)} | {
        "language": language
    }
    return ClientWords(**in_it)


def _in(language: Language, told: Any) -> Any:
    """A sentence, or several of them, in this language."""
    if isinstance(told, tuple):
        return tuple(_in(language, one) for one in told)
    if isinstance(told, dict):
        return {name: _in(language, one) for name, one in told.items()}
    return catalogue.translated(language, told)


def said() -> Iterator[str]:
    """Every sentence of a client's sheet."""
    for field in fields(EN):
        told = getattr(EN, field.name)
        if field.name != "language":
            yield from (told,) if isinstance(told, str) else told.values() if isinstance(told, dict) else told
