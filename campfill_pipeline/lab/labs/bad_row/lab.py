"""How lab 5 is set up and judged: a bad row, then a database that gives up in the middle."""

from __future__ import annotations

from uuid import UUID

from campfill_pipeline.domain.uploads import UploadStatus
from campfill_pipeline.lab.bench import Bench, Ran
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

ROWS, BAD_ROW, BAD = 5000, 4711, "not-a-uuid"
"""`BAD_ROW` as a spreadsheet counts: row 1 is the header."""


def _list(bad: bool) -> str:
    ids = {number: str(UUID(int=number)) for number in range(2, ROWS + 2)}
    if bad:
        ids[BAD_ROW] = BAD
    return "\n".join(
        ["id,name,goal", *(f"{key},Line {number},{number}000" for number, key in ids.items()), ""]
    )


class BadRow(Lab):
    """The lab."""

    number = 5
    title = "An invalid UUID in row 4,711"
    page = "05-an-invalid-uuid-in-row-4711.md"
    goal = (
        "say how far an error travels, and choose between row by row, all or nothing, "
        "and good rows in, bad rows back"
    )
    minutes = 35
    program = "load.py"
    situation = (
        "`load.py` loads a list of 5,000 lines, one row at a time, and keeps a status in the table `upload`. "
        f"Row {BAD_ROW:,} of `list.csv` has `{BAD}` where an id should be. `outage.csv` is a clean list, but while "
        "it is loaded the database gives up in the middle, as it does when its disk is full."
    )
    question = Question(
        "How many of the 5,000 lines are in the table after the load of list.csv? "
        f"(The bad one is in row {BAD_ROW:,}; row 1 is the header.)",
        unit="lines",
    )
    look = (
        "load.py, the program you may change, above all its `try … except ValidationError`",
        "the tables line, issue and upload, and the words that upload.status allows: `campfill lab try 5 db psql`, `\\d upload`",
        "`campfill lab try 5` runs the program on list.csv, with tables as empty as at the beginning; "
        "`campfill lab try 5 load.py outage.csv` runs it on what the tables hold",
    )
    hints = (
        "Each INSERT commits by itself. So what is in the table when the 4,710th row stops the program?",
        "Judge all rows before the first is stored: a list of good ones, a list of bad ones with their row numbers.",
        "Put lines, issues and status into one `with db.transaction():`. The status of failure is written outside "
        "of it: what is rolled back cannot tell of itself. And catch `psycopg.Error` too, not your own errors only.",
    )
    explanation = (
        "A bad row is the sender's matter: it goes back with its address, and the others go in. A database that fails "
        "is ours: then nothing of the file may be in. One transaction makes the second sure; judging first makes "
        "it short."
    )
    wrong_ways = {
        "wrong_skip": "a row which cannot be read will not be missed",
        "wrong_row_by_row": "only the file can be at fault",
        "wrong_undo": "whoever made a mess can still clean it up",
        "wrong_loaded": "a file is either good or bad",
        "wrong_once": "a file comes once",
    }

    def prepare(self, bench: Bench) -> None:
        """Empty tables, a list with a bad row, a clean one."""
        bench.execute(self.sql())
        bench.put("list.csv", _list(bad=True))
        bench.put("outage.csv", _list(bad=False))

    def observe(self, bench: Bench) -> Observation:
        """Load both lists with the program as it was given."""
        bench.put(".begin.py", self.material("begin"))
        first = bench.run(".begin.py", "list.csv")
        lines = bench.one("SELECT count(*) FROM line")
        again = bench.run(".begin.py", "list.csv")
        bench.execute("TRUNCATE line; " + self.sql("outage"))
        outage = bench.run(".begin.py", "outage.csv")
        status = bench.one("SELECT status FROM upload WHERE file = 'outage.csv'")
        return Observation(f"{lines}", (
            f"list.csv: {first.last_words[:90]}",
            f"in the table: {lines:,} of {ROWS:,} lines, which is neither the old state nor the new one",
            f"tried again: {again.last_words[:90]}",
            f"outage.csv: {outage.last_words[:90]}",
            f"the status of outage.csv: {status}, now and for ever; no program is running any more",
        ))  # fmt: skip

    def rehearse(self, bench: Bench) -> Ran:
        """Run the reader's program on list.csv, with the tables and the list as they were at the beginning."""
        self.prepare(bench)
        return super().rehearse(bench)

    def check(self, bench: Bench) -> Verdict:
        """Good rows in, the bad one back with its address; and nothing of a load that the database broke off."""
        self.prepare(bench)
        ran = bench.run("load.py", "list.csv")
        lines = bench.one("SELECT count(*) FROM line")
        if not lines and ran.code != 0 and BAD not in ran.error and "uuid" not in ran.last_words.lower():
            return not_yet(
                f"load.py stored nothing of list.csv; its last words: {ran.last_words}",
                "that the one error one had in mind is the only one. This one is of the program, not of the list",
            )
        if lines != ROWS - 1:
            return not_yet(
                f"{lines:,} lines are in the table; {ROWS - 1:,} rows of list.csv are good.",
                "that one bad row spoils the others. 4,999 customers wait for their lines because of one typing error",
            )
        issues = bench.ask("SELECT row_no, value FROM issue WHERE file = 'list.csv'")
        if issues != [(BAD_ROW, BAD)]:
            return not_yet(
                f"The table issue holds {issues or 'nothing'}; it should say row {BAD_ROW} and the value {BAD!r}.",
                "that a row which cannot be read will not be missed. Somebody sold that line, and nobody is told",
            )
        if (said := _status(bench, "list.csv")) != UploadStatus.PARTLY_LOADED:
            return not_yet(
                f"One row of list.csv went back, and its status is {said}; the table upload knows `partly_loaded`.",
                "that a file is either good or bad. Who reads `loaded` looks for no row that came back",
            )
        bench.put("list.csv", _list(bad=False))  # the sender mended it, and drops it again
        again = bench.run("load.py", "list.csv")
        bench.put("list.csv", _list(bad=True))  # and the reader finds it as it was
        lines = bench.one("SELECT count(*) FROM line")
        if lines != ROWS:
            return not_yet(
                f"The row was mended and the list loaded again: {lines:,} of {ROWS:,} lines are in ({again.last_words}).",
                "that a file comes once. Whoever gets a row back mends it, and sends the whole list again",
            )
        bench.execute("TRUNCATE line, issue, upload; " + self.sql("outage"))
        bench.run("load.py", "outage.csv")
        lines = bench.one("SELECT count(*) FROM line")
        status = bench.ask("SELECT status FROM upload WHERE file = 'outage.csv'")
        if lines:
            return not_yet(
                f"The disk was full at row 3,000 of outage.csv, and {lines:,} lines of it stayed in the table; "
                f"its status is {status[0][0] if status else 'not there'}.",
                "that only the file can be at fault. Databases, disks and networks fail too, and in the middle",
            )
        if status != [("failed",)]:
            return not_yet(
                f"Nothing of outage.csv was stored, and its status is {status[0][0] if status else 'not there'}.",
                "that whoever starts a thing also ends it. A status that nobody ends says `saving` for ever",
            )
        bench.execute("TRUNCATE line, issue, upload; " + self.sql("gone"))
        bench.run("load.py", "outage.csv")
        lines = bench.one("SELECT count(*) FROM line")
        if lines or _status(bench, "outage.csv") in (UploadStatus.LOADED, UploadStatus.PARTLY_LOADED):
            return not_yet(
                f"The connection to the database was cut at row 3,000 of outage.csv, and {lines:,} lines of it stayed; "
                f"its status is {_status(bench, 'outage.csv')}.",
                "that whoever made a mess can still clean it up. The program in trouble is the one that cannot",
            )
        return solved(f"{ROWS - 1:,} good rows in, row {BAD_ROW:,} back with its address",
                      "the mended list: all in",
                      "after the full disk and the cut connection: no line of that file, no status that lies")  # fmt: skip


def _status(bench: Bench, file: str) -> str:
    found = bench.ask("SELECT status FROM upload WHERE file = %s", file)
    return str(found[0][0]) if found else "not there"
