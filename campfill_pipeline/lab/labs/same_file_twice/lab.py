"""How lab 4 is set up and judged: one list loaded twice, then a changed one, then the first again."""

from __future__ import annotations

from uuid import UUID

import psycopg

from campfill_pipeline.lab.bench import Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

LINES = 40
CHANGED, NEW = 7, 41


def _list(goals: dict[int, int]) -> str:
    rows = [f"{UUID(int=number)},Line {number},{goal}" for number, goal in goals.items()]
    return "\n".join(["id,name,goal", *rows, ""])


MONDAY = {number: number * 1000 for number in range(1, LINES + 1)}
TUESDAY = MONDAY | {CHANGED: 99_000, NEW: 5_000}


class SameFileTwice(Lab):
    """The lab."""

    number = 4
    title = "The same file twice"
    page = "04-the-same-file-twice.md"
    goal = (
        "make a load that may be repeated: idempotence, insert against upsert, what a content hash can tell"
    )
    minutes = 20
    program = "load.py"
    situation = (
        "`load.py` loads a campaign list into the table `line`. Somebody was not sure whether Monday's list "
        "(`list.csv`, 40 lines) had gone in, and dropped it once more. It happens every week."
    )
    question = Question(
        "How many rows does the table hold after the second load?",
        {
            "A": "40: the database sees that they are the same",
            "B": "80",
            "C": "40, and an error on the screen",
        },
    )
    look = (
        "load.py, the program you may change",
        "list.csv (Monday) and tuesday.csv: line 7 has another goal, line 41 is new",
        "`campfill lab try 4` runs the program on list.csv, `campfill lab try 4 db psql` opens an SQL prompt",
    )
    hints = (
        "What would make two rows *the same line*? The table does not say. Which column could?",
        "A unique index on `id` stops the second load with an error. Safer, but Tuesday's list then never gets in.",
        "`INSERT … ON CONFLICT (id) DO UPDATE SET …` does both in one statement. Add a WHERE, and rows that are the "
        "same stay untouched: `WHERE (old) IS DISTINCT FROM (new)`.",
    )
    explanation = (
        "An operation is idempotent when doing it twice leaves the same state as doing it once. A key says what the "
        "same line is, the upsert says what happens when it is there already, and the WHERE keeps unchanged rows "
        "untouched, so that `written_at` goes on meaning something."
    )
    wrong_ways = {
        "wrong_do_nothing": "the same key means the same content",
        "wrong_hash": "what was seen once is still in force",
        "wrong_replace": "writing the same value is free",
        "wrong_look_first": "nobody comes between a look and a leap",
        "wrong_known_only": "all lines are known",
    }

    def prepare(self, bench: Bench) -> None:
        """An empty table and the two lists."""
        bench.execute(self.sql())
        self._lists(bench)

    def _lists(self, bench: Bench) -> None:
        bench.put("list.csv", _list(MONDAY))
        bench.put("tuesday.csv", _list(TUESDAY))

    def _empty(self, bench: Bench) -> None:
        """The lists as they were given, and empty tables; a key that the reader gave the table stays."""
        if bench.one("SELECT to_regclass('line') IS NULL OR to_regclass('seen') IS NULL"):
            self.prepare(bench)
            return
        bench.execute("TRUNCATE line, seen CASCADE")
        self._lists(bench)

    def go_wrong(self, bench: Bench, way: str) -> None:
        """Apply a plausible wrong answer, to a table without a key."""
        self.prepare(bench)
        super().go_wrong(bench, way)

    def observe(self, bench: Bench) -> Observation:
        """Load Monday's list twice with the program as it was given."""
        bench.put(".begin.py", self.material("begin"))
        counts = []
        for _ in range(2):
            bench.run(".begin.py")
            counts.append(bench.one("SELECT count(*) FROM line"))
        promised = bench.one("SELECT sum(impression_goal) FROM line")
        return Observation("B" if counts[1] == 2 * LINES else "A", (
            f"after the first load {counts[0]} rows, after the second {counts[1]}",
            f"impressions promised to customers: {promised:,}; true: {sum(MONDAY.values()):,}",
            "exit code 0 both times: nobody was told",
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """Monday, Monday, Tuesday, Monday: after each load the table must hold just that list's lines and goals."""
        self._empty(bench)
        for file in ("list.csv", "list.csv"):
            ran = bench.run("load.py", file)
            if "no unique or exclusion constraint" in ran.last_words:
                return not_yet(
                    f"The load of {file} ended with code {ran.code}: {ran.last_words}",
                    "that the database knows by itself which lines are the same. A conflict is always one with a key, "
                    "and the table has none: load.py or `campfill lab try 4 db psql` may give it one",
                )
            if ran.code != 0:
                return not_yet(
                    f"The load of {file} ended with code {ran.code}: {ran.last_words}",
                    "that a file never comes twice. It does, and the person who sent it cannot know why it failed",
                )
        rows = bench.one("SELECT count(*) FROM line")
        if rows != LINES:
            return not_yet(
                f"Monday's list was loaded twice, and the table holds {rows} rows instead of {LINES}.",
                "that each load happens exactly once. Files are sent again, runs are repeated: "
                "a load has to be one that may be repeated",
            )
        before = bench.one("SELECT max(written_at) FROM line")
        bench.run("load.py", "tuesday.csv")
        goal = bench.one("SELECT max(impression_goal) FROM line WHERE name = %s", f"Line {CHANGED}")
        if goal != TUESDAY[CHANGED]:
            return not_yet(
                f"Tuesday's list says {TUESDAY[CHANGED]:,} for line {CHANGED}; the table still says {_goal(goal)}.",
                "that the same key means the same content. A line keeps its id and changes its goal",
            )
        if (rows := bench.one("SELECT count(*) FROM line")) != len(TUESDAY):
            return not_yet(
                f"Tuesday's list brings line {NEW}; the table holds {rows} rows instead of {len(TUESDAY)}.",
                "that all lines are known already. A load has to do with what is new, too: update *or* insert",
            )
        if bench.one("SELECT count(*) FROM line WHERE written_at > %s", before) > 2:
            return not_yet(
                "Tuesday changed one line and brought one; other rows were written again as well.",
                "that writing the same value is free. It costs, and afterwards nobody can tell what really changed",
            )
        bench.run("load.py", "list.csv")
        goal = bench.one("SELECT max(impression_goal) FROM line WHERE name = %s", f"Line {CHANGED}")
        if goal != MONDAY[CHANGED]:
            return not_yet(
                f"Monday's list was sent again to go back to it; line {CHANGED} still has Tuesday's {_goal(goal)}.",
                "that what was seen once is still in force. The same bytes can be news: A, then B, then A again",
            )
        if _takes_the_same_line_twice(bench):
            return not_yet(
                "One program after the other is right. But the table took the same line twice when another program "
                "wrote it, and two that look at the same moment both see nothing.",
                "that nobody comes between a look and a leap. Only the database sees all who write: it needs the key",
            )
        return solved("Monday, Monday, Tuesday, Monday: 40 lines, then 41, each with its list's goal",
                      "only the rows that had changed were written")  # fmt: skip


def _goal(goal: int | None) -> str:
    return "nothing" if goal is None else f"{goal:,}"


def _takes_the_same_line_twice(bench: Bench) -> bool:
    """Whether the table lets another program write a line that is there already."""
    with bench.connect() as connection, connection.transaction(force_rollback=True):
        try:
            connection.execute(
                "INSERT INTO line (id, name, impression_goal) SELECT id, name, 1 FROM line LIMIT 1"
            )
        except psycopg.Error:
            return False
    return True
