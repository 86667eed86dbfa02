"""How lab 2 is set up and judged: the same reader on a file and on one four times as long, under a memory limit."""

from __future__ import annotations

from uuid import UUID

from campfill_pipeline.lab.bench import MEGABYTE, Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

ROWS, TIMES = 50_000, 4
LIMIT_MB = 100
"""What a program of this lab may take for its data, all in all; Python and the database driver take some 30 of it."""
ALLOWED_GROWTH_MB = 0.8
"""The same program twice differs by some 0.2 MB. 150,000 goals of 8 bytes, the tightest way to keep them, are 1.2 MB."""


def _block() -> str:
    return "".join(
        f"{UUID(int=number)},2025_11573_0006_3_Infoscreen_Line {number},{1_000_000 + number}\n"
        for number in range(ROWS)
    )


GOALS = sum(1_000_000 + number for number in range(ROWS))


class BigFile(Lab):
    """The lab."""

    number = 2
    title = "250 MB"
    page = "02-250-mb.md"
    goal = "say what a program keeps in memory and why, and turn a reader that keeps the file into one that keeps a row"
    minutes = 15
    program = "total.py"
    situation = (
        f"`total.py` counts the rows of a list and adds their goals. `list.csv` has {ROWS:,} rows, `long.csv` {TIMES} "
        f"times as many. The program gets {LIMIT_MB} MB of memory, as a container would give it. (With 250 MB and 4 GB "
        "it is the same story, only slower.)"
    )
    question = Question(
        "long.csv has 16 MB. How many MB does the program want at its peak to read it with list(csv.DictReader(…))?",
        unit="MB",
    )
    look = (
        "total.py, the program you may change",
        "`campfill lab try 2` runs it on list.csv and says how much memory it took at its peak",
    )
    hints = (
        "After the line `rows = list(…)`, what of the file is needed to know the count and the sum?",
        "A file is an iterator, and so is csv.DictReader: `for row in …` brings one row at a time.",
        "Two numbers are enough: `count += 1` and `goals += int(row['goal'])`.",
    )
    explanation = (
        "A sum needs one row at a time and two numbers. What is kept decides the memory, not what is read: the "
        "streaming program takes the same for 4 MB, 16 MB and 250 MB."
    )
    wrong_ways = {"wrong_less": "less is enough", "wrong_tight": "less is enough"}

    def prepare(self, bench: Bench) -> None:
        """The table, and the two lists."""
        bench.execute("DROP TABLE IF EXISTS total; CREATE TABLE total (file text, rows bigint, goals bigint)")
        block = _block()
        bench.put("list.csv", "id,name,goal\n" + block)
        bench.put("long.csv", "id,name,goal\n" + block * TIMES)

    def observe(self, bench: Bench) -> Observation:
        """Both ways of reading, measured, and the naive one under the limit."""
        bench.put(".begin.py", self.material("begin"))
        bench.put(".solved.py", self.material("solved"))
        naive, row_by_row = bench.run(".begin.py", "long.csv"), bench.run(".solved.py", "long.csv")
        limited = bench.run(".begin.py", "long.csv", memory_mb=LIMIT_MB)
        size = (bench.home / "long.csv").stat().st_size / MEGABYTE
        return Observation(f"{naive.peak_mb:.0f}", (
            f"the file: {size:.0f} MB",
            f"keeping all rows: {naive.peak_mb:.0f} MB",
            f"one row at a time: {row_by_row.peak_mb:.0f} MB, most of it Python itself",
            f"keeping all rows, with {LIMIT_MB} MB allowed: {limited.last_words or 'killed'}",
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """Right for both files, within the limit, and with no more memory for the longer one."""
        self.prepare(bench)
        peaks = {}
        for file, times in (("list.csv", 1), ("long.csv", TIMES)):
            ran = bench.run("total.py", file, memory_mb=LIMIT_MB)
            if ran.code != 0:
                return not_yet(
                    f"With {LIMIT_MB} MB of memory, total.py did not get through {file}: "
                    f"{ran.last_words or 'it was killed'}.",
                    "that memory grows with the machine as the file grows with the business. "
                    "The machine is bought once, files grow every year",
                )
            if bench.ask("SELECT rows, goals FROM total WHERE file = %s", file) != [
                (ROWS * times, GOALS * times)
            ]:
                return not_yet(
                    f"The count or the sum of {file} is not right.", "that a faster answer is an answer"
                )
            peaks[file] = ran.peak_mb
        growth = peaks["long.csv"] - peaks["list.csv"]
        if growth > ALLOWED_GROWTH_MB:
            return not_yet(
                f"list.csv took {peaks['list.csv']:.1f} MB, long.csv {peaks['long.csv']:.1f} MB: "
                "the memory still grows with the file.",
                "that less is enough. What grows with the file ends at some file; only what does not grow never ends",
            )
        return solved(
            f"{peaks['list.csv']:.0f} MB for list.csv, {peaks['long.csv']:.0f} MB for the longer one"
        )
