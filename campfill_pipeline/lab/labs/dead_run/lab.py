"""How lab 9 is set up and judged: a run that is killed, and one that is only slow."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import time

from campfill_pipeline.lab.bench import Bench
from campfill_pipeline.lab.frame import Lab, Observation, Question, Verdict, not_yet, solved

LINES = 10
CONNECTED = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'lab run'"


class DeadRun(Lab):
    """The lab."""

    number = 9
    title = "A dead run"
    page = "09-a-dead-run.md"
    goal = "say who notices that a process died, and tell a dead run from a slow one"
    minutes = 25
    program = "run.py"
    situation = (
        "`run.py` loads a file of ten lines and keeps a ledger (table `upload`): running, then done. In the middle it is "
        "killed with `kill -9`, as the system does when memory runs out. Then somebody starts it again."
    )
    question = Question(
        "What does the second run do?",
        {
            "A": "it loads the missing lines",
            "B": "it loads all ten lines again",
            "C": "nothing: it believes that another run is at it",
        },
    )
    look = (
        "run.py, the program you may change",
        "the tables upload and line (written_by is the process that wrote the row)",
        "`campfill lab try 9` runs it once, which takes a second; `campfill lab check 9` is who kills one",
    )
    hints = (
        "A status is what a process *said*. The dead say nothing. What of a process ends with it, whatever it dies of? "
        "Its memory, its open files, its connection to the database.",
        "`SELECT pg_try_advisory_lock(7)` answers true for one connection at a time, and PostgreSQL takes the lock back "
        "when that connection is gone.",
        "Take the lock first. Not got: another one lives, leave. Got, and the ledger says `running`: that run is dead; "
        "do its work. All of the work in one transaction, so that the dead one left nothing behind.",
    )
    explanation = (
        "The ledger says what is to be done; the lock says who is alive. Neither can be replaced by a guess about time: "
        "a slow run looks just like a dead one. A transaction makes sure that the dead leave no half work."
    )
    wrong_ways = {
        "wrong_again": "whoever finds work unfinished is alone with it",
        "wrong_timeout": "whoever finds work unfinished is alone with it",
        "wrong_lock_only": "a dead run leaves nothing behind",
        "wrong_over": "whoever finds work unfinished is alone with it",
    }

    def prepare(self, bench: Bench) -> None:
        """An empty ledger."""
        bench.execute(self.sql())

    def observe(self, bench: Bench) -> Observation:
        """Kill a run of the program as it was given, and start it again."""
        bench.put(".begin.py", self.material("begin"))
        _kill_in_the_middle(bench, ".begin.py")
        left = bench.one("SELECT count(*) FROM line")
        second = bench.run(".begin.py")
        lines = bench.one("SELECT count(*) FROM line")
        status = bench.one("SELECT status FROM upload")
        return Observation("C" if lines == left else "A" if lines == LINES else "B", (
            f"when it was killed: {left} of {LINES} lines",
            f"the second run says: {second.last_words}",
            f"now: {lines} lines, status {status}; no process is running",
        ))  # fmt: skip

    def check(self, bench: Bench) -> Verdict:
        """A killed run is done again, whole and once; a living one is left alone."""
        self.prepare(bench)
        _kill_in_the_middle(bench, "run.py")
        again = bench.run("run.py")
        if bench.ask("SELECT status FROM upload") != [("done",)]:
            return not_yet(
                f"The run was killed; the next one said “{again.last_words}”, and the ledger is not at done.",
                "that whoever starts a thing lives to end it. `running` was true when it was written, and nobody took it back",
            )
        lines = bench.one("SELECT count(*) FROM line")
        if lines != LINES:
            return not_yet(
                f"The file has {LINES} lines; after the dead run and the new one the table holds {lines}.",
                "that a dead run leaves nothing behind. What it had committed is there",
            )
        self.prepare(bench)
        overtaken = _start_beside_a_slow_one(bench)
        writers = bench.one("SELECT count(DISTINCT written_by) FROM line")
        lines = bench.one("SELECT count(*) FROM line")
        if overtaken or writers != 1 or lines != LINES:
            return not_yet(
                "The first run was slow but alive; a second one began, "
                + (
                    "and did the same work beside it."
                    if overtaken
                    else f"and {writers} processes wrote {lines} lines."
                ),
                "that whoever finds work unfinished is alone with it. A slow run looks just like a dead one, "
                "and no waiting time tells them apart",
            )
        return solved("the killed run was noticed, and its work done whole, once",
                      "the slow run was left alone")  # fmt: skip


def _wait_until_at_work(bench: Bench) -> None:
    """Wait until the run is connected, and until its ledger says so, where it keeps one at once."""
    until = time.monotonic() + 10
    while not bench.one(CONNECTED) and time.monotonic() < until:
        time.sleep(0.02)
    until = time.monotonic() + 2
    while not bench.one("SELECT count(*) FROM upload") and time.monotonic() < until:
        time.sleep(0.02)


def _kill_in_the_middle(bench: Bench, program: str) -> None:
    with bench.running(program):
        _wait_until_at_work(bench)
        time.sleep(0.35)
    until = time.monotonic() + 10
    while bench.one(CONNECTED) and time.monotonic() < until:  # its connection takes a moment to be closed
        time.sleep(0.02)


def _start_beside_a_slow_one(bench: Bench) -> bool:
    """Start a second run while the first stands still, as on a machine that is out of breath; then both may end.

    Says whether the second one had done work by then.
    """
    with bench.running("run.py") as first:
        _wait_until_at_work(bench)
        first.send_signal(signal.SIGSTOP)
        time.sleep(0.6)
        with bench.running("run.py") as second:
            with contextlib.suppress(subprocess.TimeoutExpired):
                second.wait(4)  # a second one that waits for its turn is right as well
            overtaken: bool = bench.one("SELECT count(*) > 0 FROM line WHERE written_by = %s", second.pid)
            first.send_signal(signal.SIGCONT)
            for run in (first, second):
                with contextlib.suppress(subprocess.TimeoutExpired):
                    run.wait(20)
    return overtaken
