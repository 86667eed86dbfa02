"""The words of page and workbook: what each code means, in sentences for a product manager.

Belongs here: labels and sentences of the reports alone. Does not belong here: figures, layout, and what others say too
(causes: `domain/cause_words`, disagreements: `domain/disagreements`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from campfill_pipeline.domain.cause_words import CAUSE_WORDS
from campfill_pipeline.domain.causes import Side
from campfill_pipeline.domain.disagreements import DISAGREEMENT_WORDS
from campfill_pipeline.domain.fulfillment import Band, Bands, Lifecycle, Pace
from campfill_pipeline.domain.incidents import Silence
from campfill_pipeline.domain.kinds import LineKind, PurchaseType
from campfill_pipeline.domain.profile import Basis
from campfill_pipeline.language import notation
from campfill_pipeline.language.currencies import in_home
from campfill_pipeline.language.speaking import Language, say, say_many, spoken, word
from campfill_pipeline.warehouse.readers.page.rows import FetchRow, Freshness

KINDS: Mapping[str, str] = {LineKind.CAMPAIGN: "Campaigns", LineKind.DEAL: "Deals", "all": "All kinds"}
ONE_KIND: Mapping[str, str] = {LineKind.CAMPAIGN: "Campaign", LineKind.DEAL: "Deal"}
PURCHASE_TYPES: Mapping[str, str] = {
    PurchaseType.GUARANTEED: "guaranteed",
    PurchaseType.UNGUARANTEED: "unguaranteed",
    PurchaseType.UNKNOWN: "purchase type unknown",
    "all": "all",
}
BANDS: Mapping[str, str] = {
    Band.GOAL_MET: "Goal met",
    Band.NEAR_GOAL: "Near goal",
    Band.MODERATE_SHORTFALL: "Moderate shortfall",
    Band.CRITICAL_SHORTFALL: "Critical shortfall",
    Band.NO_DATA: "No data",
}
PACES: Mapping[str, str] = {
    Pace.BEHIND: "Behind",
    Pace.ON_TRACK: "On track",
    Pace.AHEAD: "Ahead",
    Pace.UNMEASURED: "Too early",
}
LIFECYCLES: Mapping[str, str] = {
    Lifecycle.SCHEDULED: "not started",
    Lifecycle.LIVE: "running",
    Lifecycle.ENDED_PROVISIONAL: "ended, figures still provisional",
    Lifecycle.ENDED_FINAL: "ended",
    Lifecycle.CANCELLED: "cancelled",
}
SIDES: Mapping[str, str] = {
    Side.SYSTEM: "System",
    Side.RESOURCE: "Resources",
    Side.UNKNOWN: "Unknown",
    "none": "No verdict",
}
SIDE_MEANINGS: Mapping[str, str] = {
    Side.SYSTEM: "our selection or playout held it back",
    Side.RESOURCE: "the market or the audience was not there",
    Side.UNKNOWN: "the buyer, or data that are missing",
    "none": "too small a gap to name a cause",
}
SIDE_PHRASES: Mapping[str, str] = {
    Side.SYSTEM: "a system problem",
    Side.RESOURCE: "a resource problem",
    Side.UNKNOWN: "of unknown cause",
    "none": "too small to judge",
}
ACTIONS = {
    "created": "first seen",
    "updated": "changed by an upload",
    "reverted": "an upload was undone",
    "withdrawn": "withdrawn",
    "restored": "restored",
}
PILES: Mapping[str, str] = {kind: words.pile for kind, words in DISAGREEMENT_WORDS.items()}

KNOWN_THEN = (
    "Delivery that arrived or was corrected after the end of this day is left out."
    " Contracts are those of today."
)
"""What a report made with `--known then` says in its head."""


def band_limits(bands: Bands) -> dict[str, str]:
    """What each band means in percent of the goal, for these thresholds, in the language spoken."""
    met, near, moderate = (
        notation.number(Decimal(f"{limit.normalize():f}"))
        for limit in (bands.goal_met, bands.near_goal, bands.moderate)
    )
    return {
        Band.GOAL_MET: say("{from} % and more", **{"from": met}),
        Band.NEAR_GOAL: say("{from} to below {to} %", **{"from": near, "to": met}),
        Band.MODERATE_SHORTFALL: say("{from} to below {to} %", **{"from": moderate, "to": near}),
        Band.CRITICAL_SHORTFALL: say("below {to} %", to=moderate),
        Band.NO_DATA: say("no report row at all"),
    }


CODED: Mapping[str, Mapping[str, str]] = {
    "kind": {LineKind.CAMPAIGN: "campaign", LineKind.DEAL: "deal", "all": "all"},
    "purchase_type": PURCHASE_TYPES,
    "lifecycle": LIFECYCLES,
    "band": BANDS,
    "pace": PACES,
    "pacing_basis": {
        Basis.MEASURED: "its own sites",
        Basis.PLACEMENT: "its placement",
        Basis.ALL: "all lines",
        Basis.EVEN: "straight line",
    },
    "cause": {cause: words.name for cause, words in CAUSE_WORDS.items()},
    "side": SIDES,
    "silence": {Silence.DARK: "dark", Silence.WEAK: "weak"},
    "trend": {"improving": "improving", "declining": "declining", "stable": "stable"},
}
"""Columns of the workbook that hold codes, and how these are said where it is not English."""


def of_codes(field: str) -> dict[str, str]:
    """What stands in a cell for each code of a column: in English the code, which others rely on."""
    plain = spoken() is Language.ENGLISH
    return {str(code): str(code) if plain else word(words) for code, words in CODED[field].items()}


def _groups() -> dict[str, Mapping[str, str]]:
    """The words of codes, by group, in English."""
    return {
        "kinds": KINDS,
        "one_kind": ONE_KIND,
        "purchase_types": PURCHASE_TYPES,
        "bands": BANDS,
        "paces": PACES,
        "lifecycles": LIFECYCLES,
        "sides": SIDES,
        "side_meanings": SIDE_MEANINGS,
        "side_phrases": SIDE_PHRASES,
        "causes": {cause: words.name for cause, words in CAUSE_WORDS.items()},
        "cause_sentences": {cause: words.sentence for cause, words in CAUSE_WORDS.items()},
        "cause_actions": {cause: words.action for cause, words in CAUSE_WORDS.items()},
        "actions": ACTIONS,
        "piles": PILES,
        "disagreements": {kind: words.of_line for kind, words in DISAGREEMENT_WORDS.items() if words.of_line},
    }


def page_words(bands: Bands) -> dict[str, dict[str, str]]:
    """All words the page's scripts look up, by group, in the language spoken."""
    groups = {name: {code: word(words) for code, words in group.items()} for name, group in _groups().items()}
    groups["band_limits"] = band_limits(bands)
    # The page is written by orjson, which takes plain text alone for keys.
    return {name: {str(code): words for code, words in group.items()} for name, group in groups.items()}


