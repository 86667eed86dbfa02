"""How each cause is said to a person: its name, what it means, what to do about it, and the end of a sentence.

Belongs here: every wording of a cause, so that page, workbook and attention list never tell it differently. Does not
belong here: which cause a line has (`causes`).
"""

from __future__ import annotations

from dataclasses import dataclass

from campfill_pipeline.domain.causes import Cause


@dataclass(frozen=True, slots=True)
class CauseWords:
    """One cause. `because` ends a sentence that began with the line: “…; why: it lost too many auctions”."""

    name: str
    sentence: str
    action: str
    because: str


CAUSE_WORDS: dict[Cause, CauseWords] = {
    Cause.NOT_SELECTED: CauseWords(
        name="Not selected",
        sentence="The system chose this campaign for too few auctions.",
        action="Look at targeting, priority and pacing of the campaign: a system matter.",
        because="it was not selected for enough auctions (system)",
    ),
    Cause.TOO_FEW_BIDS: CauseWords(
        name="Too few bids",
        sentence="The buyer bid too rarely, or the deal was chosen for too few auctions.",
        action="Ask the buyer about budget and bidding; the hours without any bid below tell when.",
        because="too few bids came in; whether from the buyer or our selection cannot be told",
    ),
    Cause.LOST_AUCTIONS: CauseWords(
        name="Lost auctions",
        sentence="It took part in enough auctions and lost more of them than lines like it usually do.",
        action="Look at price and competing bookings: a matter of resources.",
        because="it lost too many auctions (resource)",
    ),
    Cause.WON_BUT_NOT_PLAYED: CauseWords(
        name="Won but not played",
        sentence="It won its auctions, but too few of the wins were played on screens.",
        action="Look at players and playout in the weakest sites and hours: a system matter.",
        because="auctions were won but not played (system)",
    ),
    Cause.LOW_AUDIENCE: CauseWords(
        name="Low audience",
        sentence="It was played often enough, but fewer people than usual stood in front of the screens.",
        action="Look at the choice of sites and hours: a matter of resources.",
        because="each play reached too few people (resource)",
    ),
    Cause.NOT_FETCHED: CauseWords(
        name="Delivery not fetched",
        sentence="Some days of its flight were never fetched completely, so nothing can be said.",
        action="Fetch the missing days:",
        because="not all of its days were fetched",
    ),
    Cause.NO_REPORTING: CauseWords(
        name="No report rows",
        sentence="All days were fetched, yet reporting has not a single row for this ID.",
        action="Check whether the line's ID in the list is the ID that reporting uses.",
        because="its days were fetched, but no row reports it",
    ),
    Cause.NO_FUNNEL: CauseWords(
        name="No funnel figures",
        sentence="Its rows come from a source that does not tell bids, wins and plays, like a CSV export.",
        action="Connect a reporting API that has the funnel, if there is one.",
        because="its rows have no bids, wins and plays to look into",
    ),
    Cause.NO_HOURS: CauseWords(
        name="No hours",
        sentence="Its figures come by whole days, and causes are told by the hour: they stay unknown.",
        action="Ask the source for hours, if it has them.",
        because="its figures come by whole days, without hours to look into",
    ),
    Cause.NO_REFERENCE: CauseWords(
        name="Nothing to compare with",
        sentence="No comparable line delivered well enough in the same time to compare it with.",
        action="Judge it by hand; the curve and the sites below help.",
        because="there is nothing to compare it with",
    ),
}
