"""How lab 1 is set up and judged: a new list comes, and one cell of it is followed to the page."""

from __future__ import annotations

from pathlib import Path

import xlsxwriter

from campfill_pipeline.lab.bench import Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

NEEDS = {
    "judge": ("read",), "store": ("judge",), "fulfil": ("store", "deliver"), "page": ("fulfil",),
}  # fmt: skip
YESTERDAY, TODAY = 8_000, 10_000
"""The goal of the followed line, in cell B3."""
DELIVERED = 8_000


def _list(file: Path, goal: int) -> None:
    with xlsxwriter.Workbook(str(file)) as book:
        sheet = book.add_worksheet("Campaign list")
        for row, values in enumerate(
            [("Name", "Goal"), ("Infoscreen", 5_000), ("Station", goal), ("Roadside", 2_500)]
        ):
            sheet.write_row(row, 0, values)


class OneFile(Lab):
    """The lab."""

    number = 1
    title = "One file, end to end"
    page = "01-one-file-end-to-end.md"
    goal = "follow one row from its cell to the page, and say why the steps between have an order"
    minutes = 20
    program = "pipeline.py"
    situation = (
        "Six small steps lead from a workbook to a page: read, judge, store, deliver, fulfil, page. Yesterday cell B3 of "
        "`list.xlsx` (the goal of “Station”) said 8,000; today it says 10,000. 8,000 impressions were delivered. "
        "`pipeline.py` runs all six steps, and every one of them works."
    )
    question = Question(
        "What does the page say about “Station” after today's run?",
        {"A": "80.0 %: 8,000 of 10,000", "B": "100.0 %: as yesterday", "C": "nothing: a step fails"},
    )
    look = (
        "pipeline.py, the program you may change; steps.py, which is right: under the name of each step stands what it reads "
        "and what it leaves behind",
        "`campfill lab try 1` runs the pipeline; then look at page.txt",
        "`campfill lab try 1 db psql`: a table for each step, and `diary`, which notes the steps as they run",
    )
    hints = (
        "In which order do the steps run? `SELECT step FROM diary ORDER BY no`. Which table does `page` read, and who "
        "fills it, and when?",
        "Draw an arrow from each step to the steps that read what it leaves behind. No arrow may point backwards in time.",
        "Python can do it for you: `graphlib.TopologicalSorter({'judge': ['read'], …}).static_order()`.",
    )
    explanation = (
        "What a step needs are the edges of a graph without cycles; an order that follows them all is a topological "
        "order. Say the needs, and let the order be computed: the next step then finds its place by itself."
    )
    wrong_ways = {
        "wrong_again": "what comes right in the end is right",
        "wrong_page": "the page is the work",
        "wrong_leave_out": "what is there need not be made",
    }

    def prepare(self, bench: Bench) -> None:
        """Everything as it was yesterday evening, and today's list in the inbox."""
        bench.execute(self.sql())
        bench.put("steps.py", (Path(__file__).parent / "steps.py").read_text(encoding="utf-8"))
        bench.put("delivery.csv", f"name,impressions\nInfoscreen,4000\nStation,{DELIVERED}\nRoadside,2500\n")
        _list(bench.home / "list.xlsx", YESTERDAY)
        bench.put(".solved.py", self.material("solved"))
        bench.run(".solved.py")
        bench.execute("TRUNCATE diary")
        _list(bench.home / "list.xlsx", TODAY)

    def observe(self, bench: Bench) -> Observation:
        """Today's run, with the program as it was given."""
        bench.put(".begin.py", self.material("begin"))
        ran = bench.run(".begin.py")
        said = _page(bench)
        order = " → ".join(step for (step,) in bench.ask("SELECT step FROM diary ORDER BY no"))
        goals = bench.ask(
            "SELECT (SELECT value FROM cell WHERE address = 'B3'), goal FROM line WHERE name = 'Station'"
        )
        return Observation("C" if ran.code else "A" if said == "80.0 %" else "B", (
            f"the steps, as they ran: {order}",
            f"cell B3: {goals[0][0]}; the goal in the table line: {goals[0][1]}",
            f"the page: Station: {said}",
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """Today's figure is on the page, and each step ran once, after what it needs."""
        self.prepare(bench)
        ran = bench.run("pipeline.py")
        said, steps = _page(bench), [step for (step,) in bench.ask("SELECT step FROM diary ORDER BY no")]
        if said != "80.0 %":
            return not_yet(
                f"Cell B3 says 10,000, 8,000 were delivered, and the page says {said}"
                + (f" ({ran.last_words})." if ran.code else "."),
                "that it is enough that every step works. A step that runs before what it needs works on yesterday",
            )
        if missing := [
            step for step in ("read", "judge", "store", "deliver", "fulfil", "page") if step not in steps
        ]:
            shortcut = len(missing) == 6
            return not_yet(
                f"The page is right, and these steps never ran: {', '.join(missing)}.",
                "that the page is the work. It is made from what lies before it, and tomorrow it is made again"
                if shortcut
                else "that what is there need not be made. It is yesterday's, and equal to today's by luck",
            )
        if len(steps) != len(set(steps)):
            return not_yet(
                f"The page is right, after {len(steps)} steps instead of 6; on the way it showed yesterday's figures.",
                "that what comes right in the end is right. Whoever looked in between saw a wrong page, "
                "and with a seventh step four rounds may be too few",
            )
        for step, needs in NEEDS.items():
            for need in needs:
                if steps.index(need) > steps.index(step):
                    return not_yet(f"`{step}` ran before `{need}`, whose result it reads.",
                                   "that an order that worked today is an order")  # fmt: skip
        return solved(
            "Station: 80.0 %, from cell B3 to the page",
            "six steps, each after what it needs: " + " → ".join(steps),
        )


def _page(bench: Bench) -> str:
    page = bench.home / "page.txt"
    lines = page.read_text(encoding="utf-8").splitlines() if page.exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("Station")), "nothing")