def said() -> Iterator[str]:
    """Every word that is looked up here."""
    for group in _groups().values():
        yield from group.values()
    for words in DISAGREEMENT_WORDS.values():
        yield words.advice
    for told in CAUSE_WORDS.values():
        yield told.because
    yield from DETAILS.values()
    yield from VALUES.values()
    for codes in CODED.values():
        yield from codes.values()
    yield KNOWN_THEN


def gap_note(gaps: Sequence[FetchRow]) -> str:
    """Which days are missing, in half a sentence."""
    if not gaps:
        return say("no later day was asked for.")
    days = sorted({gap.day for gap in gaps})
    if len(days) == 1:
        return say("{day} was not fetched completely.", day=f"{days[0]:%d.%m.%Y}")
    return say(
        "{days} days from {first} to {last} were not fetched completely.",
        days=notation.number(len(days)),
        first=f"{days[0]:%d.%m.%Y}",
        last=f"{days[-1]:%d.%m.%Y}",
    )


def doubt_note(freshness: Freshness) -> str:
    """What of the answers could not be used, in a sentence or two; empty where all could."""
    told = []
    if rows := freshness.refused_rows:
        told.append(
            say_many(
                "{rows} report row was refused; what was stored for it stays.",
                "{rows} report rows were refused; what was stored for them stays.",
                rows,
                rows=notation.number(rows),
            )
        )
    if days := freshness.kept_days:
        told.append(
            say_many(
                "{days} day stays as fetched before: the newest answer could not be used.",
                "{days} days stay as fetched before: the newest answer could not be used.",
                days,
                days=notation.number(days),
            )
        )
    return " ".join(told)


DETAILS: Mapping[str, str] = {
    "runtime": "runtime",
    "flight_days_before": "flight days before",
    "days_fetched": "days fetched",
    "covered": "covered",
    "listed": "listed",
    "reported": "reported",
    "day": "day",
    "before": "before",
    "after": "after",
    "restated_at": "restated at",
    "overview": "overview",
    "detail": "detail",
    "difference": "difference",
    "from": "from",
    "to": "to",
    "impressions": "impressions",
    "first_day": "first day",
    "last_day": "last day",
    "budget_eur": "Budget €",
    "goal_times_cpm_eur": "Goal × CPM €",
    "reported_as": "reported as",
    "name": "name",
    "rows": "rows",
    "deal_ids": "deal ids",
    "looks_like": "looks like",
    "days": "days",
    "counted": "counted",
    "counted_for": "counted for",
    "also_line": "also line",
    "source": "source",
    "upload_id": "upload id",
    "reason": "reason",
    "example": "example",
}
"""What the facts of a disagreement are called (`warehouse/figures/reconciliation.sql`)."""
_FIGURE = re.compile(r"-?\d+(\.\d+)?")
_FIGURES = ("overview", "detail", "difference", "impressions", "budget_eur", "goal_times_cpm_eur", "rows")


def detail_text(detail: Mapping[str, object]) -> str:
    """A reconciliation row's facts, as `name: value; name: value`."""
    return "; ".join(
        f"{in_home(word(DETAILS.get(name, name.replace('_', ' '))))}: {_value(name, value)}"
        for name, value in detail.items()
        if value is not None
    )


def _value(name: str, value: object) -> object:
    """As it is stored, lists as their parts; in German figures and days are written as everywhere else."""
    if isinstance(value, list):
        return ", ".join(str(_value(name, one)) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{one}: {_value(name, of)}" for one, of in value.items())
    if isinstance(value, bool):
        return say("yes") if value else say("no")
    if spoken() is Language.ENGLISH:
        return value
    if name in _FIGURES and _FIGURE.fullmatch(str(value)):
        return notation.number(Decimal(str(value)))
    if name in ("day", "from", "to", "first_day", "last_day"):
        return notation.day(date.fromisoformat(str(value)))
    return word(VALUES.get(str(value), str(value)))


VALUES: Mapping[str, str] = {"campaign": "campaign", "deal": "deal", **PURCHASE_TYPES}
"""Codes that stand among such facts, as they are said there."""
