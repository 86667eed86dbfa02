"""How lab 10 is set up and judged: the steps of 50 lines beside those of 200."""

from __future__ import annotations

from pathlib import Path

from campfill_pipeline.lab.bench import Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved
from campfill_pipeline.lab.labs.line_301.steps import rows_looked_at, steps

FEW, MANY = 50, 200
"""Counted step by step, which is slow; the seconds are measured with more lines. Count the larger number first."""
ALLOWED_TIMES = 7
LINES = 1200
TRUTH = (
    "SELECT count(*) FROM fulfillment JOIN (SELECT line_no, sum(impressions) AS played FROM delivery_day GROUP BY 1) AS d "
    "USING (line_no) WHERE delivered = played"
)


class Line301(Lab):
    """The lab."""

    number = 10
    title = "Line 301"
    page = "10-line-301.md"
    goal = "answer “what happens at 301 campaigns?” with a curve, and name the price of each way to scale"
    minutes = 25
    program = "fulfil.py"
    situation = (
        "300 campaigns ran well. Will it hold at 301? `fulfil.py` computes what was delivered for the first N lines "
        "(ten days each). It is right, and quick enough today."
    )
    question = Question(
        f"{MANY} lines are four times as many as {FEW}. How many times as much work are they for this program?",
        {"A": "as much: computers are fast", "B": "about 4 times", "C": "about 16 times"},
    )
    look = (
        "fulfil.py, the program you may change: count its loops",
        "`campfill lab try 10` runs it for 300 lines and says how long it took",
        "`campfill lab try 10 scale.py` measures three other ways: a faster machine, more workers, partitions",
    )
    hints = (
        "For one line, how many rows of `days` are looked at? For all lines?",
        "Each row of `days` concerns one line. Can it find its line, instead of every line looking at every row?",
        "A dictionary: `delivered[line_no] += impressions`, one pass. Or leave it to the database: GROUP BY does the same.",
    )
    explanation = (
        "Nothing happens at line 301; the shape of the curve happens, from line 1 on. A loop in a loop makes lines × rows, "
        "and rows grow with lines: four times as many, sixteen times the work. A hash makes it one pass."
    )
    wrong_ways = {
        "wrong_workers": "more workers, or a faster machine, change the shape of a curve",
        "wrong_processes": "more workers, or a faster machine, change the shape of a curve",
        "wrong_ask_each": "what the database does costs nothing",
    }

    def prepare(self, bench: Bench) -> None:
        """1,200 lines and their delivery."""
        bench.execute(self.sql())
        bench.put("scale.py", (Path(__file__).parent / "scale.py").read_text(encoding="utf-8"))

    def observe(self, bench: Bench) -> Observation:
        """Seconds for growing numbers of lines and steps for two, with the program as it was given and with one pass."""
        bench.put(".begin.py", self.material("begin"))
        bench.put(".solved.py", self.material("solved"))
        start = bench.run(".begin.py", "1").cpu_seconds
        seconds = {
            n: max(bench.run(".begin.py", str(n)).cpu_seconds - start, 0) for n in (300, 301, 600, LINES)
        }
        many, once, few = (
            steps(bench, program, lines)
            for program, lines in ((".begin.py", MANY), (".solved.py", MANY), (".begin.py", FEW))
        )
        times = many / few
        return Observation("A" if times < 2 else "B" if times < 8 else "C", (
            *(f"{lines:,} lines: {spent * 1000:.0f} ms" for lines, spent in seconds.items()),
            f"counted (lines of Python, rows looked at), {FEW} lines take {few:,} steps, {MANY} lines {many:,}: {many / few:.0f} times as many",
            f"{MANY} lines in one pass: {once:,} steps",
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """Right for all lines, and four times as many lines take about four times as many steps."""
        self.prepare(bench)
        ran = bench.run("fulfil.py", f"{LINES}")
        right = bench.one(TRUTH)
        if right != LINES:
            return not_yet(
                f"Of {LINES:,} lines, {right:,} have the right figure{f' ({ran.last_words})' if ran.code else ''}.",
                "that a quicker answer is the same answer",
            )
        many, few = (steps(bench, "fulfil.py", lines) for lines in (MANY, FEW))
        if many > ALLOWED_TIMES * few:
            return not_yet(
                f"{FEW} lines take {few:,} steps, {MANY} lines {many:,}: four times the lines, "
                f"{many / few:.0f} times the work.",
                "that what the database does costs nothing. Asked once for each line, it looks through all rows each time"
                if _asks_for_each_line(bench)
                else "that more workers, or a faster machine, change the shape of a curve. They divide it by their number, "
                "once; the curve goes on growing as before",
            )
        return solved(f"{FEW} lines: {few:,} steps, {MANY} lines: {many:,}: the work grows as the lines do")


def _asks_for_each_line(bench: Bench) -> bool:
    """Whether the database looks at the rows of delivery more than a few times over."""
    before = rows_looked_at(bench)
    bench.run("fulfil.py", f"{FEW}")
    rows: int = bench.one("SELECT count(*) FROM delivery_day")
    return rows_looked_at(bench) - before > 10 * rows
