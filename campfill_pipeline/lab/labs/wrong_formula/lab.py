"""How lab 12 is set up and judged: healthy lines must not be accused, the weak one must be found, with its cause."""

from __future__ import annotations

from campfill_pipeline.domain.causes import Side
from campfill_pipeline.domain.fulfillment import Pace
from campfill_pipeline.lab.bench import Bench, Ran
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

WEAK = "mall 3"


class WrongFormula(Lab):
    """The lab."""

    number = 12
    title = "A formula that accuses the innocent"
    page = "12-a-formula-that-accuses-the-innocent.md"
    goal = "say why a straight line is a model, replace it by a measured week, and compare with what an outage cannot touch"
    minutes = 30
    program = "pace.py"
    situation = (
        "Today is Monday. `pace.py` calls a live line `behind` when it has less than 95 % of goal × elapsed days ÷ days. "
        "Malls are shut on Sundays. Of five live lines one is really weak. And for a week half of the screens have not "
        "played what they won, at all lines; four of them win twice as many auctions to make up for it. `pace.py` also says "
        "whose problem it is: the system's or the resources'."
    )
    question = Question("How many of the five lines does the straight line call behind?", unit="lines")
    look = (
        "pace.py, the program you may change",
        "the tables line, delivery_day, funnel and verdict: `campfill lab try 12 db psql`",
        "`campfill lab try 12` runs it; then `SELECT * FROM verdict`",
    )
    hints = (
        "`SELECT extract(dow FROM day), avg(impressions) … GROUP BY 1` over the lines that ended: what is a Sunday worth "
        "in a mall, and in a station?",
        "Give each day its weight. Due until today = goal × weights of the elapsed days ÷ weights of all days of the "
        "flight.",
        "For the cause: the outage is at all lines, so beside the others mall 3 looks normal. What would it have to be "
        "compared with? The table funnel has rows of the period `before`.",
    )
    explanation = (
        "A formula contains a belief about the world; the straight line believes that all days are equal. Measure the "
        "week instead of moving the threshold. And a fault that everybody shares is seen only beside a time without it."
    )
    wrong_ways = {
        "wrong_threshold": "a milder judge is a juster one",
        "wrong_peers": "the others are healthy",
        "wrong_always": "the cause is known before it is measured",
    }

    def prepare(self, bench: Bench) -> None:
        """The lines, their days and their funnels."""
        bench.execute(self.sql())

    def observe(self, bench: Bench) -> Observation:
        """The verdicts of the program as it was given."""
        bench.put(".begin.py", self.material("begin"))
        bench.run(".begin.py")
        behind = [
            name for (name,) in bench.ask("SELECT name FROM verdict WHERE pace = 'behind' ORDER BY name")
        ]
        side = bench.ask("SELECT side FROM verdict WHERE name = %s", WEAK)
        return Observation(f"{len(behind)}", (
            "behind, it says: " + ", ".join(behind),
            f"really behind: {WEAK}",
            f"whose problem, it says: {side[0][0] if side else 'nobody knows'}; really: the screens, so the system",
        ))  # fmt: skip

    def rehearse(self, bench: Bench) -> Ran:
        """Run the reader's program on the week as it was at the beginning, with no verdict yet."""
        self.prepare(bench)
        return super().rehearse(bench)

    def check(self, bench: Bench) -> Verdict:
        """No healthy line is behind, the weak one is, and its cause is the system."""
        self.prepare(bench)
        ran = bench.run("pace.py")
        found = {name: (pace, side) for name, pace, side in bench.ask("SELECT name, pace, side FROM verdict")}
        if len(found) != 5:
            return not_yet(
                f"pace.py judged {len(found)} of 5 lines: {ran.last_words}",
                "that a program that ends has done its work",
            )
        accused = sorted(name for name, (pace, _) in found.items() if pace == Pace.BEHIND and name != WEAK)
        if found[WEAK][0] != Pace.BEHIND:
            return not_yet(
                f"{WEAK} delivers four fifths of what it should, and is not called behind.",
                "that a milder judge is a juster one. The threshold was never the fault; the expectation was",
            )
        if accused:
            return not_yet(
                f"Healthy lines are called behind: {', '.join(accused)}.",
                "that all days are equal. A mall delivers nothing on a Sunday, and nothing is wrong with it",
            )
        if found[WEAK][1] != Side.SYSTEM:
            return not_yet(
                f"{WEAK} wins its auctions as before, and half of what it wins is not played; "
                f"pace.py calls that a matter of {found[WEAK][1] or 'nobody'}.",
                "that the others are healthy. An outage that everybody shares hides itself; only the time before it shows it",
            )
        bench.execute(self.sql() + self.sql("dearer"))
        bench.run("pace.py")
        side = bench.ask("SELECT side FROM verdict WHERE name = %s", WEAK)
        if side != [("resource",)]:
            return not_yet(
                f"In another week all screens play what they win, and {WEAK} wins half as many auctions as before; "
                f"pace.py calls that a matter of {side[0][0] if side else 'nobody'}.",
                "that the cause is known before it is measured. Last week's cause is not this week's",
            )
        return solved(
            "four healthy lines on track, mall 3 behind",
            "its cause: won, but not played, so the system; and in another week: auctions lost, so resources",
        )
