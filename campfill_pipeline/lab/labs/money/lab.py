"""How lab 6 is set up and judged: 300 fees of ten cents, prices with four decimals, and sums that grow large."""

from __future__ import annotations

from decimal import Decimal

from campfill_pipeline.lab.bench import Bench, Ran
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

FEES = ["0.1"] * 300
DELIVERED = [("12149.71", "7.5925"), ("231810865.25", "0.0125"), ("619.5", "44.9999")]
TURNOVER = ["90071992547409.93", "0.01", "0.01", "0.01"]
GOALS = [2_000_000_000, 1_500_000_000]
REVENUE = sum((Decimal(i) * Decimal(c) / 1000 for i, c in DELIVERED), Decimal(0))


def _csv(header: str, rows: list[str]) -> str:
    return "\n".join([header, *rows, ""])


class Money(Lab):
    """The lab."""

    number = 6
    title = "Money"
    page = "06-money.md"
    goal = "choose the type of a column for money, prices and counts, and say what goes wrong with the others"
    minutes = 20
    program = "bill.py"
    situation = (
        "`bill.py` adds 300 fees of 0.10 €, the revenue of three lines (impressions ÷ 1,000 × CPM), a turnover in "
        "the trillions, and two impression goals. It uses float for money and integer for counts."
    )
    question = Question(
        "Three hundred times 0.1, added one after the other as floats: what comes out?",
        {
            "A": "30",
            "B": "a little less than 30",
            "C": "a little more than 30",
        },
    )
    look = (
        "bill.py, the program you may change: its arithmetic and its column types",
        "fees.csv, delivered.csv, turnover.csv, goals.csv, exactly as somebody typed them",
        "`campfill lab try 6` runs the program, which makes the tables bill and promised; then `campfill lab try 6 db psql`",
    )
    hints = (
        "The program fails at the goals first. 2,000,000,000 fits an integer of PostgreSQL (up to 2,147,483,647). And "
        "the sum?",
        "`Decimal('0.1')` is one tenth. `Decimal(0.1)` is not: then the harm is done before Decimal sees it.",
        "In the table: `numeric` for money (exact), `bigint` for the sum of goals.",
    )
    explanation = (
        "A float is a fraction whose denominator is a power of two; a tenth is none of those. Decimals are kept as "
        "digits, from the cell to the column. A sum needs a wider type than its parts."
    )
    wrong_ways = {
        "wrong_round": "rounding at the end brings back what was lost",
        "wrong_cents": "a price has two decimals",
        "wrong_store": "what is shown with two decimals may be stored with two",
        "wrong_count": "a float counts",
        "wrong_narrow": "one width fits every amount",
        "wrong_scale": "the decimals of a price are enough for what is computed from it",
    }

    def prepare(self, bench: Bench) -> None:
        """The four files; the program makes its tables itself."""
        bench.execute("DROP TABLE IF EXISTS bill; DROP TABLE IF EXISTS promised")
        bench.put("fees.csv", _csv("eur", FEES))
        bench.put("delivered.csv", _csv("impressions,cpm", [f"{i},{c}" for i, c in DELIVERED]))
        bench.put("turnover.csv", _csv("eur", TURNOVER))
        bench.put("goals.csv", _csv("goal", [str(goal) for goal in GOALS]))

    def observe(self, bench: Bench) -> Observation:
        """Add the fees as floats, and let the program as it was given fail at the goals."""
        total = 0.0
        for fee in FEES:
            total += float(fee)
        bench.put(".begin.py", self.material("begin"))
        ran = bench.run(".begin.py")
        turnover = bench.one("SELECT eur::text FROM bill WHERE what = 'turnover'")
        return Observation("B" if total < 30 else "C" if total > 30 else "A", (
            f"300 times 0.1, added as floats: {total!r}",
            f"turnover, three cents added to {TURNOVER[0]}: {turnover}",
            f"the goals: {ran.last_words}",
        ))  # fmt: skip

    def rehearse(self, bench: Bench) -> Ran:
        """Run the reader's program, with its two tables gone, since it makes them itself."""
        self.prepare(bench)
        return super().rehearse(bench)

    def check(self, bench: Bench) -> Verdict:
        """The goals fit, the fees are 30, the revenue is exact to the last digit, and no cent of the turnover is gone."""
        self.prepare(bench)
        ran = bench.run("bill.py")
        if "numeric field overflow" in ran.last_words:
            return not_yet(
                f"A column is too narrow for an amount: {ran.last_words}.",
                "that one width fits every amount. The turnover has 14 digits before the point; `numeric(15,2)` has room "
                "for 13, `numeric` without brackets for all",
            )
        promised = bench.ask("SELECT impressions FROM promised") if ran.code == 0 else []
        if promised != [(sum(GOALS),)]:
            return not_yet(
                f"The promised impressions are {sum(GOALS):,}; "
                + (f"the table says {promised}." if promised else f"the program says: {ran.last_words}."),
                "that a sum fits where each of its parts fits. The largest goal is within the type, two of them are not",
            )
        kind = bench.one("SELECT pg_typeof(impressions)::text FROM promised")
        if kind in ("real", "double precision"):
            return not_yet(
                f"The promised impressions are stored as {kind}.",
                "that a float counts. From 2⁵³ on it steps over every second number; a count is a bigint",
            )
        found = dict(bench.ask("SELECT what, eur::text FROM bill"))
        truth: dict[str, Decimal] = {
            "fees": Decimal(30),
            "revenue": REVENUE,
            "turnover": sum(map(Decimal, TURNOVER), Decimal(0)),
        }
        cents = sum(Decimal(i) * round(Decimal(c), 2) / 1000 for i, c in DELIVERED)
        if Decimal(found.get("fees", "0")) != 30:
            return not_yet(
                f"300 fees of 0.10 € are 30 €; the table says {found.get('fees')}.",
                "that a float holds what was typed. A tenth has no end in binary, as a third has none in decimal",
            )
        if Decimal(found.get("revenue", "0")) == cents:
            return not_yet(
                f"The revenue is {REVENUE.normalize():f} €; the table says {found['revenue']}.",
                "that a price has two decimals because money has. A CPM of 0.0125 is a price per thousand: "
                "rounded to cents it is 20 % less",
            )
        kept = _decimals_kept(found.get("revenue", "0"))
        if kept is not None and kept > 2:
            return not_yet(
                f"The revenue is {REVENUE.normalize():f} €; the table says {found['revenue']}.",
                f"that the decimals of a price are enough for what is computed from it. Impressions × CPM ÷ 1,000 has more "
                f"than {kept}; round where a figure is shown, not where it is stored",
            )
        if kept == 2:
            return not_yet(
                f"The revenue is {REVENUE.normalize():f} €; the table says {found['revenue']}.",
                "that what is shown with two decimals may be stored with two. Of 7,057 lines, each rounded where it is "
                "stored, the sum is not the sum; round where a figure is shown, or where the contract says so",
            )
        for what, right in truth.items():
            if Decimal(found.get(what, "0")) != right:
                return not_yet(
                    f"The {what} is {right.normalize():f} €; the table says {found.get(what)}.",
                    "that rounding at the end brings back what was lost on the way. A float has 15 to 17 digits; "
                    "where the number is large, the cents are beyond them",
                )
        return solved(
            "fees 30 €, revenue and turnover exact to the last digit",
            "3,500,000,000 promised impressions fit",
        )


def _decimals_kept(revenue: str) -> int | None:
    """To how many decimals the exact revenue was rounded, if that is all that happened to it."""
    exact = -int(REVENUE.normalize().as_tuple().exponent)
    return next((digits for digits in range(2, exact) if Decimal(revenue) == round(REVENUE, digits)), None)
