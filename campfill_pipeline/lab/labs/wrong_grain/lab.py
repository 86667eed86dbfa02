"""How lab 8 is set up and judged: a report that must neither count a row twice nor lose one."""

from __future__ import annotations

from decimal import Decimal

import psycopg

from campfill_pipeline.lab.bench import Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

PLAYED = 95_000
TRUTH = {"campaign A": 20_000, "campaign B": 20_000, "campaign E": 0, "deal C": 25_000, "deal D": 30_000}


class WrongGrain(Lab):
    """The lab."""

    number = 8
    title = "Campaign or deal"
    page = "08-campaign-or-deal.md"
    goal = "say what one row of a table stands for, and find the join that counts things twice"
    minutes = 20
    program = "report.sql"
    situation = (
        "The reporting tool sent six rows, each an hour at a site, 95,000 impressions together. A row can carry a campaign id and a deal id. "
        "`report.sql` joins lines, report rows and prices, and shows what was delivered for each line."
    )
    question = Question(
        "What do the delivered impressions of all lines in the report add up to?", unit="impressions"
    )
    look = (
        "report.sql, the query you may change",
        "`campfill lab try 8` shows what it answers",
        "the tables line, report_row and revision: `campfill lab try 8 db psql`",
    )
    hints = (
        "Say for each table what one row stands for. report_row: an hour at a site for a campaign and/or a deal. "
        "revision: not a line, but a version of one. What does a row of their join stand for?",
        "Two things double here. deal D has two prices; and the hours of campaign A ran through deal C, which is a line "
        "of ours too.",
        "Bring each side to one row per line *first* (WITH … AS), then join. A report row belongs to one line: to its "
        "campaign where we know it, else to its deal: `coalesce(campaign.id, deal.id)`.",
    )
    explanation = (
        "The grain of a table is what one row stands for. A join multiplies rows; so each side is brought to the grain "
        "of the question before they meet, and a row that could belong to two lines is given to one, by a rule."
    )
    wrong_ways = {
        "wrong_distinct": "equal figures are the same event",
        "wrong_campaigns_first": "a row can be counted for everybody who has a claim to it",
        "wrong_deals_first": "it does not matter who gets a row, as long as one does",
        "wrong_inner": "what has no partner in a join is not missed",
        "wrong_dearest": "any version will do",
        "wrong_null": "nothing and unknown are the same",
    }

    def prepare(self, bench: Bench) -> None:
        """The tables, with their rows."""
        bench.execute(self.sql())

    def observe(self, bench: Bench) -> Observation:
        """What the report as it was given answers."""
        rows = bench.ask(self.material("begin"))
        total = sum(delivered for _, delivered, _ in rows)
        return Observation(f"{total:.0f}", (
            f"really played, by the report rows themselves: {PLAYED:,}",
            *(f"{line}: {delivered:,.0f}" for line, delivered, _ in rows),
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """Each line has its own rows, each row is counted once, and the price is the newest."""
        self.prepare(bench)
        try:
            rows = bench.ask((bench.home / "report.sql").read_text(encoding="utf-8"))
            if unsaid := [line for line, delivered, _ in rows if delivered is None]:
                return not_yet(
                    f"What {', '.join(map(str, unsaid))} delivered is NULL in the report; it was not played, so it is 0.",
                    "that nothing and unknown are the same. A sum over no rows is NULL: `coalesce(…, 0)`",
                )
            found = {line: Decimal(delivered) for line, delivered, _ in rows}
        except (psycopg.Error, ValueError, TypeError, ArithmeticError) as error:
            words = str(error).strip().splitlines()[0]
            return not_yet(
                f"report.sql does not answer line, delivered, cpm: {words}.",
                "that a query that looks right runs. `campfill lab try 8` shows what the database says",
            )
        total = sum(found.values())
        if found.get("deal D") == 2 * TRUTH["deal D"]:
            return not_yet(
                f"deal D delivered {TRUTH['deal D']:,}; the report says {found['deal D']:,.0f}, twice too high.",
                "that a join only adds columns. It multiplies rows: deal D has two prices, so its hours are there twice",
            )
        if total > PLAYED:
            return not_yet(
                f"{PLAYED:,} impressions were played, and the lines add up to {total:,.0f}.",
                "that a row can be counted for everybody who has a claim to it. Two claims, one playout: a rule decides",
            )
        if found.get("campaign A") == TRUTH["campaign A"] // 2:
            return not_yet(
                f"campaign A played 10,000 at eight and 10,000 at nine; the report says {found['campaign A']:,.0f}.",
                "that equal figures are the same event. DISTINCT removes what looks alike, and the real one with it",
            )
        if total == PLAYED and found.get("deal C", 0) > TRUTH["deal C"]:
            return not_yet(
                f"campaign A was sold 20,000 impressions and they were played; the report says "
                f"{found.get('campaign A', 0):,.0f}, and counts them for deal C, the way they took.",
                "that it does not matter who gets a row, as long as one does. What was sold decides: the campaign, "
                "where we know it, else the deal",
            )
        if found != TRUTH:
            wrong = {line: f"{found[line]:,.0f}" if line in found else "is missing" for line in TRUTH
                     if found.get(line) != TRUTH[line]}  # fmt: skip
            return not_yet(
                f"The lines add up to {total:,.0f} of {PLAYED:,}: "
                + ", ".join(f"{line} {said} (right: {TRUTH[line]:,})" for line, said in wrong.items()) + ".",
                "that what has no partner in a join is not missed. A line that was never played is the one to be seen",
            )  # fmt: skip
        prices = {line: cpm for line, _, cpm in rows}
        if prices.get("deal D") != 5:
            return not_yet(
                f"deal D costs 5 now; the report says {prices.get('deal D')}.",
                "that any version will do. The newest holds, not the dearest and not the average",
            )
        return solved(
            "each row is counted once, for one line", f"the lines add up to the {PLAYED:,} that were played"
        )
