"""The words of page and workbook: what each code means, in sentences for a product manager.

Belongs here: labels and sentences. Does not belong here: figures, layout.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from campfill_pipeline.domain.fulfillment import Bands
from campfill_pipeline.warehouse.readers.page_rows import FetchRow

KINDS = {"campaign": "Campaigns", "deal": "Deals", "all": "All kinds"}
PURCHASE_TYPES = {
    "guaranteed": "guaranteed",
    "unguaranteed": "unguaranteed",
    "unknown": "purchase type unknown",
    "all": "all",
}
BANDS = {
    "goal_met": "Goal met",
    "near_goal": "Near goal",
    "moderate_shortfall": "Moderate shortfall",
    "critical_shortfall": "Critical shortfall",
    "no_data": "No data",
}
PACES = {"behind": "Behind", "on_track": "On track", "ahead": "Ahead", "unmeasured": "First day"}
LIFECYCLES = {
    "scheduled": "not started",
    "live": "running",
    "ended_provisional": "ended, figures still provisional",
    "ended_final": "ended",
}
SIDES = {"system": "System", "resource": "Resources", "unknown": "Unknown", "none": "No verdict"}
SIDE_MEANINGS = {
    "system": "our selection or playout held it back",
    "resource": "the market or the audience was not there",
    "unknown": "the buyer, or data that are missing",
    "none": "too small a gap to name a cause",
}
SIDE_PHRASES = {
    "system": "a system problem",
    "resource": "a resource problem",
    "unknown": "of unknown cause",
    "none": "too small to judge",
}
CAUSES = {
    "not_selected": "Not selected",
    "too_few_bids": "Too few bids",
    "lost_auctions": "Lost auctions",
    "won_but_not_played": "Won but not played",
    "low_audience": "Low audience",
    "not_fetched": "Delivery not fetched",
    "no_reporting": "No report rows",
    "no_funnel": "No funnel figures",
    "no_reference": "Nothing to compare with",
}
CAUSE_SENTENCES = {
    "not_selected": "The system chose this campaign for too few auctions.",
    "too_few_bids": "The buyer bid too rarely, or the deal was chosen for too few auctions.",
    "lost_auctions": "It took part in enough auctions and lost more of them than lines like it usually do.",
    "won_but_not_played": "It won its auctions, but too few of the wins were played on screens.",
    "low_audience": "It was played often enough, but fewer people than usual stood in front of the screens.",
    "not_fetched": "Some days of its flight were never fetched completely, so nothing can be said.",
    "no_reporting": "All days were fetched, yet reporting has not a single row for this ID.",
    "no_funnel": "Its rows come from a CSV export, which has no bids, wins or plays.",
    "no_reference": "No comparable line delivered well enough in the same time to compare it with.",
}
CAUSE_ACTIONS = {
    "not_selected": "Look at targeting, priority and pacing of the campaign: a system matter.",
    "too_few_bids": "Ask the buyer about budget and bidding; the hours without any bid below tell when.",
    "lost_auctions": "Look at price and competing bookings: a matter of resources.",
    "won_but_not_played": "Look at players and playout in the weakest sites and hours: a system matter.",
    "low_audience": "Look at the choice of sites and hours: a matter of resources.",
    "not_fetched": "Fetch the missing days: campfill refresh --from DAY --to DAY.",
    "no_reporting": "Check whether the line's ID in the list is the ID that reporting uses.",
    "no_funnel": "Connect the reporting API, which has the funnel.",
    "no_reference": "Judge it by hand; the curve and the sites below help.",
}
ACTIONS = {
    "created": "first seen",
    "updated": "changed by an upload",
    "reverted": "an upload was undone",
    "withdrawn": "withdrawn",
    "restored": "restored",
}
PILES = {
    "line_without_report": "lines without any report row",
    "orphan": "report IDs that no line has",
    "kind_conflict": "lines whose kind differs",
    "ambiguous": "report rows that fit two lines",
    "name_differs": "names that differ",
    "purchase_type_changed": "changes of purchase type",
    "overview_differs": "overview totals that differ from the hours",
    "outside_flight": "lines with delivery outside their flight",
    "budget_mismatch": "budgets that do not fit goal and CPM",
    "refused_row": "groups of report rows that could not be read",
}


DISAGREEMENTS = {
    "line_without_report": "Reporting has no row for this line",
    "kind_conflict": "The list and reporting say different kinds; reporting counts",
    "name_differs": "The names differ",
    "purchase_type_changed": "The purchase type changed",
    "overview_differs": "The reporting's own total differs from its hours",
    "outside_flight": "Delivery outside the flight: counted, and shown apart",
    "budget_mismatch": "The budget does not fit goal and CPM",
    "ambiguous": "Report rows also fit another line; they count once",
}


def band_limits(bands: Bands) -> dict[str, str]:
    """What each band means in percent of the goal, for these thresholds."""
    met, near, moderate = (
        f"{limit.normalize():f}" for limit in (bands.goal_met, bands.near_goal, bands.moderate)
    )
    return {
        "goal_met": f"{met} % and more",
        "near_goal": f"{near} to below {met} %",
        "moderate_shortfall": f"{moderate} to below {near} %",
        "critical_shortfall": f"below {moderate} %",
        "no_data": "no report row at all",
    }


def page_words(bands: Bands) -> dict[str, dict[str, str]]:
    """All words the page's scripts look up, by group."""
    return {
        "kinds": KINDS,
        "purchase_types": PURCHASE_TYPES,
        "bands": BANDS,
        "band_limits": band_limits(bands),
        "paces": PACES,
        "lifecycles": LIFECYCLES,
        "sides": SIDES,
        "side_meanings": SIDE_MEANINGS,
        "side_phrases": SIDE_PHRASES,
        "causes": CAUSES,
        "cause_sentences": CAUSE_SENTENCES,
        "cause_actions": CAUSE_ACTIONS,
        "actions": ACTIONS,
        "piles": PILES,
        "disagreements": DISAGREEMENTS,
    }


def gap_note(gaps: Sequence[FetchRow]) -> str:
    """Which days are missing, in half a sentence."""
    if not gaps:
        return "no later day was asked for."
    days = sorted({gap.day for gap in gaps})
    if len(days) == 1:
        return f"{days[0]:%d.%m.%Y} was not fetched completely."
    return f"{len(days)} days from {days[0]:%d.%m.%Y} to {days[-1]:%d.%m.%Y} were not fetched completely."


def detail_text(detail: Mapping[str, object]) -> str:
    """A reconciliation row's facts, as `name: value; name: value`."""
    return "; ".join(
        f"{name.replace('_', ' ')}: {value}" for name, value in detail.items() if value is not None
    )
