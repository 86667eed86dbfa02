"""The words of page and workbook: what each code means, in sentences for a product manager.

Belongs here: labels and sentences of the reports alone. Does not belong here: figures, layout, and what others say too
(causes: `domain/cause_words`, disagreements: `domain/disagreements`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campfill_pipeline.domain.cause_words import CAUSE_WORDS
from campfill_pipeline.domain.causes import Side
from campfill_pipeline.domain.disagreements import DISAGREEMENT_WORDS
from campfill_pipeline.domain.fulfillment import Band, Bands, Lifecycle, Pace
from campfill_pipeline.domain.kinds import LineKind, PurchaseType
from campfill_pipeline.warehouse.readers.page.rows import FetchRow, Freshness

KINDS: Mapping[str, str] = {LineKind.CAMPAIGN: "Campaigns", LineKind.DEAL: "Deals", "all": "All kinds"}
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
    """What each band means in percent of the goal, for these thresholds."""
    met, near, moderate = (
        f"{limit.normalize():f}" for limit in (bands.goal_met, bands.near_goal, bands.moderate)
    )
    return {
        Band.GOAL_MET: f"{met} % and more",
        Band.NEAR_GOAL: f"{near} to below {met} %",
        Band.MODERATE_SHORTFALL: f"{moderate} to below {near} %",
        Band.CRITICAL_SHORTFALL: f"below {moderate} %",
        Band.NO_DATA: "no report row at all",
    }


def page_words(bands: Bands) -> dict[str, dict[str, str]]:
    """All words the page's scripts look up, by group."""
    groups: dict[str, Mapping[str, str]] = {
        "kinds": KINDS,
        "purchase_types": PURCHASE_TYPES,
        "bands": BANDS,
        "band_limits": band_limits(bands),
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
    # The page is written by orjson, which takes plain text alone for keys.
    return {name: {str(code): words for code, words in group.items()} for name, group in groups.items()}


def gap_note(gaps: Sequence[FetchRow]) -> str:
    """Which days are missing, in half a sentence."""
    if not gaps:
        return "no later day was asked for."
    days = sorted({gap.day for gap in gaps})
    if len(days) == 1:
        return f"{days[0]:%d.%m.%Y} was not fetched completely."
    return f"{len(days)} days from {days[0]:%d.%m.%Y} to {days[-1]:%d.%m.%Y} were not fetched completely."


def doubt_note(freshness: Freshness) -> str:
    """What of the answers could not be used, in a sentence or two; empty where all could."""
    told = []
    if freshness.refused_rows:
        rows = "row was" if freshness.refused_rows == 1 else "rows were"
        told.append(f"{freshness.refused_rows:,} report {rows} refused; what was stored for them stays.")
    if freshness.kept_days:
        days = "day stays" if freshness.kept_days == 1 else "days stay"
        told.append(f"{freshness.kept_days:,} {days} as fetched before: the newest answer could not be used.")
    return " ".join(told)


def detail_text(detail: Mapping[str, object]) -> str:
    """A reconciliation row's facts, as `name: value; name: value`."""
    return "; ".join(
        f"{name.replace('_', ' ')}: {value}" for name, value in detail.items() if value is not None
    )
